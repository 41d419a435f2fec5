"""Only the first derivative is possible.

loses: test_derivatives
says: was not computed from anything
"""

import minigrad as mg


def derivatives(f, x, n):
    x = mg.tensor(x, requires_grad=True)
    last = f(x)
    found = [last.item()]
    for _ in range(n):
        (last,) = mg.grad(last, x)
        found.append(last.item())
    return found
