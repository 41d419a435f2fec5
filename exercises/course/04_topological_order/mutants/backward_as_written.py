"""Goes through the dict as it is written.

loses: test_backward_pass, test_backward_pass_middle
says: names without a gradient
"""


def backward_pass(graph, values, output):
    gradients = {output: 1.0}
    for name in graph:
        if name in gradients and graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * slope
    return gradients
