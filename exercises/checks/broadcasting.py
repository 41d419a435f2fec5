"""Exercise 06: undoing a broadcast, and the gradients of matrix products.

With this module, one can
- check the undoing:        unbroadcast_is_right(student.unbroadcast, g, (3,))
- check an entrywise rule:  multiply_is_right(student.multiply_backward, x, y, g)
- check a product's rule:   matmul_is_right(student.matmul_backward, a, b, g)
- check a layer's rule:     layer_is_right(student.layer_backward, x, W, b, g)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exercises.answers import Mistakes, as_several, call, check_value, compare
from exercises.blocks import check_rule
from exercises.errors import CheckFailed

PAIRS = [  # shapes that NumPy broadcasts against each other
    ((2, 3), (3,)), ((2, 3), (2, 1)), ((4, 1), (1, 3)), ((), (2, 4)), ((2, 3), (2, 3)), ((3, 1, 2), (4, 1)),
    ((1,), (3,)), ((1, 1), (2, 3)), ((5, 2, 3), (2, 1)), ((2, 2), (2,)), ((3, 3), (3, 1)),
]  # fmt: skip
STACKS = [  # shapes of stacks of matrices that can be multiplied
    ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 2)), ((2, 1, 3, 4), (5, 4, 2)),
    ((1, 2, 3), (4, 3, 2)),
]  # fmt: skip


def undone(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """g, summed over the axes along which an array of that shape was broadcast."""
    added = tuple(range(g.ndim - len(shape)))
    stretched = tuple(len(added) + k for k, n in enumerate(shape) if n == 1)
    return np.asarray(g.sum(axis=added + stretched, keepdims=True).reshape(shape))


def unbroadcast_is_right(unbroadcast: Callable, g: np.ndarray, shape: tuple[int, ...]) -> None:
    """`unbroadcast(g, shape)` has that shape, and every entry of g arrives somewhere."""
    right, name = undone(g, shape), "unbroadcast"
    added = g.ndim - len(shape)
    stretched = tuple(added + k for k, n in enumerate(shape) if n == 1 and g.shape[added + k] > 1)
    axes = tuple(range(added)) + stretched
    first = g[tuple(slice(0, 1) if k in axes else slice(None) for k in range(g.ndim))]
    mistakes: list[tuple[str, Any]] = [
        (f"{name} averages: every copy counts fully, so it is a sum", right * right.size / max(1, g.size)),
        (f"{name} takes one of the copies: the others count as well", first.reshape(shape)),
        (f"{name} returns g as it came: was nothing summed?", g),
        (f"{name} adds up everything", np.full(shape, g.sum())),
        (f"{name} loses an axis of length 1: sum over it with keepdims=True", g.sum(axis=axes)),
        (f"{name} leaves the axes that were added in front: they go away", g.sum(axis=axes, keepdims=True)),
    ]
    if g.ndim == 2 and g.shape[0] == g.shape[1] and len(axes) == 1:
        mistakes.append((f"{name} sums over the wrong axis", g.sum(axis=1 - axes[0]).reshape(shape)))
    different = [
        (said, wrong) for said, wrong in mistakes if np.shape(wrong) != shape or not np.allclose(wrong, right)
    ]
    check_value(unbroadcast, [g, shape], right, name, "gradient", different)


def multiply_is_right(rule: Callable, x: np.ndarray, y: np.ndarray, g: np.ndarray) -> None:
    """`multiply_backward(g, x, y)`: messages, then sums."""
    what, mistakes = "multiply_backward", []
    for own, other, name in ((x, y, "x"), (y, x, "y")):
        early = undone(g, own.shape) * undone(other + 0 * g, own.shape)
        wrong = [
            (f"{what}: the gradient of {name} has its own value as a factor, not the other one",
             undone(g * own, own.shape)),
            (f"{what}: the broadcast of {name} is undone too early: multiply first, then add up", early),
            (f"{what}: the gradient of {name} has the wrong shape: is its broadcast undone?", g * other),
        ]  # fmt: skip
        right = undone(g * other, own.shape)
        mistakes.append(
            [(said, m) for said, m in wrong if np.shape(m) != right.shape or not np.allclose(m, right)]
        )
    _known(rule, [g, x, y], [undone(g * y, x.shape), undone(g * x, y.shape)], ("x", "y"), mistakes, what)


def matmul_is_right(
    rule: Callable, a: np.ndarray, b: np.ndarray, g: np.ndarray, what: str = "matmul_backward"
) -> None:
    """`matmul_backward(g, a, b)` of two matrices; for square ones the usual mistakes have names."""
    to_a: list[tuple[str, Any]] = []
    to_b: list[tuple[str, Any]] = []
    one, ignores = np.ones_like(g), f"{what} ignores the upstream gradient"
    if a.shape == b.shape == g.shape:
        to_a = [(f"{what}: the gradient of a needs b transposed", g @ b),
                (f"{what}: the gradient of a has its factors in the wrong order", b.T @ g)]  # fmt: skip
        to_b = [(f"{what}: the gradient of b needs a transposed", a @ g),
                (f"{what}: the gradient of b has its factors in the wrong order", g @ a.T)]  # fmt: skip
        to_a += [
            (f"{what} multiplies entry by entry", g * b),
            (f"{what}: are the two gradients swapped?", a.T @ g),
        ]
        to_b += [(f"{what} multiplies entry by entry", g * a)]
    to_a.append((ignores, one @ b.T))
    to_b.append((ignores, a.T @ one))
    _known(rule, [g, a, b], [g @ b.T, a.T @ g], ("a", "b"), [to_a, to_b], what)


def layer_is_right(rule: Callable, x: np.ndarray, W: np.ndarray, b: np.ndarray, g: np.ndarray) -> None:
    """`layer_backward(g, x, W, b)` of a layer that sees a batch, a row per example."""
    what = "layer_backward"
    right = [g @ W.T, x.T @ g, g.sum(axis=0)]
    mistakes: list[Mistakes] = [
        [],
        [(f"{what}: the gradient of W is averaged over the batch: it is a sum", x.T @ g / len(x))],
        [
            (f"{what}: the gradient of b is averaged over the batch: it is a sum", g.mean(axis=0)),
            (f"{what}: the gradient of b has a row per example: every example sends one, and they add up", g),
            (f"{what}: the gradient of b is summed over the wrong axis", g.sum(axis=1)),
        ],
    ]
    _known(rule, [g, x, W, b], right, ("x", "W", "b"), mistakes, what)


def layer(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    return x @ W + b


def stack_is_right(rule: Callable, a: np.ndarray, b: np.ndarray, seeds: Sequence[int]) -> None:
    """`stack_backward(g, a, b)` of stacks of matrices, against measured slopes."""
    what, g = "stack_backward", np.ones((a @ b).shape)
    for gradient, x, name in zip(
        as_several(rule(g, a, b), "ab", what, "gradient"), (a, b), "ab", strict=True
    ):
        if gradient.shape != x.shape:
            said = f"{what}: the gradient of {name} has the wrong shape: is the broadcast of the axes in front undone?"
            raise CheckFailed(said, f"Yours is {gradient.shape}; {name} is {x.shape}.")
    check_rule(rule, np.matmul, [a, b], what, ("a", "b"), seeds)


def _known(
    rule: Callable, args: list, right: list[np.ndarray], names: tuple[str, ...], mistakes: list, what: str
) -> None:
    got = as_several(call(rule, args, what), names, what, "gradient")
    for value, wanted, name, wrong in zip(got, right, names, mistakes, strict=True):
        compare(value, wanted, what, f"gradient of {name}", wrong)
