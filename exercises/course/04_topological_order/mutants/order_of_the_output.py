"""Only what the first name in the dict needs.

loses: test_topological_order, test_topological_order_cycle, test_forward_pass, test_backward_pass, test_backward_pass_middle
says: names missing
"""


def topological_order(graph):
    start = next(name for name in graph if not any(name in node[1:] for node in graph.values()))
    order, waiting = [], [start]
    while waiting:
        name = waiting[-1]
        todo = [p for p in graph[name][1:] if p not in order]
        if todo:
            if todo[0] in waiting:
                raise ValueError("cycle")
            waiting.append(todo[0])
        else:
            waiting.pop()
            order.append(name)
    return order
