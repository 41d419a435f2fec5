"""Depth first with a stack of its own, and counters for the backward pass."""


def topological_order(graph):
    state, order = {}, []
    for start in graph:
        stack = [(start, iter(graph[start][1:]))] if start not in state else []
        state.setdefault(start, "open")
        while stack:
            name, rest = stack[-1]
            parent = next(rest, None)
            if parent is None:
                stack.pop()
                if state[name] == "open":
                    state[name] = "placed"
                    order.append(name)
            elif state.get(parent) == "open":
                raise ValueError(f"{parent} is computed from itself")
            elif parent not in state:
                state[parent] = "open"
                stack.append((parent, iter(graph[parent][1:])))
    return order


def backward_pass(graph, values, output):
    reached, waiting = {output: 0}, [output]
    while waiting:
        for parent in graph[waiting.pop()][1:]:
            if parent not in reached:
                reached[parent] = 0
                waiting.append(parent)
            reached[parent] += 1
    gradients, ready = {output: 1}, [output]
    while ready:
        name = ready.pop()
        if not graph[name]:
            continue
        slopes = SLOPES[graph[name][0]](*map(values.get, graph[name][1:]))
        for parent, slope in zip(graph[name][1:], slopes):
            gradients[parent] = gradients.get(parent, 0) + slope * gradients[name]
            reached[parent] -= 1
            if reached[parent] == 0:
                ready.append(parent)
    return gradients
