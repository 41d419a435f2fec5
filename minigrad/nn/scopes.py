"""Which module is running: so that the graph, and an error, can say in which layer something happened.

A module call takes a tick before and after its forward pass, and notes both on the node of its result. Which
nodes were created in between is then known without telling any of them: the graph pays nothing per operation.
"""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np

from minigrad.nn.holding import Holder, found
from minigrad.node import tick
from minigrad.record import Traced


class _Running(threading.local):
    """The modules that are running now, outermost first; one list per thread."""

    def __init__(self) -> None:
        self.modules: list[Any] = []


running = _Running()


class Place:
    """Where a module was last found in one that called it: the keys that lead there, and the same as a name."""

    __slots__ = ("name", "path")

    def __init__(self, path: tuple) -> None:
        self.path, self.name = path, ".".join(map(str, path))


def name_of(module: Any, caller: Any) -> str:
    """The name under which the caller holds a module; if it does not, the name of its class.

    The path that was right the last time is only followed: looking through all attributes would cost more
    than a small layer.
    """
    place = module.__dict__.get("_place")
    if place is not None:
        part = caller.__dict__
        try:
            for step in place.path:
                part = part[step]
        except (KeyError, IndexError, TypeError):
            part = None
        if part is module:
            return place.name
    path = next((path for path, part in found(caller.__dict__, Holder) if part is module), None)
    if path is None:
        return type(module).__name__
    place = module.__dict__["_place"] = Place(path)
    return place.name


def mark(result: Any, begin: int, module: Any, callers: list[Any]) -> None:
    """Note on the nodes of a result that they came out of a module call which began at the tick `begin`."""
    if isinstance(result, Traced):
        node = result._node
        if node is not None and node.order > begin:
            label = name_of(module, callers[-1]) if callers else type(module).__name__
            node.noted().scopes += ((begin, tick(), label),)
    elif isinstance(result, (tuple, list)):
        for part in result:
            mark(part, begin, module, callers)
    elif isinstance(result, dict):
        for part in result.values():
            mark(part, begin, module, callers)


MARK = "In the module "


def blame(error: Exception, modules: list[Any], inputs: tuple) -> None:
    """Add to an error in which module it happened: the innermost, for the outer ones find it said already."""
    if not any(note.startswith(MARK) for note in getattr(error, "__notes__", ())):
        names = [name_of(module, caller) for caller, module in itertools.pairwise(modules)]
        path = ".".join([type(modules[0]).__name__, *names])
        shapes = ", ".join(str(np.shape(x)) if hasattr(x, "shape") else type(x).__name__ for x in inputs)
        given = f"called with shape {shapes}" if shapes else "called with nothing"
        error.add_note(f"{MARK}{path}, {modules[-1]._title()}, {given}.")
