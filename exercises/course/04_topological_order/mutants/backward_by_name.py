"""Looks the slopes up by name: of two equal arguments one is lost.

loses: test_backward_pass, test_backward_pass_middle
says: uses a value twice sends it only one message
"""


def backward_pass(graph, values, output):
    gradients = {output: 1.0}
    for name in reversed(topological_order(graph)):
        if name in gradients and graph[name]:
            operation, *parents = graph[name]
            slopes = SLOPES[operation](*[values[parent] for parent in parents])
            for parent, slope in dict(zip(parents, slopes)).items():
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * slope
    return gradients
