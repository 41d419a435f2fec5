"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from minigrad.tensor import Parameter


class SGD:
    """w ← w - v with v ← μ v + η g: gradient descent, with a memory of past gradients if μ > 0.

    Args:
        parameters: what to update.
        lr: the learning rate η.
        momentum: μ, from 0 up to but not including 1.

    Raises:
        ValueError: no parameters, or a rate or momentum outside its range.

    Source: Polyak (1964); the form with η inside the velocity, as in the lectures.

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> optimizer = mg.optim.SGD([w], lr=0.1)
        >>> (w * w).backward()
        >>> optimizer.step()
        >>> w.item()
        0.8
    """

    def __init__(self, parameters: Iterable[Parameter], lr: float, momentum: float = 0.0) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("There is nothing to optimize: the list of parameters is empty.")
        if lr <= 0 or not 0 <= momentum < 1:
            raise ValueError(f"lr must be above 0 and momentum in [0, 1); they are {lr} and {momentum}.")
        self.lr, self.momentum = lr, momentum
        self.velocities = [np.zeros_like(p.data) for p in self.parameters]

    def step(self) -> None:
        """Update every parameter that has a gradient."""
        for p, v in zip(self.parameters, self.velocities, strict=True):
            if p.grad is not None:
                v *= self.momentum
                v += self.lr * p.grad.data
                p.data -= v

    def zero_grad(self) -> None:
        """Forget all gradients, so that the next backward pass starts from nothing."""
        for p in self.parameters:
            p.zero_grad()
