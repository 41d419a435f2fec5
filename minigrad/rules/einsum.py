"""Products of any number of arrays: einsum and multi_dot.

Both are linear in each argument. The gradient of one is the same product of the upstream gradient with all the
*others*: in einsum, the subscripts of the result and of the argument change places; in a chain of matrices, what
stood before and behind comes back transposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from minigrad.rules.matrices import T, array, identity
from minigrad.vjps import defvjp

Labels = list[Any]


def subscripts(operands: Sequence, shapes: list) -> tuple[list[int], list[Labels], Labels]:
    """Which positions of an einsum call are arrays, the label of each of their axes, and those of the result.

    Both forms are read: einsum("ij,j->i", x, y) and einsum(x, [0, 1], y, [1], [0]). The axes that "..." stands
    for become labels of their own, counted from the right.
    """
    result: Any = None
    if isinstance(operands[0], str):
        inputs, arrow, output = operands[0].replace(" ", "").partition("->")
        positions = list(range(1, len(operands)))
        terms = [split(term) for term in inputs.split(",")]
        result = split(output) if arrow else None
    else:
        positions = list(range(0, len(operands) - 1, 2))
        terms = [list(operands[k + 1]) for k in positions]
        result = list(operands[-1]) if len(operands) % 2 else None
    dots = [
        len(shapes[k]) - len(term) + 1 if ... in term else 0 for k, term in zip(positions, terms, strict=True)
    ]
    terms = [spelled(term, n) for term, n in zip(terms, dots, strict=True)]
    if result is not None:
        return positions, terms, spelled(result, max(dots))
    every = [label for term in terms for label in term if not isinstance(label, tuple)]
    once = sorted(label for label in set(every) if every.count(label) == 1)
    return positions, terms, spelled([..., *once], max(dots))


def split(term: str) -> Labels:
    """ "i...j" -> ["i", ..., "j"]"""
    before, dots, after = term.partition("...")
    return [*before, *([...] if dots else []), *after]


def spelled(term: Labels, count: int) -> Labels:
    """A term in which "..." is replaced by a label for each of the `count` axes that it stands for."""
    dots = [("...", k) for k in range(count, 0, -1)]
    return [label for item in term for label in (dots if item is ... else [item])]


def einsum_rule(g: Any, i: int, shapes: list, args: list, optimize: Any) -> Any:
    """einsum(result, others -> argument) of g and the others"""
    positions, terms, result = subscripts(args, shapes)
    own, shape = terms[positions.index(i)], shapes[i]
    others = [(term, args[k]) for k, term in zip(positions, terms, strict=True) if k != i]
    size: dict[Any, int] = {}  # of each label, after broadcasting
    for k, term in zip(positions, terms, strict=True):
        for label, n in zip(term, shapes[k], strict=True):
            size[label] = n if n != 1 else size.get(label, 1)
    known = set(result).union(*(term for term, _ in others))
    first = [own.index(label) == p for p, label in enumerate(own)]
    # Labels that g or the others know; those along which this argument was broadcast are summed over.
    there = [first[p] and label in known and shape[p] == size[label] for p, label in enumerate(own)]
    letter = dict(zip(size, ascii_letters, strict=False))
    inputs = ["".join(letter[label] for label in term) for term in (result, *(term for term, _ in others))]
    output = "".join(letter[label] for label, here in zip(own, there, strict=True) if here)
    message = np.einsum(f"{','.join(inputs)}->{output}", g, *(x for _, x in others), optimize=optimize)
    lengths = iter(message.shape)
    message = np.reshape(message, [next(lengths) if here else 1 for here in there])
    for p, label in enumerate(own):
        if not first[p]:  # a repeated index picked a diagonal: only that receives something
            q, n = own.index(label), shape[p]
            message = message * np.reshape(
                identity(n, g), [n if k in (p, q) else 1 for k in range(len(shape))]
            )
    return np.broadcast_to(message, shape)  # along a label that was summed out, all entries receive the same


def multi_dot_rule(g: Any, i: int, shapes: list, args: list) -> Any:
    """(product of those before)ᵀ @ g @ (product of those behind)ᵀ"""
    operands, last = [array(x) for x in args], len(args) - 1
    if operands[0].ndim == 1:
        operands[0] = np.expand_dims(operands[0], 0)
    if operands[last].ndim == 1:
        operands[last] = np.expand_dims(operands[last], 1)
    g = np.reshape(g, (operands[0].shape[0], operands[last].shape[1]))
    before, behind = [[T(x) for x in part] for part in (operands[:i], operands[i + 1 :])]
    return np.reshape(np.linalg.multi_dot([*before[::-1], g, *behind[::-1]]), shapes[i])


defvjp(np.einsum, each=einsum_rule, names={"optimize": False})
defvjp(np.linalg.multi_dot, each=multi_dot_rule, sequence=True)
