"""Returns inside the loop.

loses: test_recurrent
says: stops after the first step
"""


def recurrent(w, u, xs, h):
    for x in xs:
        h = tanh(w * h + u * x)
        return h
