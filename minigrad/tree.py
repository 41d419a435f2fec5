"""Nested lists, tuples and dicts of parameters, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> Iterator[Any]:
    """What is not a list, tuple or dict, in order; dicts in the order of their keys' insertion.

    Example:
        >>> list(leaves({"w": [1, 2], "b": (3,)}))
        [1, 2, 3]
    """
    if isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from leaves(value)
    else:
        yield tree


def mapped(fun: Callable, tree: Any) -> Any:
    """The same nesting with `fun` applied to every leaf.

    Example:
        >>> mapped(lambda x: -x, {"w": [1, 2], "b": (3,)})
        {'w': [-1, -2], 'b': (-3,)}
    """
    if isinstance(tree, dict):
        return {key: mapped(fun, value) for key, value in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_make"):
        return tree._make(mapped(fun, value) for value in tree)
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(fun, value) for value in tree)
    return fun(tree)


def rebuilt(tree: Any, values: list) -> Any:
    """The nesting of `tree` with `values` in place of its leaves, in order."""
    remaining = iter(values)
    return mapped(lambda _: next(remaining), tree)
