"""Calls itself for every parent: right, but not for deep graphs, nor for many ways.

loses: test_backward_large
says: maximum recursion depth exceeded
"""


def backward(output, gradient=1.0):
    if not output.parents:
        output.grad = output.grad + gradient
        return
    if id(output) in ROUNDS and ROUNDS[id(output)] > 10**5:
        raise RecursionError("maximum recursion depth exceeded")
    ROUNDS[id(output)] = ROUNDS.get(id(output), 0) + 1
    messages = vjp(output.function, gradient, *[parent.value for parent in output.parents])
    for parent, message in zip(output.parents, messages):
        backward(parent, message)


ROUNDS = {0: 0}  # so that this mutant gives up sooner than the test's clock
