"""Compares without a tolerance, and takes rounding for a bug.

loses: test_published_adam, test_published_adam_and_others
says: an Adam that is right is called wrong
"""


def first_wrong_step(step, lr, steps):
    w, m, s = 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        new, m, s = step(w, 3.0, m, s, t)
        if w - new != lr:
            return t
        w = new
    return 0
