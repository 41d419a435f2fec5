"""Attributes of modules: what is not there, and what would be lost if it were replaced."""

from __future__ import annotations

import difflib
from typing import Any

from minigrad.nn.holding import Buffer, Holder
from minigrad.node import function_name
from minigrad.tensor import Parameter

RESERVED: set[str] = set()  # the methods of a module, filled in where they are defined
KINDS = {Parameter: "mg.Parameter", Buffer: "mg.nn.Buffer", Holder: "Module"}


def absent(module: Any, name: str) -> Any:
    """For `__getattr__`: the error for an attribute that is not there, with the nearest names."""
    if hasattr(type(module), name):
        return object.__getattribute__(module, name)  # a property that failed inside: raises its own error
    near = [] if name.startswith("__") else difflib.get_close_matches(name, dir(module), n=3, cutoff=0.6)
    raise AttributeError(
        f"{type(module).__name__} has no attribute {name!r}"
        + (f"; did you mean {' or '.join(near)}?" if near else "."),
        name=name,
        obj=module,
    )


def check(module: Any, name: str, new: Any) -> None:
    """For `__setattr__`: a parameter, buffer or module may only be replaced by one of its kind, or None.

    Anything else would take it, silently, from the optimizer and from what is saved.
    """
    if name in RESERVED:
        raise AttributeError(
            f"{type(module).__name__}.{name} is a method of every module; choose another name."
        )
    old = vars(module).get(name)
    kind = next((kind for kind in KINDS if isinstance(old, kind)), None)
    if kind is None or new is None or isinstance(new, kind):
        return
    given = f"a {type(new).__name__}" + (f" of shape {new.shape}" if hasattr(new, "shape") else "")
    if kind is Holder:
        raise TypeError(
            f"{type(module).__name__}.{name} is a layer, and cannot become {given}: its parameters would be "
            f"lost. Give what the layer computes a variable of its own: y = self.{name}(x)."
        )
    raise TypeError(
        f"{type(module).__name__}.{name} is a {kind.__name__}, and cannot become {given}, of which no optimizer "
        f"and no state_dict would know. To change its numbers write .{name}.data = … ; to replace it, "
        f".{name} = {KINDS[kind]}(…)."
    )


def named(part: Any) -> str:
    """A module as it is; of a function its name."""
    return repr(part) if isinstance(part, Holder) else function_name(part)
