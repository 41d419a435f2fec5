"""Checks of a deep linear network, of initialisations and of dropout, for exercise 09.

With this module, public checks and hidden tests can
- check the forward pass:       check_activations(student.activations, weights, x)
- check its gradient:           check_deep_linear(student.deep_linear_backward, weights, x, g)
- check the size of weights:    check_weights(student.xavier, "xavier", n_in, n_out, seed)
- check dropout:                check_dropout_forward(student.Dropout, x, p, seed), check_dropout_backward(…), …
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from exercises.answers import as_array, as_several, call, check_value, compare
from exercises.errors import CheckFailed

RTOL = 1e-6  # relative to the largest entry; what is wrong here is wrong by far more


def product(factors: Sequence[np.ndarray], size: int) -> np.ndarray:
    """W_k ··· W_1 of [W_1, …, W_k]; the identity if there are none."""
    return reduce(lambda done, factor: factor @ done, factors, np.eye(size))


def check_activations(fun: Callable, weights: list, x: np.ndarray) -> None:
    """`activations(weights, x)`: x, W₁x, W₂W₁x, …, the output."""
    what = "activations"
    names = [f"h{k}" for k in range(len(weights) + 1)]
    got = as_several(call(fun, [weights, x], what), names, what, "result")
    for k, (name, h) in enumerate(zip(names, got, strict=True)):
        right = product(weights[:k], x.size) @ x
        before = [(f"{what}: each layer starts from x again, not from the one below", weights[k - 1] @ x)] if (
            k > 1 and weights[k - 1].shape[1] == x.size
        ) else []  # fmt: skip
        compare(h, right, what, name, before, RTOL)


def check_deep_linear(fun: Callable, weights: list, x: np.ndarray, g: np.ndarray) -> None:
    """`deep_linear_backward(weights, x, output_diff)`: one gradient per matrix."""
    what = "deep_linear_backward"
    names = [f"W{k + 1}" for k in range(len(weights))]
    got = as_several(call(fun, [weights, x, g], what), names, what, "gradient")
    messages = [product(weights[r + 1 :], len(weights[r])).T @ g for r in range(len(weights))]
    below = [product(weights[:r], x.size) @ x for r in range(len(weights))]
    rights = list(map(np.outer, messages, below))
    if len(rights) > 1 and all(map(_near, got, reversed(rights))):
        raise CheckFailed(
            f"{what}: the gradients are in the wrong order, last layer first", "W1 comes first."
        )
    for r, (name, gradient) in enumerate(zip(names, got, strict=True)):
        right, above = rights[r], weights[r + 1 :]
        wrong = {"the gradients have the wrong sign": -right, "the gradients are transposed": right.T}
        if all(w.shape == (x.size, x.size) for w in weights):  # else such mistakes end in an error of NumPy's
            turned = product(above[::-1], x.size)
            wrong |= {
                "the transposed factors are in the wrong order": np.outer(turned.T @ g, below[r]),
                "the factors are not transposed": np.outer(turned @ g, below[r]),
                "x stands where the layer's own input belongs": np.outer(messages[r], x),
                "the message is not sent back through the layers above": np.outer(g, below[r]),
                "W_r itself is among the factors": np.outer(weights[r].T @ messages[r], below[r]),
            }
        mistakes = [(f"{what}: {said}", values) for said, values in wrong.items()]
        compare(gradient, right, what, f"gradient of {name}", mistakes, RTOL)


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=RTOL * np.abs(b).max(initial=0))


# Initialisation --------------------------------------------------------------------------------------------

VARIANCES = {
    "xavier": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, n_out: 2 / n_in,
}


def check_weights(fun: Callable, name: str, n_in: int, n_out: int, seed: int) -> None:
    """`xavier(n_in, n_out, seed)` or `he(…)`: shape, mean and variance; the kind of distribution is free."""
    weights = as_array(call(fun, [n_in, n_out, seed], name), name).astype(np.float64)
    if weights.shape != (n_out, n_in):
        raise CheckFailed(
            f"{name}: the value has the wrong shape",
            f"Yours is {weights.shape}; for W x with n_in = {n_in} and n_out = {n_out} it is {(n_out, n_in)}.",
        )
    again, other = (as_array(fun(n_in, n_out, s), name) for s in (seed, seed + 1))
    if not np.array_equal(weights, again):
        raise CheckFailed(f"{name}: two calls with the same seed differ", "rng = np.random.default_rng(seed)")
    if len(np.unique(weights, axis=0)) < n_out or len(np.unique(weights, axis=1).T) < n_in:
        raise CheckFailed(f"{name}: units start alike", "Equal units get equal messages and stay equal.")
    if np.array_equal(weights, other):
        raise CheckFailed(f"{name}: all seeds give the same weights", "rng = np.random.default_rng(seed)")
    variance, right = float(np.var(weights)), VARIANCES[name](n_in, n_out)
    told = f"The variance of yours is {variance:.3g}; it should be about {right:.3g}."
    if abs(weights.mean()) > 0.05 * np.sqrt(variance):
        raise CheckFailed(f"{name}: the mean is not 0", f"The mean of yours is {weights.mean():.3g}.")
    if abs(variance / right - 1) > 0.05:
        close = [said for said, wrong in _variances(name, n_in, n_out) if abs(variance / wrong - 1) < 0.05]
        raise CheckFailed(f"{name}: {close[0] if close else 'the variance is wrong'}", told)


def _variances(name: str, n_in: int, n_out: int) -> list[tuple[str, float]]:
    """What goes wrong with a variance, and what comes of it."""
    right = VARIANCES[name](n_in, n_out)
    other = VARIANCES["he" if name == "xavier" else "xavier"](n_in, n_out)
    return [
        ("σ² stands where the standard deviation σ belongs", right**2),
        ("the weights are not scaled at all", 1.0),
        ("the weights are not scaled at all", 1 / 3),
        ("a uniform draw from −σ to σ has only a third of the variance", right / 3),
        ("n_in and n_out are swapped", 2 / n_out),
        ("this is the variance of the other one", other),
        ("the 2 is missing", right / 2),
        ("a mean of n_in and n_out has a 2 in it", 2 * right),
    ]


# Dropout ---------------------------------------------------------------------------------------------------


def _dropped(node: Any, x: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """A forward pass in training: what came out, and which entries are kept."""
    what = "Dropout.forward"
    z = as_array(call(node.forward, [[x]], what), what).astype(np.float64)
    if z.shape != x.shape:
        raise CheckFailed(f"{what}: the value has the wrong shape", f"Yours is {z.shape}; x is {x.shape}.")
    kept = z != 0
    return z, kept


def check_dropout_forward(make: Callable, x: np.ndarray, p: float, seed: int) -> None:
    """`Dropout(p, seed)` in training: how many entries it drops, which, and what becomes of the others."""
    what, node = "Dropout.forward", make(p, seed)
    z, kept = _dropped(node, x, p)
    share = 1 - kept.mean()
    if abs(share - p) > 0.05:
        keeps = abs(share - (1 - p)) < 0.05
        said = "p is taken for the probability to keep" if keeps else "the wrong share is dropped"
        raise CheckFailed(f"{what}: {said}", f"Of {x.size} entries, {share:.0%} are 0; p is {p:.0%}.")
    if any(np.isin(kept.mean(axis), (0, 1)).all() for axis in (0, 1)):
        raise CheckFailed(f"{what}: whole rows or columns are dropped", "The mask needs the shape of x.")
    mistakes = [
        (f"{what}: the entries that are kept are not scaled by 1 / (1 − p)", x * kept),
        (f"{what}: the entries that are kept are divided by p, not by 1 − p", x * kept / p),
        (f"{what}: the entries that are kept are multiplied by 1 − p, not divided", x * kept * (1 - p)),
    ]
    compare(z, x * kept / (1 - p), what, "value", mistakes, RTOL)
    if np.array_equal(kept, _dropped(node, x, p)[1]):
        raise CheckFailed(f"{what}: the same mask twice", "Draw a new one in each forward pass.")
    if not np.array_equal(kept, _dropped(make(p, seed), x, p)[1]):
        raise CheckFailed(f"{what}: the mask does not come from self.rng", "Then nobody can repeat your run.")
    check_value(make(0.0, seed).forward, [[x]], x, f"{what} with p = 0", rtol=RTOL)


def check_dropout_backward(make: Callable, x: np.ndarray, g: np.ndarray, p: float, seed: int) -> None:
    """After two forward passes, the gradient goes through the mask of the second."""
    what, node = "Dropout.backward", make(p, seed)
    _, first = _dropped(node, x, p)
    z, kept = _dropped(node, x, p)
    [gradient] = as_several(call(node.backward, [[x], z, g], what), ["x"], what, "gradient")
    mistakes = [
        (f"{what}: the mask is missing", g),
        (f"{what}: the mask is missing", g / (1 - p)),
        (f"{what}: the factor 1 / (1 − p) is missing", g * kept),
        (f"{what}: the mask is that of an earlier forward pass", g * first / (1 - p)),
        (f"{what}: the output is taken for the mask", g * z),
        (f"{what}: ignores the upstream gradient", kept / (1 - p)),
    ]
    gradient = np.broadcast_to(gradient, x.shape) if gradient.shape == () else gradient
    if gradient.shape == x.shape and not np.array_equal(gradient != 0, kept):
        masked = np.where(gradient != 0, g / (1 - p), 0.0)
        mistakes.append((f"{what}: a new mask is drawn on the way back", masked))
    compare(gradient, g * kept / (1 - p), what, "gradient of x", mistakes, RTOL)


def check_dropout_evaluation(make: Callable, x: np.ndarray, g: np.ndarray, p: float, seed: int) -> None:
    """With training switched off, dropout does nothing, forward and backward."""
    node = make(p, seed)
    _dropped(node, x, p)
    node.set("training", False)
    what = "Dropout.forward with training off"
    z = as_array(call(node.forward, [[x]], what), what).astype(np.float64)
    if z.shape == x.shape and (z == 0).any():
        raise CheckFailed(f"{what}: entries are still dropped", f"{(z == 0).sum()} of {z.size} are 0.")
    said = f"{what}: the entries are scaled, though none is dropped"
    compare(z, x, what, "value", [(said, x / (1 - p)), (said, x * (1 - p))])
    what = "Dropout.backward with training off"
    [gradient] = as_several(call(node.backward, [[x], x, g], what), ["x"], what, "gradient")
    if gradient.shape == x.shape and (gradient == 0).any():
        raise CheckFailed(
            f"{what}: the mask of the last training pass is still in use", "Look at self.training."
        )
    compare(gradient, g, what, "gradient of x")
