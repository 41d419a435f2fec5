"""Does not look at the direction.

loses: test_published_adam_and_others
says: an Adam that goes uphill
"""


def first_wrong_step(step, lr, steps):
    w, m, s = 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        new, m, s = step(w, 3.0, m, s, t)
        if abs(abs(w - new) - lr) > 0.01 * lr:
            return t
        w = new
    return 0
