"""Adam and AdamW: momentum, and division by the size of past gradients, corrected for their start at 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.optim.adaptive import mean_square
from minigrad.optim.groups import FRACTIONS, POSITIVE
from minigrad.optim.optimizer import Optimizer


class Adam(Optimizer):
    """w ← w - η m̂ / (√ŝ + ε), with m ← β₁ m + (1 - β₁) g and s ← β₂ s + (1 - β₂) g².

    m and s start at 0 and are too small at first; m̂ = m / (1 - β₁ᵗ) and ŝ = s / (1 - β₂ᵗ) make up for it.
    They are computed *beside* m and s. In print one also finds that m̂ and ŝ take the place of m and s in the
    recursion: then earlier corrections are corrected again, and for a constant gradient the steps shrink at
    once (0.1, 0.0235, 0.0044, … for η = 0.1) where they should stay η.

    Args:
        params: what to update: a list of leaf Tensors, or a list of groups (see `Optimizer`).
        lr: the learning rate η, above 0: about the length of each step, entry by entry.
        betas: β₁ and β₂ in [0, 1), how much of the past m and s keep.
        eps: ε, which keeps the divisor above 0.
        weight_decay, l1: penalties, see `Optimizer`. Being part of g they are divided by √ŝ; AdamW's is not.

    Raises:
        ValueError: no parameters, or a number outside its range.

    Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization".

    Example:
        With a constant gradient all steps have length η:

        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> optimizer = mg.optim.Adam([w], lr=0.1)
        >>> for _ in range(3):
        ...     optimizer.zero_grad()
        ...     (5 * w).backward()
        ...     optimizer.step()
        ...     print(round(w.item(), 6))
        0.9
        0.8
        0.7
    """

    ranges = {**Optimizer.ranges, "betas": FRACTIONS, "eps": POSITIVE}

    def __init__(
        self,
        params: Any,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, l1=l1)

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        m, s, step = arrays
        beta1, beta2 = h["betas"]
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=step)
        mean_square(s, beta2, g, step)
        np.sqrt(s, out=step)
        step *= (1 - beta2**t) ** -0.5
        step += h["eps"]
        np.divide(m, step, out=step)
        step *= h["lr"] / (1 - beta1**t)
        w -= step


class AdamW(Adam):
    """w ← (1 - η λ) w, and then Adam's step: weight decay apart from the gradient.

    In Adam the penalty's gradient λ w is divided by √ŝ with the rest, so weights with large gradients hardly
    decay. Here all weights decay alike. (An `l1` penalty is part of the gradient here, too.)

    Args:
        params, lr, betas, eps, l1: as for Adam.
        weight_decay: λ.

    Raises:
        ValueError: no parameters, or a number outside its range.

    Source: Loshchilov & Hutter (2019), "Decoupled weight decay regularization".

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> (0 * w).backward()
        >>> mg.optim.AdamW([w], lr=0.1, weight_decay=0.5).step()
        >>> w.item()
        0.95
    """

    coupled = False

    def __init__(
        self,
        params: Any,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, l1)

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        w *= 1 - h["lr"] * h["weight_decay"]
        super().update(w, g, h, t, *arrays)
