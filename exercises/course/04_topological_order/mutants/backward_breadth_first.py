"""Goes from the output to its arguments, then to theirs.

loses: test_backward_pass, test_backward_pass_middle
says: before all of its messages have arrived
"""


def backward_pass(graph, values, output):
    gradients, order = {output: 1.0}, [output]
    for name in order:
        if graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * slope
                if parent not in order:
                    order.append(parent)
    return gradients
