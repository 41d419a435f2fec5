"""A dict of messages has room for one per parent.

loses: test_backward, test_backward_arrays, test_backward_twice, test_backward_large
says: uses another one twice sends it only one message
"""


def backward(output, gradient=1.0):
    users, waiting = {output: 0}, [output]
    while waiting:
        for parent in dict.fromkeys(waiting.pop().parents):
            if parent not in users:
                users[parent] = 0
                waiting.append(parent)
            users[parent] += 1
    received, ready = {output: gradient}, [output]
    while ready:
        node = ready.pop()
        if not node.parents:
            node.grad = node.grad + received[node]
            continue
        values = [parent.value for parent in node.parents]
        messages = dict(zip(node.parents, vjp(node.function, received[node], *values)))
        for parent, message in messages.items():
            received[parent] = received[parent] + message if parent in received else message
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
