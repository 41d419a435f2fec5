"""Parameter groups: which parameters are updated with which hyperparameters, checked whenever they are set.

With this module, one can
- say what a number may be:      ranges = {"lr": NOT_NEGATIVE, "momentum": FRACTION}
- keep a group that checks:      group["lr"] = -1 and group["momentun"] = 0.9 both raise
- read what was given:           as_groups(net.parameters()), tensors(group["params"])
"""

from __future__ import annotations

import difflib
from collections import UserDict
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from minigrad.tensor import Tensor

Range = tuple[str, Callable[[Any], Any]]  # in words, and a function: value -> plain value, or ValueError


def _number(words: str, holds: Callable[[float], bool]) -> Range:
    """A range of numbers. The plain float keeps a np.float64 from lifting float32 parameters."""

    def plain(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, Real) or not holds(float(value)):
            raise ValueError
        return float(value)

    return words, plain


def _pair(value: Any) -> tuple[float, float]:
    first, second = value
    return FRACTION[1](first), FRACTION[1](second)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError
    return int(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def one_of(*words: str) -> Range:
    """The range of a hyperparameter that is one of a few words."""

    def plain(value: Any) -> str:
        if value not in words:
            raise ValueError
        return value

    return " or ".join(repr(word) for word in words), plain


NOT_NEGATIVE = _number("0 or more", lambda x: 0 <= x < float("inf"))
FROM_ONE: Range = ("a whole number from 1 on", _count)
POSITIVE = _number("above 0", lambda x: 0 < x < float("inf"))
FRACTION = _number("in [0, 1)", lambda x: 0 <= x < 1)
FRACTIONS: Range = ("two numbers in [0, 1)", _pair)
BOOLEAN: Range = ("True or False", _boolean)


class Group(UserDict):
    """Parameters and their hyperparameters: a dictionary that refuses misspelt names and values out of range.

    Args:
        owner: the optimizer's name, for messages.
        ranges: what each hyperparameter may be.
        given: "params", and all hyperparameters.

    Raises:
        ValueError: a value outside its range.
        KeyError: a name that is no hyperparameter of this optimizer.

    Example:
        >>> group = Group("SGD", {"lr": NOT_NEGATIVE}, {"params": [], "lr": 0.1})
        >>> group["lr"] = 0.05
        >>> group["lr"]
        0.05
    """

    def __init__(self, owner: str, ranges: Mapping[str, Range], given: Mapping[str, Any]) -> None:
        self.owner, self.ranges = owner, ranges
        self.names = [name for name in given if name != "params"]
        super().__init__(given)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in (*self.names, "params", "initial_lr"):
            raise unknown(self.owner, name, self.names)
        if name in self.ranges:
            value = within(self.owner, name, value, self.ranges[name])
        self.data[name] = value
        if name == "lr":
            self.data.pop("initial_lr", None)  # a rate set by hand is a new beginning for schedules

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """All but the parameters."""
        return {name: value for name, value in self.data.items() if name != "params"}


def within(owner: str, name: str, value: Any, allowed: Range) -> Any:
    """The value as plain numbers, or an error that names the range."""
    words, plain = allowed
    try:
        return plain(value)
    except (TypeError, ValueError):
        raise ValueError(f"{owner}: {name} must be {words}; it is {value!r}.") from None


def unknown(owner: str, name: str, known: Iterable[str]) -> KeyError:
    """The error for a name that is not among the known ones."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return Message(f"{owner} has no hyperparameter {name!r}: {hint}It has {', '.join(known)}.")


class Message(KeyError):
    """A KeyError that prints its sentence as it is, without quotes around it."""

    def __str__(self) -> str:
        return self.args[0]


def as_groups(params: Any) -> list[Mapping[str, Any]]:
    """What an optimizer was given, as a list of dictionaries with "params".

    Raises:
        TypeError: something that is not an ordered collection.
    """
    if isinstance(params, Tensor):
        raise TypeError(f"An optimizer takes a list of parameters: write [w] where you gave {params.label}.")
    if hasattr(params, "named_parameters"):
        raise TypeError(
            f"An optimizer takes parameters, not a {type(params).__name__}: write net.parameters()."
        )
    if isinstance(params, Mapping):
        raise TypeError(
            "An optimizer takes a list of parameters, or a list of groups; this is one dictionary. Write "
            '[{"params": […], "lr": 0.1}] with brackets, or list(d.values()) for a dictionary of parameters.'
        )
    if isinstance(params, (set, frozenset)):
        raise TypeError("A set has no fixed order, so saved state could not be matched again: give a list.")
    if not isinstance(params, Iterable):
        raise TypeError(f"An optimizer takes a list of parameters; this is {type(params).__name__}.")
    params = list(params)
    grouped = [isinstance(p, Mapping) for p in params]
    if any(grouped) and not all(grouped):
        raise TypeError(
            "Give either parameters or groups of parameters (dictionaries), not both in one list."
        )
    return params if any(grouped) else [{"params": params}]


def tensors(params: Any) -> list[Tensor]:
    """The parameters of one group in a list: leaf Tensors of floating-point (or complex) numbers.

    Raises:
        TypeError: something that is no Tensor.
        ValueError: none at all, or a Tensor that was computed, or one that holds integers.
    """
    found = [params] if isinstance(params, Tensor) else list(params)
    if not found:
        raise ValueError(
            "There is nothing to optimize: the list of parameters is empty. (A generator gives its items "
            "only once; was it used up before?)"
        )
    for k, p in enumerate(found):
        if not isinstance(p, Tensor):
            hint = ": write net.parameters() for net.named_parameters()" if isinstance(p, tuple) else ""
            raise TypeError(f"Parameter {k} is no Tensor but {type(p).__name__}{hint}.")
        if p.node is not None:
            raise ValueError(
                f"Parameter {k}, {p.label}, was computed, so changing it would not last: the next forward "
                f"pass computes it again. Optimize the leaves it was computed from, or mg.Parameter(t.data)."
            )
        if p.dtype.kind not in "fc":
            raise ValueError(
                f"Parameter {k}, {p.label}, holds {p.dtype}, and small steps need floating-point numbers."
            )
    return found
