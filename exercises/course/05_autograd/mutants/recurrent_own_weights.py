"""A new weight for every step.

loses: test_recurrent
says: recurrent: wrong gradient
"""


def recurrent(w, u, xs, h):
    for x in xs:
        h = tanh(Node(w.value) * h + Node(u.value) * x)
    return h
