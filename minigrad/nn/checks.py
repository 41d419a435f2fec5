"""What layers are made with, checked when they are made: sizes, and the generator that draws weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.tensor import Parameter

Init = Callable[[tuple[int, ...], Any], Any]  # init(shape, rng) → array


def whole(layer: Any, **sizes: Any) -> None:
    """Refuse sizes that are no whole numbers from 1 up."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(
                f"{type(layer).__name__} needs a whole number {name}, at least 1; it is {size!r}."
            )


def generator(layer: Any, rng: Any, what: str = "weights") -> np.random.Generator:
    """The generator itself; whatever is none is refused."""
    if isinstance(rng, np.random.Generator):
        return rng
    given = "" if rng is None else f", not {rng!r}"
    raise TypeError(
        f"{type(layer).__name__} draws its {what} at random, from a generator that you give it, so that the run "
        f"can be repeated: make one, rng = np.random.default_rng(0), and give it to every layer as rng=rng{given}."
    )


def drawn(init: Init, shape: tuple[int, ...], rng: np.random.Generator, name: str, dtype: Any) -> Parameter:
    """A parameter with the initial values that `init` draws."""
    values = init(shape, rng)
    if np.shape(values) != shape:
        raise ValueError(
            f"init gave an array of shape {np.shape(values)} for {name!r}; it was asked for {shape}."
        )
    return Parameter(values, name=name, dtype=dtype)


def options(**given: tuple[Any, Any]) -> str:
    """The options of a layer for its repr: name=(value, default), without those that have their default."""
    return "".join(f", {name}={value!r}" for name, (value, default) in given.items() if value != default)
