"""Collects in .grad of all nodes, and sends the first call's gradients again.

loses: test_backward_twice
says: a second pass through the same graph is wrong
"""


def backward(output, gradient=1.0):
    order, placed, waiting = [], set(), [(output, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif node not in placed:
            placed.add(node)
            waiting += [(node, True), *((parent, False) for parent in node.parents)]
    output.grad = output.grad + gradient
    for node in reversed(order):
        if node.parents:
            messages = vjp(node.function, node.grad, *[parent.value for parent in node.parents])
            for parent, message in zip(node.parents, messages):
                parent.grad = parent.grad + message
