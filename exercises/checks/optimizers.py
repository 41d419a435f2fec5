"""Checks of the steps of optimizers, for exercise 08: the references, and the mistakes that people make.

With this module, public checks and hidden tests can
- check one step from any state:    check_momentum(student.momentum_step, w, g, v, lr, mu), check_adam(…), …
- check several in a row:           check_run(step, right_step, start, gradients, "adam_step", memories=2)
- have optimizers to be tested:     adam(…), adam_as_printed(…), OTHERS

All steps are plain functions: (w, g, memory…, numbers…) -> (new w, new memory…).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from exercises.answers import as_several, call, check_values, compare

RTOL = 1e-6  # relative to the largest entry; what is wrong here is wrong by far more
Array = Any


def check_momentum(fun: Callable, w: Array, g: Array, v: Array, lr: float, mu: float) -> None:
    """`momentum_step(w, g, v, lr, mu)`."""
    v1 = mu * v + lr * g
    mistakes = {
        "w": [
            ("momentum_step: w and v are returned in the wrong order", v1),
            ("momentum_step: w goes uphill", w + v1),
            ("momentum_step: w moves by the old velocity, not by the new one", w - v),
            ("momentum_step: the velocity is ignored", w - lr * g),
            ("momentum_step: the learning rate is missing", w - (mu * v + g)),
            ("momentum_step: the learning rate is in it twice", w - lr * v1),
            ("momentum_step: the learning rate scales the old velocity too", w - lr * (mu * v + g)),
            ("momentum_step: the gradient is scaled by 1 − μ", w - (mu * v + (1 - mu) * lr * g)),
        ],
        "v": [
            ("momentum_step: the old velocity is returned, not the new one", v),
            ("momentum_step: the learning rate is not in the velocity", mu * v + g),
            ("momentum_step: the velocity has the wrong sign", -v1),
        ],
    }
    check_values(fun, [w, g, v, lr, mu], {"w": w - v1, "v": v1}, "momentum_step", "new {}", mistakes, RTOL)


def _scaled(name: str, w: Array, g: Array, s: Array, s1: Array, lr: float, eps: float) -> list:
    """The mistakes of dividing a gradient by the root of a mean square, `s` before and `s1` after."""
    with np.errstate(all="ignore"):
        return [
            (f"{name}: w goes uphill", w + lr * g / (np.sqrt(s1) + eps)),
            (f"{name}: the square root is missing", w - lr * g / (s1 + eps)),
            (f"{name}: ε stands inside the root, not beside it", w - lr * g / np.sqrt(s1 + eps)),
            (f"{name}: ε is missing", w - lr * g / np.sqrt(s1)),
            (f"{name}: the step divides by the old s, not by the new one", w - lr * g / (np.sqrt(s) + eps)),
            (f"{name}: the step is multiplied by the root, not divided", w - lr * g * (np.sqrt(s1) + eps)),
            (f"{name}: the learning rate is missing", w - g / (np.sqrt(s1) + eps)),
            (f"{name}: w and s are returned in the wrong order", s1),
        ]


def check_adagrad(fun: Callable, w: Array, g: Array, s: Array, lr: float, eps: float) -> None:
    """`adagrad_step(w, g, s, lr, eps)`."""
    name, s1 = "adagrad_step", s + g * g
    mistakes = {
        "w": [
            *_scaled(name, w, g, s, s1, lr, eps),
            (f"{name}: g is added to s, not its square", w - lr * g / (np.sqrt(np.abs(s + g)) + eps)),
        ],
        "s": [
            (f"{name}: the old s is returned, not the new one", s),
            (f"{name}: s forgets what it held", g * g),
        ],
    }
    right = {"w": w - lr * g / (np.sqrt(s1) + eps), "s": s1}
    check_values(fun, [w, g, s, lr, eps], right, name, "new {}", mistakes, RTOL)


def check_rmsprop(fun: Callable, w: Array, g: Array, s: Array, lr: float, rho: float, eps: float) -> None:
    """`rmsprop_step(w, g, s, lr, rho, eps)`."""
    name, s1 = "rmsprop_step", rho * s + (1 - rho) * g * g

    def moved(other: Array) -> Array:
        return w - lr * g / (np.sqrt(other) + eps)

    mistakes = {
        "w": [
            *_scaled(name, w, g, s, s1, lr, eps),
            (f"{name}: ρ and 1 − ρ are swapped", moved((1 - rho) * s + rho * g * g)),
            (f"{name}: the new square is not scaled by 1 − ρ", moved(rho * s + g * g)),
            (f"{name}: s never forgets, as in Adagrad", moved(s + g * g)),
        ],
        "s": [(f"{name}: the old s is returned, not the new one", s)],
    }
    check_values(
        fun, [w, g, s, lr, rho, eps], {"w": moved(s1), "s": s1}, name, "new {}", mistakes, RTOL
    )  # fmt: skip


def check_adam(
    fun: Callable, w: Array, g: Array, m: Array, s: Array, t: int, numbers: Sequence[float]
) -> None:
    """`adam_step(w, g, m, s, t, lr, beta1, beta2, eps)`; `numbers` are the last four."""
    name = "adam_step"
    lr, b1, b2, eps = numbers
    w1, m1, s1 = adam(w, g, m, s, t, *numbers)
    m_hat, s_hat = m1 / (1 - b1**t), s1 / (1 - b2**t)

    def moved(top: Array, below: Array) -> Array:
        with np.errstate(all="ignore"):
            return w - lr * top / (np.sqrt(below) + eps)

    swapped = adam(w, g, m, s, t, lr, b2, b1, eps)
    mistakes = {
        "w": [
            *_scaled(name, w, m_hat, s, s_hat, lr, eps),
            (f"{name}: there is no bias correction", moved(m1, s1)),
            (f"{name}: only m is corrected", moved(m_hat, s1)),
            (f"{name}: only s is corrected", moved(m1, s_hat)),
            (f"{name}: the gradient itself is the step, not its mean m", moved(g, s_hat)),
            (f"{name}: β₁ and β₂ are swapped", swapped[0]),
            (
                f"{name}: the correction multiplies where it should divide",
                moved(m1 * (1 - b1**t), s1 * (1 - b2**t)),
            ),
            (f"{name}: the correction forgets the power t", moved(m1 / (1 - b1), s1 / (1 - b2))),
            (f"{name}: the power is t + 1, not t", moved(m1 / (1 - b1 ** (t + 1)), s1 / (1 - b2 ** (t + 1)))),
        ],
        "m": [
            (f"{name}: the corrected m is returned, and will be corrected again", m_hat),
            (f"{name}: the old m is returned, not the new one", m),
            (f"{name}: β₁ and β₂ are swapped", swapped[1]),
        ],
        "s": [
            (f"{name}: the corrected s is returned, and will be corrected again", s_hat),
            (f"{name}: the old s is returned, not the new one", s),
        ],
    }
    right = {"w": w1, "m": m1, "s": s1}
    check_values(fun, [w, g, m, s, t, *numbers], right, name, "new {}", mistakes, RTOL)


def check_run(
    fun: Callable, right: Callable, w: Array, gradients: Sequence[Array], what: str, memories: int
) -> None:
    """Several steps in a row, each from what the last one returned: (w, g, memory…, t) -> (w, memory…)."""
    names = ["w", *("v" if memories == 1 else f"memory {k}" for k in range(memories))]
    mine, state, true = w, [np.zeros_like(w)] * memories, [w, *[np.zeros_like(w)] * memories]
    for t, g in enumerate(gradients, 1):
        mine, *state = as_several(call(fun, [mine, g, *state, t], what), names, what, "result")
        true = list(right(true[0], g, *true[1:], t))
        compare(mine, true[0], what, "w after several steps", rtol=RTOL)


# Optimizers to be tested by students' own tests: step(w, g, m, s, t) -> (w, m, s) ------------------------


def adam(
    w: Array, g: Array, m: Array, s: Array, t: int, lr: float, beta1: float = 0.9, beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple:  # fmt: skip
    """Kingma & Ba (2015), algorithm 1."""
    m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps), m, s


def adam_as_printed(w: Array, g: Array, m: Array, s: Array, t: int, lr: float) -> tuple:
    """As the lecture notes print it: the corrected m and s go into the next step.

    Example:
        >>> w, m, s, lengths = 1.0, 0.0, 0.0, []
        >>> for t in (1, 2, 3):
        ...     new, m, s = adam_as_printed(w, 4.0, m, s, t, 0.1)
        ...     lengths.append(round(float(w - new), 4))
        ...     w = new
        >>> lengths
        [0.1, 0.0235, 0.0044]
    """
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    m, s = m / (1 - 0.9**t), s / (1 - 0.999**t)
    return w - lr * m / (np.sqrt(s) + 1e-8), m, s


def adam_uncorrected(w: Array, g: Array, m: Array, s: Array, t: int, lr: float) -> tuple:
    """Without bias correction."""
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    return w - lr * m / (np.sqrt(s) + 1e-8), m, s


def adam_without_root(w: Array, g: Array, m: Array, s: Array, t: int, lr: float) -> tuple:
    """Divides by the mean square itself: right where the gradient is 1, and nowhere else."""
    _, m, s = adam(w, g, m, s, t, lr)
    return w - lr * (m / (1 - 0.9**t)) / (s / (1 - 0.999**t) + 1e-8), m, s


def adam_uphill(w: Array, g: Array, m: Array, s: Array, t: int, lr: float) -> tuple:
    """Steps of the right length in the wrong direction."""
    new, m, s = adam(w, g, m, s, t, lr)
    return 2 * w - new, m, s


def adam_decaying(begin: int) -> Callable:
    """Right until step `begin`, from which on the steps are half as long."""

    def step(w: Array, g: Array, m: Array, s: Array, t: int, lr: float) -> tuple:
        return adam(w, g, m, s, t, lr if t < begin else lr / 2)

    return step


OTHERS: Mapping[str, tuple[Callable, int]] = {
    "that is right": (adam, 0),
    "as printed": (adam_as_printed, 2),
    "without bias correction": (adam_uncorrected, 1),
    "without the root": (adam_without_root, 1),
    "that goes uphill": (adam_uphill, 1),
    "with a wrong fourth step": (adam_decaying(4), 4),
}


def check_first_wrong_step(fun: Callable, which: str, lr: float, steps: int = 8) -> None:
    """`first_wrong_step(step, lr, steps)` on one of OTHERS."""
    what = "first_wrong_step"
    other, right = OTHERS[which]

    def step(w: Array, g: Array, m: Array, s: Array, t: int) -> tuple:
        return other(w, g, m, s, t, lr)

    hints = {
        "that is right": f"{what}: an Adam {which} is called wrong",
        "without the root": f"{what}: an Adam {which} is not found: is your gradient a special one?",
    }
    miss = hints.get(which, f"{what}: an Adam {which}: not the step at which it goes wrong")
    got = call(fun, [step, lr, steps], what)
    near = [(f"{what}: an Adam {which}: counted from 0, not from 1", right - 1)] if right > 1 else []
    wrong = [(miss, float(k)) for k in range(-1, steps + 2) if k != right]
    compare(got, float(right), what, "step", [*near, *wrong])
