"""Goes from the output to its parents, then to theirs.

loses: test_backward, test_backward_arrays
says: before all of its messages have arrived
"""


def backward(output, gradient=1.0):
    received, order = {output: gradient}, [output]
    for node in order:
        if not node.parents:
            continue
        messages = vjp(node.function, received[node], *[parent.value for parent in node.parents])
        for parent, message in zip(node.parents, messages):
            received[parent] = received[parent] + message if parent in received else message
            if parent not in order:
                order.append(parent)
    for node in order:
        if not node.parents:
            node.grad = node.grad + received[node]
