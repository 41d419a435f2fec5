"""Begins with the value of the output instead of 1.

loses: test_backward_pass, test_backward_pass_middle
says: wrong gradient
"""


def backward_pass(graph, values, output):
    gradients = {output: values[output]}
    for name in reversed(topological_order(graph)):
        if name in gradients and graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * slope
    return gradients
