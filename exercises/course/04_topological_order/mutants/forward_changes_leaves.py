"""Writes into the dict of the leaves.

loses: test_forward_pass
says: forward_pass overwrote its input
"""


def forward_pass(graph, leaves):
    for name in topological_order(graph):
        if graph[name]:
            operation, *parents = graph[name]
            leaves[name] = FORWARD[operation](*[leaves[parent] for parent in parents])
    return leaves
