"""Differentiates f in every round.

loses: test_derivatives
says: not the last derivative
"""

import minigrad as mg


def derivatives(f, x, n):
    x = mg.tensor(x, requires_grad=True)
    found = [f(x).item()]
    for _ in range(n):
        (g,) = mg.grad(f(x), x, create_graph=True)
        found.append(g.item())
    return found
