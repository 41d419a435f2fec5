"""The weights change places.

loses: test_recurrent
says: recurrent: wrong value
"""


def recurrent(w, u, xs, h):
    for x in xs:
        h = tanh(u * h + w * x)
    return h
