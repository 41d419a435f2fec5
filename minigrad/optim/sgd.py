"""Stochastic gradient descent: plain, with momentum, and with Nesterov's look ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.optim.groups import BOOLEAN, FRACTION, Group, one_of
from minigrad.optim.optimizer import Optimizer


class SGD(Optimizer):
    """w ← w - v with v ← μ v + η g: gradient descent, with a memory of past gradients if μ > 0.

    With `nesterov` the step is taken with the gradient's part of the *next* velocity: w ← w - (μ v + η g).

    The lectures put the learning rate into the velocity; PyTorch keeps it outside: v ← μ v + g, w ← w - η v.
    As long as η stays the same, both make the same steps. When a schedule lowers η, the lectures' velocity
    still carries the old, larger steps for a while; `form="pytorch"` shrinks them at once.

    Args:
        params: what to update: a list of leaf Tensors, or a list of groups (see `Optimizer`).
        lr: the learning rate η, above 0.
        momentum: μ, from 0 up to but not including 1.
        nesterov: look ahead along the velocity.
        weight_decay: λ of the penalty ½ λ ‖w‖², whose gradient λ w is added to g.
        l1: λ of the penalty λ ‖w‖₁, whose gradient λ sign(w) is added to g.
        form: "lecture" or "pytorch", see above.

    Raises:
        ValueError: no parameters, a number outside its range, `nesterov` without momentum.

    Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods"; Nesterov (1983)
    as in Sutskever et al. (2013), "On the importance of initialization and momentum in deep learning".

    Example:
        >>> import minigrad as mg
        >>> w = mg.Parameter(1.0)
        >>> optimizer = mg.optim.SGD([w], lr=0.1)
        >>> (w * w).backward()
        >>> optimizer.step()
        >>> w.item()
        0.8
    """

    ranges = {
        **Optimizer.ranges,
        "momentum": FRACTION,
        "nesterov": BOOLEAN,
        "form": one_of("lecture", "pytorch"),
    }

    def __init__(
        self,
        params: Any,
        lr: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        form: str = "lecture",
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            nesterov=nesterov,
            weight_decay=weight_decay,
            l1=l1,
            form=form,
        )

    def check(self, group: Group) -> None:
        if group["nesterov"] and not group["momentum"]:
            raise ValueError("SGD: nesterov=True looks ahead along the velocity; it needs momentum above 0.")

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        return ("velocity",) if h["momentum"] else ()

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        lr, mu, buffer = h["lr"], h["momentum"], arrays[-1]
        if not mu:
            w -= np.multiply(g, lr, out=buffer)
            return
        v = arrays[0]
        v *= mu
        if h["form"] == "lecture":
            v += np.multiply(g, lr, out=buffer)
            if h["nesterov"]:
                w -= buffer
                w -= np.multiply(v, mu, out=buffer)
            else:
                w -= v
        else:
            v += g
            if h["nesterov"]:
                w -= np.multiply(g, lr, out=buffer)
                w -= np.multiply(v, lr * mu, out=buffer)
            else:
                w -= np.multiply(v, lr, out=buffer)
