"""Exercise 03: ReLU, Dense, the squared loss, and cases that catch or hide a published bug.

With this module, one can
- check a dense layer on known numbers:   dense_is_right(Dense(), x, W, b, g)
- judge a case for the published bug:     catches(case), hides(case)
- check the blocks together:              network_is_right(student, rng)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exercises.answers import as_several, call, compare
from exercises.blocks import check_forward, check_gradients
from exercises.errors import CheckFailed

INPUTS = ("x", "W", "b")
CASE = ("x", "W", "b", "output_diff")


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0.0)


def dense(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    return W.T @ x + b


def squared_loss(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * np.sum((y - t) ** 2))


def dense_is_right(block: Any, x: np.ndarray, W: np.ndarray, b: np.ndarray, g: np.ndarray) -> None:
    """`Dense.backward` on known numbers; for a square W the published mistake has a name."""
    what = "Dense.backward"
    right = [W @ g, np.outer(x, g), g]
    got = call(block.backward, [[x, W, b], dense(x, W, b), g], what)
    swapped = [] if W.shape[0] != W.shape[1] else [W.T @ g]
    mistakes: list[list[tuple[str, Any]]] = [
        [(f"{what}: the gradient of x adds over the wrong index: should W be transposed there?", v) for v in swapped],
        [(f"{what}: the gradient of W is transposed: which factor runs along the rows?", np.outer(g, x)),
         (f"{what}: the gradient of W ignores the upstream gradient", np.outer(x, np.ones_like(g)))],
        [(f"{what}: the gradient of b ignores the upstream gradient", np.ones_like(g))],
    ]  # fmt: skip
    parts = zip(as_several(got, INPUTS, what, "gradient"), right, INPUTS, mistakes, strict=True)
    for gradient, wanted, name, wrong in parts:
        compare(gradient, wanted, what, f"gradient of {name}", wrong)


def catches(case: Callable) -> None:
    """The published code runs on `caught()` and is wrong there."""
    _, W, g = _case(case, "caught")
    if np.allclose(W.T @ g, W @ g):
        said = "caught: the published gradient is right here, so no check would catch it"
        raise CheckFailed(said, f"Both W.T @ output_diff and W @ output_diff are {W @ g}.")


def hides(case: Callable) -> None:
    """The published code is right on `hidden()`, for every upstream gradient, although W is not diagonal."""
    _, W, g = _case(case, "hidden")
    if not np.allclose(W.T @ g, W @ g):
        said = "hidden: the published gradient is wrong here, so a check would notice it"
        raise CheckFailed(said, f"W.T @ output_diff is {W.T @ g}; W @ output_diff is {W @ g}.")
    if not np.allclose(W, W.T):
        raise CheckFailed(
            "hidden: the published gradient is right only by chance, for this one output_diff",
            f"For another one, W.T @ output_diff and W @ output_diff would differ. W is\n{W}",
        )
    if np.count_nonzero(W - np.diag(np.diag(W))) == 0:
        raise CheckFailed(
            "hidden: W is diagonal", "A diagonal W is too easy: choose one that mixes its inputs."
        )


def _case(case: Callable, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, W, b, g = as_several(call(case, [], name), CASE, name, "result")
    shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(CASE, (x, W, b, g), strict=True))
    if W.ndim != 2 or x.shape != W.shape[:1] or b.shape != W.shape[1:] or g.shape != b.shape:
        raise CheckFailed(
            f"{name}: the shapes do not fit together",
            f"Yours: {shapes}. See the shapes in task 2; output_diff is as z.",
        )
    if W.shape[0] != W.shape[1]:
        raise CheckFailed(
            f"{name}: the published code raises an error here", f"Yours: {shapes}. Try W.T @ output_diff."
        )
    if not all(np.isfinite(a).all() for a in (x, W, b, g)) or W.size == 0:
        raise CheckFailed(
            f"{name}: there are entries that are no numbers, or none at all", f"Yours: {shapes}."
        )
    return x.astype(float), W.astype(float), g.astype(float)


def network_is_right(student: Any, arrays: Sequence[np.ndarray], upstream: float) -> None:
    """Forward and backward through x → Dense → ReLU → Dense → SquaredLoss, with one layer object used twice."""
    x, W1, b1, W2, b2, t = arrays
    layer, bend, loss = student.Dense(), student.ReLU(), student.SquaredLoss()
    a = dense(x, W1, b1)
    h = relu(a)
    y = dense(h, W2, b2)
    for block, reference, inputs, name in (
        (layer, dense, [x, W1, b1], "Dense"),
        (bend, relu, [a], "ReLU"),
        (layer, dense, [h, W2, b2], "Dense"),
        (loss, squared_loss, [y, t], "SquaredLoss"),
    ):
        check_forward(block, reference, inputs, name)
    g = np.asarray(upstream)
    to_y = g * (y - t)
    check_gradients(loss, [y, t], squared_loss(y, t), g, [to_y, -to_y], "SquaredLoss.backward", ("y", "t"))
    to_h = W2 @ to_y
    check_gradients(layer, [h, W2, b2], y, to_y, [to_h, np.outer(h, to_y), to_y], "Dense.backward", INPUTS)
    to_a = to_h * (a > 0)
    check_gradients(bend, [a], h, to_h, [to_a], "ReLU.backward", ("x",))
    right = [W1 @ to_a, np.outer(x, to_a), to_a]
    check_gradients(layer, [x, W1, b1], a, to_a, right, "Dense.backward", INPUTS)
