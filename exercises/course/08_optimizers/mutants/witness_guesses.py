"""Returns what is right for the printed Adam, without a test.

loses: test_published_adam, test_published_adam_and_others
says: an Adam that is right is called wrong
"""


def first_wrong_step(step, lr, steps):
    return 2
