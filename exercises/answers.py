"""Calling a student's functions, and comparing what they return with what is right.

With this module, public checks and hidden tests can
- compare a result:              check_value(student.f, [x], right, "f")
- compare several results:       check_values(student.f, [x], {"mean": m, "variance": v}, "f")
- name the likely mistake:       check_value(…, mistakes=[("f: the step was not divided by 2", wrong)])
- expect an error:               check_error(lambda: student.f(x), ValueError, "f of a graph with a cycle")
- take a result apart:           as_array(value, "f"), as_several(value, names, "f")

Every failure is a `CheckFailed` whose diagnosis has no numbers; those are in its details. A result may have any
real dtype and be a view; it is as exact as its dtype allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from exercises.errors import CheckFailed, NotWritten
from exercises.pictures import notice
from exercises.sandbox.wire import is_tensor

RTOL = 1e-9  # both sides are float64, and exercises compute short formulas
LOOSEST = 1e-5  # for results of lower precision: float32 rounds at 6e-8, wrong answers are further off
Mistakes = Iterable[tuple[str, Any]]  # (sentence, the wrong result that it describes)


def check_value(
    fun: Callable,
    args: Sequence[Any],
    right: Any,
    name: str,
    role: str = "value",
    mistakes: Mistakes = (),
    rtol: float = RTOL,
) -> np.ndarray:
    """`fun(*args)` is `right`, in shape and values, and changes none of its arguments.

    Args:
        right: what it should be.
        name: what to call the function in messages.
        role: what to call the result: "value", "gradient of x".
        mistakes: wrong results with a sentence each; a result that equals one of them gets its sentence.
        rtol: how far an entry may be off, relative to its own size plus the largest entry.

    Returns:
        What it returned, as an array of float64.

    Raises:
        CheckFailed: it is not right. NotWritten: it returned nothing.

    Example:
        >>> check_value(np.square, [np.array(3.0)], 9.0, "square")
        array(9.)
        >>> check_value(np.exp, [np.array(0.0)], 0.0, "f", mistakes=[("f: is it e⁰ = 1?", 1.0)])
        Traceback (most recent call last):
        ...
        exercises.errors.CheckFailed: f: is it e⁰ = 1?
        Yours: 1; it should be 0 (1 of 1 is wrong).
    """
    return compare(call(fun, args, name), right, name, role, mistakes, rtol)


def check_values(
    fun: Callable,
    args: Sequence[Any],
    rights: dict[str, Any],
    name: str,
    role: str = "result {}",
    mistakes: Mapping[str, Mistakes] | None = None,
    rtol: float = RTOL,
) -> list[np.ndarray]:
    """`fun(*args)` returns one result for each name in `rights`, in their order, each of them right."""
    got = as_several(call(fun, args, name), list(rights), name, "result")
    for one, value in zip(rights, got, strict=True):
        compare(value, rights[one], name, role.format(one), (mistakes or {}).get(one, ()), rtol)
    return got


def check_error(attempt: Callable[[], Any], kind: type[Exception], what: str, says: str = "") -> None:
    """`attempt()` raises `kind`, with `says` in its message; `what` completes "…: no ValueError was raised"."""
    try:
        attempt()
    except CheckFailed as failure:  # raised in a worker: the grader has the text alone
        told = failure.diagnosis
    except kind as error:
        told = f"{kind.__name__}: {error}"
    else:
        raise CheckFailed(f"{what}: no {kind.__name__} was raised", f"raise {kind.__name__}(…) there.")
    if kind.__name__ not in told:
        raise CheckFailed(f"{what}: {told}", f"It should raise a {kind.__name__}.")
    if says.lower() not in told.lower():
        raise CheckFailed(f"{what}: the message does not name {says!r}", f"It says {told!r}.")


def call(fun: Callable, args: Sequence[Any], name: str) -> Any:
    """`fun(*args)` on copies of the arguments, none of which may be changed (also inside lists and dicts)."""
    given = [copied(value) for value in args]
    with np.errstate(all="ignore"):  # what comes of nan is judged here, not by the student's console
        result = fun(*given)
    if not all(_same(a, b) for a, b in zip(given, args, strict=True)):
        raise CheckFailed(
            f"{name} overwrote its input", "Copy it first: x = x.copy(); and write z = x + y, not x += y."
        )
    return result


def copied(value: Any) -> Any:
    """A copy of arrays, also inside lists and dicts; memory order is kept, so that it matters where tests want."""
    if isinstance(value, np.ndarray):
        return np.array(value, order="K", copy=True)
    if isinstance(value, (list, tuple)):
        return type(value)(copied(item) for item in value)
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return value


def _same(a: Any, b: Any) -> bool:
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and np.array_equal(a, b, equal_nan=b.dtype.kind == "f")
    if isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if type(b) is dict:
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in b)
    return True


def as_several(value: Any, names: Sequence[str], what: str, noun: str) -> list[np.ndarray]:
    """The results that a function returned in a list or tuple: one array for each of `names`.

    `noun` is what they are: "gradient" (one per input), "result".
    """
    if value is None or value is Ellipsis:
        raise NotWritten(what)
    listed = ", ".join(names)
    each = "one gradient per input" if noun == "gradient" else f"{len(names)} {noun}s"
    if not isinstance(value, (list, tuple)):
        raise CheckFailed(f"{what} returned no list", f"Return {each} ({listed}) in a list.")
    if len(value) != len(names):
        found = f"{len(value)} {noun}{'s' * (len(value) != 1)}"
        wanted = f"for {len(names)} inputs" if noun == "gradient" else f"where {len(names)} are wanted"
        raise CheckFailed(f"{what} returned {found} {wanted}", f"Return {each}: {listed}.")
    if all(item is None or item is Ellipsis for item in value):
        raise NotWritten(what)
    return [as_array(item, f"{what}, {noun} of {one}" if noun == "gradient" else f"{what}, {one}")
            for item, one in zip(value, names, strict=True)]  # fmt: skip


def as_array(value: Any, what: str) -> np.ndarray:
    """The numbers that a student's function returned: an array, or a number where a 0-d array is meant.

    They keep their dtype, which tells how exact they can be.
    """
    if value is None or value is Ellipsis:
        raise NotWritten(what)
    if is_tensor(value):
        raise CheckFailed(
            f"{what}: a Tensor, where an array is needed",
            "All values here are plain NumPy arrays: return an array.",
        )
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        raise CheckFailed(
            f"{what}: a {kind}, where an array is needed", "Return the array itself, without brackets."
        )
    if not isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        raise CheckFailed(f"{what}: no array", "Return a NumPy array (or a number, for one value).")
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise CheckFailed(f"{what}: no real numbers", f"Its dtype is {array.dtype}.")
    return array


def compare(
    value: Any,
    right: Any,
    what: str,
    role: str = "value",
    mistakes: Mistakes = (),
    rtol: float = RTOL,
    atol: float = 0.0,
) -> np.ndarray:
    """`value`, which a student's function returned, has the shape and the numbers of `right`.

    `atol` is for sums that may cancel: how far an entry may be off, whatever its size.
    """
    array = as_array(value, what)
    got, right = array.astype(np.float64), np.asarray(right, dtype=np.float64)
    wrong = _wrong(got, right, tolerance(array.dtype, rtol), atol)
    notice(f"{what}: the {role}", right, got, wrong)
    if not wrong.any():
        return got
    named = next((said for said, mistake in mistakes if not _wrong(got, mistake, 1e-5).any()), "")
    if got.shape != right.shape:
        diagnosis = named or f"{what}: the {role} has the wrong shape"
        raise CheckFailed(diagnosis, f"Yours is {got.shape}; it should be {right.shape}.")
    raise CheckFailed(named or f"{what}: wrong {role}", _evidence(got, right, wrong))


def tolerance(dtype: np.dtype, rtol: float = RTOL) -> float:
    """How far a result of this dtype may be off."""
    if dtype.kind != "f":
        return rtol
    return max(rtol, min(LOOSEST, 64 * float(np.finfo(dtype).eps)))


def _wrong(got: np.ndarray, right: Any, rtol: float, atol: float = 0.0) -> np.ndarray:
    right = np.asarray(right, dtype=np.float64)
    if got.shape != right.shape:
        return np.ones(1, dtype=bool)
    with np.errstate(all="ignore"):
        error = np.abs(got - right)
        close = error <= rtol * (np.abs(right) + np.max(np.abs(right), initial=0.0)) + atol
    return ~(close | (got == right))  # NaN is wrong


def _evidence(got: np.ndarray, right: np.ndarray, wrong: np.ndarray) -> str:
    error = np.where(wrong, np.abs(got - right), -1.0)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
    place = f" at [{', '.join(map(str, worst))}]" if worst else ""
    count = f"{wrong.sum()} of {wrong.size} {'is' if wrong.sum() == 1 else 'are'} wrong"
    return f"Yours{place}: {got[worst]:.6g}; it should be {right[worst]:.6g} ({count})."
