"""Tests at g = 1, where a root does not show.

loses: test_published_adam_and_others
says: is your gradient a special one
"""


def first_wrong_step(step, lr, steps):
    w, m, s = 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        new, m, s = step(w, 1.0, m, s, t)
        if abs((w - new) - lr) > 0.01 * lr:
            return t
        w = new
    return 0
