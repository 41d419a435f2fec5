"""What is probably wrong with a wrong gradient: the error has a signature, and the signature a name.

With this module, one can
- gather evidence:     Evidence(…).collect(): call the backward pass again, with 2g, with ones, on fresh copies
- name the cause:      diagnose(evidence, i, …) -> ("a sign is wrong …?", "input x, worst at [0, 1]: …")

The first signature that fits wins. Causes are put as questions: the checker sees numbers, not intentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minigrad.differences import same_numbers
from minigrad.errors import GradientError
from minigrad.record import Traced


@dataclass
class Evidence:
    """One backward call under examination, and what else was seen of it."""

    label: str
    names: list[str]
    arrays: list[np.ndarray]
    g: np.ndarray
    out: np.ndarray
    seed: int
    backward: Callable
    numeric: Callable[[int], np.ndarray] = (
        np.empty
    )  # the numeric gradient of another input, if it is asked for
    sent: list[np.ndarray | None] = field(default_factory=list)

    def collect(self) -> None:
        """Call the backward pass, twice. Whatever is wrong before any number is compared is raised here."""
        copies = [a.copy() for a in self.arrays]
        g = self.g.copy()
        self.sent = self._gradients(self.backward(g, *copies))
        for name, array, copy in zip(self.names, self.arrays, copies, strict=True):
            if not same_numbers(array, copy):
                raise GradientError(
                    f"{self.label}: the backward pass overwrote its input {name}.",
                    "Whoever computes after it meets the changed values. Copy first: x = x.copy().",
                )
        if not same_numbers(g, self.g):
            raise GradientError(
                f"{self.label}: the backward pass overwrote the upstream gradient.",
                "Other nodes may receive the same array. Write `g * mask` instead of `g *= mask`.",
            )
        for first, second in zip(self.sent, self.again(self.g), strict=True):
            missing = first is None or second is None
            if not (first is second if missing else same_numbers(first, second)):  # type: ignore[arg-type]
                raise GradientError(
                    f"{self.label}: two equal calls gave different gradients.",
                    "Does the result depend on earlier calls: a global, or a sum that is never reset?",
                )

    def again(self, g: np.ndarray) -> list[np.ndarray | None]:
        """The gradients for another upstream gradient, from fresh copies of the inputs."""
        return self._gradients(self.backward(g.copy(), *(a.copy() for a in self.arrays)))

    def _gradients(self, result: Any) -> list[np.ndarray | None]:
        n = len(self.arrays)
        if n == 1 and not isinstance(result, (list, tuple)):
            result = [result]
        if not isinstance(result, (list, tuple)) or len(result) != n:
            count = len(result) if isinstance(result, (list, tuple)) else 0 if result is None else 1
            raise GradientError(
                f"{self.label}: {count} gradient{'s' * (count != 1)} for {n} input{'s' * (n != 1)}.",
                "Return a list with one gradient per input, in the order of the inputs."
                + (" Is a `return` missing?" if result is None else ""),
            )
        return [
            None if r is None else np.array(r.numpy() if isinstance(r, Traced) else r, dtype=np.float64)
            for r in result
        ]


def diagnose(e: Evidence, i: int, slopes: Any, wrong: np.ndarray) -> tuple[str, str]:
    """The likely cause of a wrong gradient for input `i`, and the evidence for it.

    Args:
        e: what was seen of the backward pass.
        i: which input.
        slopes: the numeric derivatives, with `.central` and `.kink`.
        wrong: which entries disagree.
    """
    name, a, n = e.names[i], e.sent[i], slopes.central
    head = f"{e.label}: the gradient for {name}"
    if a is None:
        return f"{head} is missing (None).", f"It should have shape {n.shape}. Was it never computed?"
    if a.shape != n.shape:
        return f"{head} has the wrong shape.", shape_advice(a, n, e.out.shape)
    cause = next((text for seen, text in signatures(e, i, a, slopes) if seen), "is wrong.")
    return f"{head} {cause}", numbers(e, a, n, wrong)


def signatures(e: Evidence, i: int, a: np.ndarray, slopes: Any) -> Iterator[tuple[bool, str]]:
    """(does it fit?, what it means), most telling first; evaluated only until one fits."""
    n, x, name = slopes.central, e.arrays[i], e.names[i]
    if not np.isfinite(a).all():
        at = tuple(int(k) for k in np.argwhere(~np.isfinite(a))[0])
        where = f" where {name} is 0" if x[at] == 0 else ""
        yield True, f"is not a finite number{where}: a division by zero, or a logarithm of it?"
    yield not a.any(), "is 0 everywhere: was it never written?"
    yield from upstream_mistakes(e, i, a)
    for k, other in enumerate(e.sent):
        yield (
            k != i and other is not None and other.shape == a.shape and not same(other, a)
            and same(other, n) and same(a, e.numeric(k))
        ), f"equals the one for {e.names[k]}: are the two swapped?"  # fmt: skip
    yield same(a, -n), "has the wrong sign: is a minus missing, or one too many?"
    yield same(a, 2 * n), "is twice as large as it should be: is something counted two times?"
    yield (
        same(2 * a, n),
        (
            f"is half as large as it should be: is it the ½ of a square, or `=` where `+=` is needed because {name} is "
            f"used twice?"
        ),
    )
    yield a.ndim == 2 and a.shape[0] == a.shape[1] and same(a.T, n), "is transposed: is a .T missing?"
    for size, what in sizes(e, x):
        yield same(a, size * n), f"is {size} times too large: a sum where a mean belongs ({what} = {size})?"
        yield same(size * a, n), f"is {size} times too small: a mean where a sum belongs ({what} = {size})?"
    yield constant_factor(a, n), "is off by the same factor everywhere: is a constant missing?"
    yield from mask_mistakes(a, n)
    yield one_per_row(a, n), "has one wrong entry in each row, the target's: was the one-hot not subtracted?"
    for factor_name, z in factors(e):
        with np.errstate(all="ignore"):
            yield z.shape == a.shape and same(a * z, n), f"would be right if multiplied by {factor_name}."
            yield z.shape == a.shape and same(n * z, a), f"would be right if divided by {factor_name}."
            yield (
                z.shape == a.shape and same(a * z, -n),
                f"would be right if multiplied by minus {factor_name}.",
            )
            yield z.shape == a.shape and same(n * z, -a), f"would be right if divided by minus {factor_name}."
    for axis in range(a.ndim):
        text = f"lacks the same number along axis {axis}: is the term that is summed over that axis missing?"
        yield constant_along(n - a, axis), text
        if e.out.shape == a.shape:
            with np.errstate(all="ignore"):
                yield constant_along((n - a) / e.out, axis), text
    yield (
        a.size > 2 and same(np.sort(a, axis=None), np.sort(n, axis=None)),
        (
            "has the right numbers in the wrong places: a reshape where a transpose belongs, or another order of axes?"
        ),
    )


def upstream_mistakes(e: Evidence, i: int, a: np.ndarray) -> Iterator[tuple[bool, str]]:
    """What can go wrong with the upstream gradient: a right backward pass is linear in it."""
    doubled, plus, ones = (e.again(g)[i] for g in (2 * e.g, e.g + 1, np.ones_like(e.g)))
    if (
        doubled is None
        or plus is None
        or ones is None
        or not doubled.shape == plus.shape == ones.shape == a.shape
    ):
        return
    yield same(doubled, a), "ignores the upstream gradient: did you forget to multiply by it?"
    yield same(doubled, 4 * a), "has the upstream gradient in it twice: is it multiplied in two times?"
    yield (
        not same(plus, a + ones),
        "is not linear in the upstream gradient: is it used as an index or a mask?",
    )


def mask_mistakes(a: np.ndarray, n: np.ndarray) -> Iterator[tuple[bool, str]]:
    """Zeros in the wrong places."""
    off = ~np.isclose(a, n, rtol=1e-4, atol=1e-6 * np.abs(n).max(initial=0))
    yield (
        bool(a.any() and n.any() and not (a * n).any()),
        ("is 0 exactly where it should not be, and the other way round: is a mask inverted?"),
    )
    yield bool(off.any() and (n[off] == 0).all()), "is not 0 where it should be: is a mask missing?"
    yield (
        bool(off.any() and (a[off] == 0).all()),
        ("is 0 in places where something should arrive: is a mask too strict?"),
    )


def one_per_row(a: np.ndarray, n: np.ndarray) -> bool:
    """Whether exactly one entry of every row is wrong."""
    if a.ndim == 0 or a.shape[-1] < 3:
        return False
    off = ~np.isclose(a, n, rtol=1e-4, atol=1e-6 * np.abs(n).max(initial=0))
    return bool((off.sum(axis=-1) == 1).all())


def constant_along(difference: np.ndarray, axis: int) -> bool:
    """Whether `difference` is the same number along an axis, and not simply 0."""
    mean = difference.mean(axis, keepdims=True)
    return difference.shape[axis] > 1 and same(difference, np.broadcast_to(mean, difference.shape))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two gradients agree as well as finite differences can tell."""
    if a.shape != b.shape:
        return False
    scale = np.abs(b).max(initial=0)
    return bool(scale > 0 and np.allclose(a, b, rtol=1e-4, atol=1e-6 * scale))


def sizes(e: Evidence, x: np.ndarray) -> list[tuple[int, str]]:
    """Numbers that a mean would divide by."""
    found = {x.size: "number of entries", e.out.size: "number of outputs"}
    for what, shape in (("", x.shape), (" of the output", e.out.shape)):
        for k, size in enumerate(shape):
            found.setdefault(size, f"size of axis {k}{what}")
    return [(size, what) for size, what in found.items() if size > 2]


def factors(e: Evidence) -> list[tuple[str, np.ndarray]]:
    """What is often forgotten in a product: an input, its square, the output y, 1 - y, the upstream gradient."""
    inputs = [*zip(e.names, e.arrays, strict=True), ("the output", e.out)]
    squares = [(f"{name} squared", x * x) for name, x in inputs]
    of_output = [
        ("1 − the output", 1 - e.out),
        ("1 − the output²", 1 - e.out * e.out),
        ("1 + the output", 1 + e.out),
    ]
    return [*inputs, *of_output, *squares, ("the upstream gradient", e.g)]


def constant_factor(a: np.ndarray, n: np.ndarray) -> bool:
    """Whether a = c·n for some constant c (and at least two entries say so)."""
    big = np.abs(n) > 1e-6 * np.abs(n).max(initial=0)
    if big.sum() < 2:
        return False
    c = (a[big] / n[big]).mean()
    return abs(c) > 1e-6 and same(a, c * n)


def shape_advice(a: np.ndarray, n: np.ndarray, out: tuple) -> str:
    """What a wrong shape suggests."""
    text = f"It has shape {a.shape}; the input, and so its gradient, has shape {n.shape}."
    if a.shape == n.shape[::-1] and a.ndim > 1:
        return text + " Transposed: is a .T missing?"
    if a.shape == out and a.shape != n.shape:
        return (
            text
            + " It has the shape of the output: sum it over the axes along which the input was broadcast."
        )
    return text


def numbers(e: Evidence, a: np.ndarray, n: np.ndarray, wrong: np.ndarray) -> str:
    """The worst entry, both numbers, how many are wrong, and the seed that reproduces it."""
    gap = np.where(np.isfinite(a), np.abs(a - n), np.inf) * wrong
    at = tuple(int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape)) if gap.ndim else ()
    ratio = f", ratio {a[at] / n[at]:.4g}" if n[at] != 0 and np.isfinite(a[at]) else ""
    where = f" at {list(at)}" if at else ""
    return (
        f"Worst{where}: yours {a[at]:.6g}, numeric {n[at]:.6g}{ratio}. "
        f"{int(wrong.sum())} of {a.size} entries are wrong. Seed {e.seed}."
    )
