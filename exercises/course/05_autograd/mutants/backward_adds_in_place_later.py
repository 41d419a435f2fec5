"""The same, with a copy of the gradient to begin with.

loses: test_backward_arrays
says: adding to one gradient changes another
"""

import numpy as np


def backward(output, gradient=1.0):
    users = {output: 0}
    waiting = [output]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in users:
                users[parent] = 0
                waiting.append(parent)
            users[parent] += 1
    received = {output: np.array(gradient)}
    ready = [output]
    while ready:
        node = ready.pop()
        g = received[node]
        if not node.parents:
            node.grad = node.grad + g
            continue
        messages = vjp(node.function, g, *[parent.value for parent in node.parents])
        for parent, message in zip(node.parents, messages):
            if parent in received:
                received[parent] += message
            else:
                received[parent] = message
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
