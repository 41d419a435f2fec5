"""Each node asks its users for their messages, instead of being sent them."""


def backward_pass(graph, values, output):
    order = list(topological_order(graph))
    gradients = {}
    for name in order[::-1]:
        messages = [1.0] if name == output else []
        for user in gradients:
            op, *parents = graph[user] or ["leaf"]
            for k, parent in enumerate(parents):
                if parent == name:
                    slopes = SLOPES[op](*(values[p] for p in parents))
                    messages.append(gradients[user] * slopes[k])
        if messages:
            gradients[name] = sum(messages)
    return gradients


def too_early(graph, order):
    edges = [(parent, name) for name, node in graph.items() for parent in node[1:]]
    return list({p for p, user in edges if order.index(user) > order.index(p)})
