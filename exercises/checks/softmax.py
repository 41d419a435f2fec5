"""Checks of softmax and cross-entropy, for exercise 07: the references, and the mistakes that people make.

With this module, public checks and hidden tests can
- check a function of rows of scores:    check_rows(student.softmax, "softmax", scores)
- check the loss, forward:               check_loss(student.CrossEntropy, scores, target)
- and backward:                          check_loss_backward(student.CrossEntropy, scores, target, seeds)

The references are the engine's own functions, which are checked against other libraries elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import minigrad as mg
from exercises.answers import check_value
from exercises.blocks import check_backward
from exercises.errors import CheckFailed
from minigrad.nn import functional as F

RTOL = 1e-6  # relative to the largest entry; what is wrong here is wrong by far more


def finite(fun: Callable, what: str, advice: str) -> Callable:
    """`fun`, with a diagnosis where it returns inf or nan.

    Example:
        >>> finite(lambda x: x - x, "f", "inf - inf is nan.")(np.inf)
        Traceback (most recent call last):
        exercises.errors.CheckFailed: f: inf or nan, where a finite number belongs...
    """

    def guarded(*args: Any) -> Any:
        with np.errstate(all="ignore"):
            value = fun(*args)
        if isinstance(value, (float, np.floating, np.ndarray)) and not np.isfinite(value).all():
            raise CheckFailed(f"{what}: inf or nan, where a finite number belongs", advice)
        return value

    return guarded


OVERFLOW = "exp(1000) is inf, and inf / inf is nan. Of what can you take exp, so that it is never above 1?"
UNDERFLOW = "exp(-1000) is 0, and log(0) is -inf. Can you get log p without taking the log of p?"


def check_rows(fun: Callable, name: str, scores: np.ndarray) -> None:
    """`log_sum_exp` or `softmax`, by name, on rows of scores."""
    with np.errstate(all="ignore"):
        top, exp = scores.max(1, keepdims=True), np.exp(scores)
        if name == "softmax":
            right = F.softmax(scores, axis=1)
            mistakes = [
                ("softmax: the sum runs over the wrong axis", exp / exp.sum(0)),
                ("softmax: the sum runs over the whole array", exp / exp.sum()),
                ("softmax: the exponentials are not divided by their sum", exp),
                ("softmax: the exponentials are not divided by their sum", np.exp(scores - top)),
            ]
        else:
            right = F.logsumexp(scores, axis=1)
            mistakes = [
                ("log_sum_exp: the maximum was subtracted, but never added again", right - top[:, 0]),
                ("log_sum_exp: the sum runs over the wrong axis", np.log(exp.sum(0))),
                ("log_sum_exp: the maximum has the wrong sign", right - 2 * top[:, 0]),
            ]
    check_value(finite(fun, name, OVERFLOW), [scores], right, name, mistakes=mistakes, rtol=RTOL)


def check_one_hot(fun: Callable, target: np.ndarray, classes: int) -> None:
    """`one_hot`, of class indices or of what is one-hot already."""
    right = np.eye(classes)[target] if target.ndim == 1 else target
    check_value(fun, [target, classes], right, "one_hot", role="array")


def loss(scores: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The mean cross-entropy."""
    return np.asarray(mg.cross_entropy(scores, target if target.ndim == 1 else target.argmax(1)))


def check_loss(make: Callable, scores: np.ndarray, target: np.ndarray) -> None:
    """`CrossEntropy(target).forward([scores])`."""
    what, right = "CrossEntropy.forward", loss(scores, target)
    n, k = scores.shape
    p = F.softmax(scores, axis=1)
    with np.errstate(all="ignore"):
        clipped = [right_class(-np.log(p + tiny), target) for tiny in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)]
    mistakes = [
        (f"{what}: a sum over the examples, where a mean belongs", right * n),
        (f"{what}: a mean over all entries, where one over the examples belongs", right / k),
        (f"{what}: the loss has the wrong sign", -right),
        (f"{what}: the probability itself, without its logarithm", right_class(p, target)),
        (f"{what}: the score of the right class is not subtracted", F.logsumexp(scores, axis=1).mean()),
        *((f"{what}: a small number inside the log hides how wrong the answer is", c) for c in clipped),
    ]
    forward = finite(make(target).forward, what, UNDERFLOW)
    check_value(forward, [[scores]], right, what, mistakes=mistakes, rtol=RTOL)


def right_class(values: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The mean over the examples of the entry of the right class."""
    classes = target if target.ndim == 1 else target.argmax(1)
    return np.asarray(values[np.arange(len(classes)), classes].mean())


def check_loss_backward(make: Callable, scores: np.ndarray, target: np.ndarray, seeds: Sequence[int]) -> None:
    """`CrossEntropy(target).backward([scores], loss, output_diff)`, against measured slopes."""
    check_backward(make(target), lambda s: loss(s, target), [scores], "CrossEntropy", ["scores"], seeds)


def check_huge_gradient(make: Callable, scores: np.ndarray, target: np.ndarray, g: float) -> None:
    """The gradient for scores at which finite differences see nothing, or only inf and nan."""
    what = "CrossEntropy.backward"
    classes = target if target.ndim == 1 else target.argmax(1)
    right = F.softmax(scores, axis=1)
    right[np.arange(len(classes)), classes] -= 1
    right = g * right / len(scores)

    def backward(*inputs: Any) -> Any:
        got = make(target).backward(*inputs)
        return got[0] if isinstance(got, (list, tuple)) and len(got) == 1 else got

    given = [[scores], loss(scores, target), np.asarray(g)]
    check_value(finite(backward, what, OVERFLOW), given, right, what, role="gradient of scores", rtol=RTOL)
