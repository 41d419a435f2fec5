"""Returns the gradients and leaves the leaves alone.

loses: test_backward, test_backward_arrays, test_backward_twice, test_backward_large, test_recurrent
says: nothing has arrived at any leaf
"""


def backward(output, gradient=1.0):
    users = {output: 0}
    waiting = [output]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in users:
                users[parent] = 0
                waiting.append(parent)
            users[parent] += 1
    received = {output: gradient}
    ready = [output]
    while ready:
        node = ready.pop()
        g = received[node]
        if not node.parents:
            continue
        messages = vjp(node.function, g, *[parent.value for parent in node.parents])
        for parent, message in zip(node.parents, messages):
            received[parent] = received[parent] + message if parent in received else message
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
    return received
