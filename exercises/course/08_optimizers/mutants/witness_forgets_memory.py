"""Begins each step with an empty memory, so that only first steps are seen.

loses: test_published_adam, test_published_adam_and_others
says: not the step at which it goes wrong
"""


def first_wrong_step(step, lr, steps):
    w = 0.0
    for t in range(1, steps + 1):
        new, _, _ = step(w, 3.0, 0.0, 0.0, 1)
        if abs((w - new) - lr) > 0.01 * lr:
            return t
        w = new
    return 0
