"""Begins with the first derivative.

loses: test_derivatives
says: one number too few
"""

import minigrad as mg


def derivatives(f, x, n):
    x = mg.tensor(x, requires_grad=True)
    last = f(x)
    found = []
    for _ in range(n):
        (last,) = mg.grad(last, x, create_graph=True)
        found.append(last.item())
    return found
