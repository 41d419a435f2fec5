"""Public checks of exercise 08: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the numbers of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import optimizers as steps

ONE, FOUR, ZERO = np.array([1.0]), np.array([4.0]), np.array([0.0])
W = np.array([[0.5, -1.5, 2.0], [1.0, -0.3, -2.5]])
G = np.array([[2.0, -0.6, 0.3], [-1.1, 0.0, 4.0]])
V = np.array([[0.3, 0.2, -0.7], [-0.1, 0.5, 0.05]])
S = np.array([[1.5, 0.1, 0.0], [0.4, 2.5, 0.3]])


def _drawn(w1: Any) -> Any:
    import visuals

    return visuals.draw(w1)


def _numbers(**values: float) -> Any:
    """Named numbers, as Tensors."""
    import minigrad as mg

    return [mg.tensor(value, requires_grad=True, name=name) for name, value in values.items()]


def target_momentum() -> Any:
    w, g, v = _numbers(w=1.0, g=4.0, v=0.4)
    return _drawn(w - (0.9 * v + 0.1 * g))


def target_adagrad() -> Any:
    w, g, s = _numbers(w=1.0, g=4.0, s=9.0)
    return _drawn(w - 0.1 * g / (np.sqrt(s + g**2) + 1e-8))


def target_rmsprop() -> Any:
    w, g, s = _numbers(w=1.0, g=4.0, s=4.0)
    return _drawn(w - 0.1 * g / (np.sqrt(0.75 * s + 0.25 * g**2) + 1e-8))


def target_adam() -> Any:
    w, g, m, s = _numbers(w=1.0, g=4.0, m=0.0, s=0.0)
    m_hat, s_hat = (0.9 * m + 0.1 * g) / 0.1, (0.999 * s + 0.001 * g**2) / 0.001
    return _drawn(w - 0.1 * m_hat / (np.sqrt(s_hat) + 1e-8))


def target_published_adam() -> Any:
    """The lengths of ten steps under a constant gradient."""
    from matplotlib.figure import Figure

    figure = Figure((6.5, 2.6), layout="constrained")
    ax = figure.subplots()
    for name, step, style in (
        ("by the law", steps.adam, "o-"),
        ("as printed", steps.adam_as_printed, "s--"),
    ):
        w, m, s, lengths = 0.0, 0.0, 0.0, []
        for t in range(1, 11):
            new, m, s = step(w, 4.0, m, s, t, 0.1)
            lengths.append(w - new)
            w = new
        ax.plot(range(1, 11), lengths, style, label=name)
    ax.set(xlabel="step", ylabel="length", ylim=(0, None), xticks=range(1, 11))
    ax.legend()
    return figure


def check_momentum(student: Any) -> Iterator[str]:
    yield "the example: v becomes 0.4"
    steps.check_momentum(student.momentum_step, ONE, FOUR, ZERO, 0.1, 0.9)
    yield "the example again: v becomes 0.76"
    steps.check_momentum(student.momentum_step, ONE, FOUR, np.array([0.4]), 0.1, 0.9)
    yield "six weights on their way"
    steps.check_momentum(student.momentum_step, W, G, V, 0.05, 0.8)


def check_adagrad(student: Any) -> Iterator[str]:
    yield "the example: a step of 0.08"
    steps.check_adagrad(student.adagrad_step, ONE, FOUR, np.array([9.0]), 0.1, 1e-8)
    yield "six weights on their way, with a large ε"
    steps.check_adagrad(student.adagrad_step, W, G, S, 0.05, 0.1)


def check_rmsprop(student: Any) -> Iterator[str]:
    yield "the example: a step of 0.151"
    steps.check_rmsprop(student.rmsprop_step, ONE, FOUR, np.array([4.0]), 0.1, 0.75, 1e-8)
    yield "six weights on their way, with a large ε"
    steps.check_rmsprop(student.rmsprop_step, W, G, S, 0.05, 0.8, 0.1)


def check_adam(student: Any) -> Iterator[str]:
    yield "the first step"
    steps.check_adam(student.adam_step, ONE, FOUR, ZERO, ZERO, 1, (0.1, 0.9, 0.999, 1e-8))
    yield "six weights in step 3, with a large ε"
    steps.check_adam(student.adam_step, W, G, V, S, 3, (0.05, 0.8, 0.95, 0.1))


def check_published_adam(student: Any) -> Iterator[str]:
    for which in steps.OTHERS:
        yield f"an Adam {which}"
        steps.check_first_wrong_step(student.first_wrong_step, which, 0.1)
