"""Takes the order of the dict.

loses: test_topological_order, test_topological_order_large, test_topological_order_cycle, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: a name comes before one that it needs
check: is the wrong way round
"""


def topological_order(graph):
    return list(graph)
