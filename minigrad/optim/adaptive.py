"""Methods that divide by the size of past gradients: Adagrad, RMSprop, Adadelta.

All of them precondition: an entry whose gradients were large gets a smaller rate. They differ in what "past"
means: Adagrad adds up everything, so its rates only fall; RMSprop and Adadelta forget.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.optim.groups import FRACTION, POSITIVE
from minigrad.optim.optimizer import Optimizer


def mean_square(s: Any, keep: float, x: Any, buffer: Any) -> None:
    """s ← keep · s + (1 - keep) · x², in place."""
    np.multiply(x, 1 - keep, out=buffer)
    buffer *= x
    s *= keep
    s += buffer


class Adagrad(Optimizer):
    """s ← s + g²; w ← w - η g / (√s + ε).

    Args:
        params: what to update: a list of leaf Tensors, or a list of groups (see `Optimizer`).
        lr: the learning rate η, above 0.
        eps: ε, which keeps the divisor above 0.
        weight_decay, l1: penalties, see `Optimizer`.

    Raises:
        ValueError: no parameters, or a number outside its range.

    Source: Duchi, Hazan & Singer (2011), "Adaptive subgradient methods for online learning".

    Example:
        Its first step has length η whatever the gradient:

        >>> import minigrad as mg
        >>> w = mg.Parameter([1.0, 1.0])
        >>> (w * mg.tensor([1000.0, 0.001])).sum().backward()
        >>> mg.optim.Adagrad([w], lr=0.5).step()
        >>> w.data.round(4)
        array([0.5, 0.5])
    """

    ranges = {**Optimizer.ranges, "eps": POSITIVE}

    def __init__(
        self, params: Any, lr: float = 0.01, eps: float = 1e-10, weight_decay: float = 0.0, l1: float = 0.0
    ) -> None:
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, l1=l1)

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        s, buffer = arrays
        s += np.multiply(g, g, out=buffer)
        root = np.sqrt(s, out=buffer)
        root += h["eps"]
        w -= np.divide(g * h["lr"], root, out=buffer)


class RMSprop(Optimizer):
    """s ← α s + (1 - α) g²; w ← w - η g / (√s + ε). With momentum: v ← μ v + g / (√s + ε); w ← w - η v.

    Args:
        params: what to update: a list of leaf Tensors, or a list of groups (see `Optimizer`).
        lr: the learning rate η, above 0.
        alpha: α, how much of the past is kept, in [0, 1).
        eps: ε, which keeps the divisor above 0.
        momentum: μ, in [0, 1).
        weight_decay, l1: penalties, see `Optimizer`.

    Raises:
        ValueError: no parameters, or a number outside its range.

    Source: Tieleman & Hinton (2012), lecture 6.5 of "Neural networks for machine learning".

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> (w * w).backward()
        >>> mg.optim.RMSprop([w], lr=0.01, alpha=0.99).step()  # 0.01 · 2 / √(0.01 · 2²) = 0.1
        >>> round(w.item(), 6)
        0.9
    """

    ranges = {**Optimizer.ranges, "alpha": FRACTION, "eps": POSITIVE, "momentum": FRACTION}

    def __init__(
        self,
        params: Any,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay, l1=l1
        )

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "momentum_buffer") if h["momentum"] else ("square_avg",)

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        s, *velocity, buffer = arrays
        mean_square(s, h["alpha"], g, buffer)
        root = np.sqrt(s, out=buffer)
        root += h["eps"]
        if not velocity:
            w -= np.divide(g * h["lr"], root, out=buffer)
            return
        (v,) = velocity
        v *= h["momentum"]
        v += np.divide(g, root, out=buffer)
        w -= np.multiply(v, h["lr"], out=buffer)


class Adadelta(Optimizer):
    """s ← ρ s + (1 - ρ) g²; Δ = g √(d + ε) / √(s + ε); d ← ρ d + (1 - ρ) Δ²; w ← w - η Δ.

    The numerator gives the step the unit of w, so that η = 1 fits: the method sets its own rate.

    Args:
        params: what to update: a list of leaf Tensors, or a list of groups (see `Optimizer`).
        lr: the learning rate η, above 0.
        rho: ρ, how much of the past is kept, in [0, 1).
        eps: ε, above 0: it also sets the size of the first steps.
        weight_decay, l1: penalties, see `Optimizer`.

    Raises:
        ValueError: no parameters, or a number outside its range.

    Source: Zeiler (2012), "ADADELTA: an adaptive learning rate method".

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> (w * w).backward()
        >>> mg.optim.Adadelta([w]).step()  # 2 · √1e-6 / √(0.1 · 2²)
        >>> round(w.item(), 6)
        0.996838
    """

    ranges = {**Optimizer.ranges, "rho": FRACTION, "eps": POSITIVE}

    def __init__(
        self,
        params: Any,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, l1=l1)

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        s, d, buffer = arrays
        mean_square(s, h["rho"], g, buffer)
        root = np.add(s, h["eps"], out=buffer)
        np.sqrt(root, out=root)
        step = d + h["eps"]
        np.sqrt(step, out=step)
        step /= root
        step *= g
        mean_square(d, h["rho"], step, buffer)
        w -= np.multiply(step, h["lr"], out=buffer)
