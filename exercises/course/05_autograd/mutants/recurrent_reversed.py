"""Reads from the end.

loses: test_recurrent
says: from its end
"""


def recurrent(w, u, xs, h):
    for x in reversed(xs):
        h = tanh(w * h + u * x)
    return h
