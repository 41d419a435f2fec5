"""Says 0 for names that the output does not depend on.

loses: test_backward_pass, test_backward_pass_middle
says: from which no way leads to the output
"""


def backward_pass(graph, values, output):
    gradients = dict.fromkeys(graph, 0.0)
    gradients[output] = 1.0
    for name in reversed(topological_order(graph)):
        if graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in zip(parents, slopes):
                gradients[parent] += gradients[name] * slope
    return gradients
