"""Overwrites what has arrived before.

loses: test_backward_pass, test_backward_pass_middle
says: only the last one counts
"""


def backward_pass(graph, values, output):
    gradients = {output: 1.0}
    for name in reversed(topological_order(graph)):
        if name in gradients and graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] = gradients[name] * slope
    return gradients
