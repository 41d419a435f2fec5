"""Things as JSON and arrays, and back, without pickle: what a checkpoint file can hold.

JSON keeps numbers, strings, lists and dicts with names. The rest becomes a dict with one key that starts
with "$": {"$array": entry} is an array that is kept beside the JSON, {"$tuple": […]} a tuple, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.errors import UsageError
from minigrad.operators import plain


class Saved:
    """What is kept of an object: its state, and where its random generators are.

    Attributes:
        state: what its `state_dict` gave; for a generator the state of its bit generator.
        generators: for a module, the states of the generators that its layers draw from.
    """

    def __init__(self, state: Any, generators: dict[str, Any]) -> None:
        self.state, self.generators = state, generators

    @staticmethod
    def of(thing: Any) -> Saved:
        """What is to be kept of a thing.

        Raises:
            UsageError: it has no state that could be taken over.
        """
        if isinstance(thing, np.random.Generator):
            return Saved(thing.bit_generator.state, {})
        if not hasattr(thing, "state_dict") or isinstance(thing, type):
            raise UsageError(
                f"{str(thing)[:40]!r} ({type(thing).__name__}) has no state; what can take one over is a "
                f"module, an optimizer, whatever else has a state_dict, or a random generator."
            )
        states = {name: rng.bit_generator.state for name, rng in generators_of(thing).items()}
        return Saved(thing.state_dict(), states)

    def restore(self, thing: Any) -> None:
        """Let a thing take the state over.

        Raises:
            UsageError, or what its `load_state_dict` raises: it does not fit.
        """
        generators = {"": thing} if isinstance(thing, np.random.Generator) else generators_of(thing)
        states = {"": self.state} if isinstance(thing, np.random.Generator) else self.generators
        if generators.keys() != states.keys():
            raise UsageError(
                f"It draws random numbers from {names(generators)}; what was saved draws them from "
                f"{names(states)}."
            )
        if not isinstance(thing, np.random.Generator):
            thing.load_state_dict(self.state)
        for name, rng in generators.items():
            rng.bit_generator.state = states[name]


def generators_of(thing: Any) -> dict[str, np.random.Generator]:
    """The generators that the layers of a module draw from."""
    return dict(thing.named_generators()) if hasattr(thing, "named_generators") else {}


def names(things: Mapping[str, Any]) -> str:
    """What there is, in a sentence."""
    return ", ".join(things) or "no generator"


def pack(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    """A value as JSON; its arrays are put into `arrays` under their paths.

    Raises:
        UsageError: something that cannot be kept.

    Example:
        >>> import numpy as np
        >>> arrays = {}
        >>> pack({"lr": 0.1, "betas": (0.9, 0.999), "v": np.zeros(2)}, "adam", arrays)
        {'lr': 0.1, 'betas': {'$tuple': [0.9, 0.999]}, 'v': {'$array': 'adam/v'}}
        >>> arrays
        {'adam/v': array([0., 0.])}
    """
    if isinstance(value, np.generic):
        return {"$scalar": kept(value, path, arrays)}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": str(value)}
    if hasattr(plain(value), "dtype"):
        return {"$array": kept(to_cpu(plain(value)), path, arrays)}
    if isinstance(value, list):
        return [pack(part, f"{path}/{k}", arrays) for k, part in enumerate(value)]
    if isinstance(value, tuple):
        return {"$tuple": pack(list(value), path, arrays)}
    if isinstance(value, Mapping):
        parts = [(key, pack(part, f"{path}/{key}", arrays)) for key, part in value.items()]
        if all(type(key) is str and key[:1] != "$" for key in value):
            return dict(parts)
        return {"$items": [[pack(key, path, arrays), part] for key, part in parts]}
    if isinstance(value, Saved):
        return {"$saved": [pack(value.state, path, arrays), pack(value.generators, f"{path}/rng", arrays)]}
    if isinstance(value, np.random.Generator) or (
        hasattr(value, "state_dict") and not isinstance(value, type)
    ):
        return pack(Saved.of(value), path, arrays)
    raise UsageError(
        f"{path} is {str(value)[:40]!r} ({type(value).__name__}). A checkpoint keeps what has a state_dict, "
        f"random generators, arrays, numbers, strings, None, and dicts, lists and tuples of these."
    )


def kept(array: Any, path: str, arrays: dict[str, np.ndarray]) -> str:
    """Keep an array under its path, and return the name that it got."""
    array = np.asanyarray(array)
    if array.dtype.hasobject:
        raise UsageError(f"{path} is an array of Python objects, which only pickle could keep.")
    name, k = path, 1
    while name in arrays:
        name, k = f"{path}~{k}", k + 1
    arrays[name] = np.asarray(array)
    return name


def unpack(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The value that `pack` made JSON of.

    Raises:
        KeyError: an array is missing, or a mark is not known.
    """
    if isinstance(value, list):
        return [unpack(part, arrays) for part in value]
    if not isinstance(value, dict):
        return value
    mark = next(iter(value), "")
    if mark[:1] != "$":
        return {name: unpack(part, arrays) for name, part in value.items()}
    return UNPACK[mark](value[mark], arrays)


UNPACK: dict[str, Any] = {
    "$array": lambda name, arrays: arrays[name],
    "$scalar": lambda name, arrays: arrays[name][()],
    "$float": lambda text, arrays: float(text),
    "$tuple": lambda parts, arrays: tuple(unpack(parts, arrays)),
    "$items": lambda parts, arrays: {unpack(key, arrays): unpack(part, arrays) for key, part in parts},
    "$saved": lambda parts, arrays: Saved(unpack(parts[0], arrays), unpack(parts[1], arrays)),
}
