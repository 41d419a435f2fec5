"""Every step begins with the first state.

loses: test_recurrent
says: recurrent: wrong value
"""


def recurrent(w, u, xs, h):
    for x in xs:
        out = tanh(w * h + u * x)
    return out
