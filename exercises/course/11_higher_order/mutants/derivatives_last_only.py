"""Returns the last one alone.

loses: test_derivatives
says: returned no list
"""

import minigrad as mg


def derivatives(f, x, n):
    x = mg.tensor(x, requires_grad=True)
    last = f(x)
    for _ in range(n):
        (last,) = mg.grad(last, x, create_graph=True)
    return last.item()
