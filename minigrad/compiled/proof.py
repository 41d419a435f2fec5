"""Whether a compiled graph computes what the graph computes.

With this module, one can
- make sure:     prove(run, recorded, inputs)

A program is made from one run. Where a rule looked up a plain value (the interval of `np.interp`, a class), the
program would use that value for all inputs. So the graph is recorded once more on other inputs: the two programs must
be the same, their constants included. And both must compute what the graph computed, several times in turn, so that
nothing left over in memory goes unnoticed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad import device
from minigrad.compiled.straightline import StraightLine
from minigrad.errors import UsageError
from minigrad.node import function_name
from minigrad.program import Program

if TYPE_CHECKING:
    from minigrad.compiled.run import Compiled

Arrays = Mapping[str, np.ndarray]


def prove(run: Compiled, recorded: Callable[[Arrays], Program], inputs: Arrays) -> None:
    """Compare a compiled graph with the graph.

    Args:
        run: the compiled graph.
        recorded: the program that the graph gives for other inputs; may raise where it is not defined.
        inputs: what it was compiled with.

    Raises:
        UsageError: they differ.
    """
    where = "cuda" if any(device.of(x) == "cuda" for x in inputs.values()) else "cpu"
    inputs = {name: device.to_cpu(x) for name, x in inputs.items()}
    with np.errstate(all="ignore"):
        trials: list[tuple[Arrays, Program]] = [(inputs, recorded(inputs))]
        for moved in elsewhere(inputs):
            # Where a function is not defined it may raise whatever it likes; there is nothing to compare.
            with contextlib.suppress(Exception):
                trials.append((moved, recorded(moved)))
        first, *others = [StraightLine(program, where) for _, program in trials]
        for other in others:
            if other.lines() != first.lines():
                raise UsageError(cannot_follow(difference(first, other)))
        kept = []
        for given, program in [*trials, *trials]:
            try:
                value, gradients = run(**given)
            except Exception as error:
                raise UsageError(cannot_follow("The shape or kind of a value")) from error
            found, expected = {"": value, **gradients}, program.results
            kept.append([{name: device.to_cpu(x) for name, x in part.items()} for part in (found, expected)])
    for found, expected in kept:
        size = max([largest(x) for x in expected.values()])
        for name, result in found.items():
            if not same(result, expected[name], size):
                raise UsageError(cannot_follow(f"The gradient for {name!r}" if name else "The value"))


def difference(one: StraightLine, other: StraightLine) -> str:
    """Where two recordings part."""
    for call, a, b in zip(one.calls, one.lines(), other.lines(), strict=False):
        if a != b:
            return f"What {function_name(call.fun)} is called on ({call.said})"
    return "The result"


def cannot_follow(what: str) -> str:
    """The sentence for a graph that cannot be compiled."""
    return (
        f"{what} depends on the inputs of this graph in a way that the printed program cannot follow: it was looked "
        f"up, and would be the same for all inputs. Use forward() and backward(), which look it up again."
    )


def elsewhere(inputs: Arrays) -> Iterator[Arrays]:
    """Other inputs of the same kind: all of them changed; and whole numbers that are all equal moved by one."""
    rng = np.random.default_rng(0)
    yield {name: shaken(x, rng) for name, x in inputs.items()}
    whole = {name: x for name, x in inputs.items() if x.dtype.kind in "iu"}
    equal = [name for name, x in whole.items() if np.all(x == np.reshape(x, -1)[:1])]
    for step in (1, -1) if equal else ():
        yield {name: x + np.array(step).astype(x.dtype) if name in equal else x for name, x in inputs.items()}


def shaken(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The entries in another order, each changed by a few per cent; whole numbers only in another order."""
    mixed = np.reshape(np.reshape(x, -1)[rng.permutation(x.size)], x.shape)
    return (mixed * rng.uniform(0.95, 1.05, x.shape)).astype(x.dtype) if x.dtype.kind in "fc" else mixed


def same(found: Any, expected: np.ndarray, size: float) -> bool:
    """Whether two results are equal up to rounding.

    The order in which a sum is formed may differ with the layout of its memory; and what cancels to 0 is as exact as
    the largest number that it was computed from, of which `size` gives an idea.
    """
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if expected.dtype.kind not in "fc":
        return np.array_equal(found, expected)
    eps = float(np.finfo(expected.dtype).eps)
    relative = eps**0.6  # 4e-10 in float64, 7e-5 in float32
    near = relative * largest(expected) + 100 * eps * size
    return np.allclose(found, expected, rtol=relative, atol=near, equal_nan=True)


def largest(x: np.ndarray) -> float:
    """The largest finite absolute value."""
    return float(np.abs(x[np.isfinite(x)]).max(initial=0))
