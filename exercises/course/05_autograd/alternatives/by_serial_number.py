"""Nodes are numbered when they are made, and go back in reversed order of their numbers."""

import itertools

COUNTER = itertools.count()


def apply(function, *arguments):
    parents = [a if isinstance(a, Node) else Node(a) for a in arguments]
    node = Node(FORWARD[function](*[parent.value for parent in parents]), function, parents)
    node.number = next(COUNTER)
    return node


def backward(output, gradient=1.0):
    reached, waiting = {output}, [output]
    while waiting:
        new = {p for node in waiting for p in node.parents} - reached
        reached |= new
        waiting = list(new)
    received = {output: [gradient]}
    for node in sorted(reached, key=lambda node: -getattr(node, "number", -1)):
        total = sum(received.pop(node))
        if not node.parents:
            node.grad = node.grad + total
        else:
            sent = vjp(node.function, total, *[p.value for p in node.parents])
            for parent, message in zip(node.parents, sent):
                received.setdefault(parent, []).append(message)


def recurrent(w, u, xs, h):
    if not xs:
        return h
    return recurrent(w, u, xs[1:], tanh(u * xs[0] + w * h))
