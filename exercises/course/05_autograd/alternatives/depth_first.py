"""Depth first, a dict of rules, tuples of parents, and gradients kept in inner nodes but begun anew."""

import numpy as np


def apply(function, *arguments):
    nodes = tuple(a if type(a) is Node else Node(np.asarray(a)) for a in arguments)
    return Node(FORWARD[function](*(n.value for n in nodes)), function, nodes)


TABLE = {
    "add": lambda g, x, y: (g, g),
    "subtract": lambda g, x, y: (g, -1 * g),
    "multiply": lambda g, x, y: (np.multiply(g, y), np.multiply(g, x)),
    "divide": lambda g, x, y: (g / y, -(x / y) / y * g),
    "exp": lambda g, x: (np.exp(x) * g,),
    "log": lambda g, x: (1 / x * g,),
    "tanh": lambda g, x: (g / np.cosh(x) ** 2,),
}


def vjp(function, g, *values):
    return list(TABLE[function](g, *values))


def backward(output, gradient=1.0):
    order, seen, stack = [], set(), [(output, iter(output.parents))]
    seen.add(id(output))
    while stack:
        node, rest = stack[-1]
        for parent in rest:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    for node in order:
        if node.parents:
            node.grad = 0.0
    output.grad = output.grad + gradient
    for node in order[::-1]:
        if node.parents:
            for parent, message in zip(
                node.parents, vjp(node.function, node.grad, *[p.value for p in node.parents])
            ):
                parent.grad = parent.grad + message
