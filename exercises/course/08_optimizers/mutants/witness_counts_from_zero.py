"""Counts the steps from 0.

loses: test_published_adam, test_published_adam_and_others
says: counted from 0, not from 1
"""


def first_wrong_step(step, lr, steps):
    w, m, s = 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        new, m, s = step(w, 3.0, m, s, t)
        if abs((w - new) - lr) > 0.01 * lr:
            return t - 1
        w = new
    return 0
