"""Goes deep with a function that calls itself.

loses: test_topological_order_large
says: maximum recursion depth exceeded
"""


def topological_order(graph):
    order, open_names = [], set()

    def place(name):
        if name in open_names:
            raise ValueError("the graph has a cycle")
        if name not in order:
            open_names.add(name)
            for parent in graph[name][1:]:
                place(parent)
            open_names.discard(name)
            order.append(name)

    for name in graph:
        place(name)
    return order
