"""Computes with values, so that nothing is recorded.

loses: test_recurrent
says: recurrent returned no Node
"""

import numpy as np


def recurrent(w, u, xs, h):
    for x in xs:
        h = np.tanh(w.value * h + u.value * x)
    return h
