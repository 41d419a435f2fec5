"""Schedules: how the learning rate changes from epoch to epoch, or from step to step.

With this module, one can
- let it fall:             StepLR, ExponentialLR, InverseSqrtLR, CosineAnnealingLR
- let it rise at first:    LinearLR (warm-up)
- write a formula:         LambdaLR(optimizer, lambda t: 0.95**t)

A schedule is a formula for the rate at time t, given the rate η that the optimizer was made with. It sets the
rates of all groups when it is made (t = 0), and again at each `schedule.step()`. `combined.py` joins several.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from minigrad.optim.groups import FROM_ONE, NOT_NEGATIVE, POSITIVE, Range, within
from minigrad.optim.optimizer import Optimizer


class LRScheduler:
    """The base of all schedules: it counts, and sets the rates.

    Args:
        optimizer: whose rates are set.
        settings: the numbers of the formula; each is checked against `ranges`.

    Attributes:
        last_epoch: t, how often `step()` was called.
        settings: the numbers of the formula.

    Raises:
        TypeError: `optimizer` is no optimizer.
        ValueError: a setting outside its range.

    Example:
        A schedule of one's own:

        >>> import minigrad as mg
        >>> class Halving(mg.optim.LRScheduler):
        ...     def rate(self, t, base):
        ...         return base / 2**t
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=0.5)
        >>> schedule = Halving(optimizer)
        >>> schedule.step()
        >>> optimizer.lr
        0.25
    """

    ranges: ClassVar[Mapping[str, Range]] = {}

    def __init__(self, optimizer: Optimizer, **settings: Any) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__} sets the rates of an optimizer; this is {type(optimizer).__name__}."
            )
        self.optimizer = optimizer
        self.settings = self._checked(settings)
        self.last_epoch = 0
        self.apply()

    def _checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        owner, ranges = type(self).__name__, self.ranges
        return {
            name: within(owner, name, value, ranges[name]) if name in ranges else value
            for name, value in settings.items()
        }

    def rate(self, t: int, base: float) -> float:
        """The learning rate at time t for a group that began with the rate `base`."""
        raise TypeError(f"{type(self).__name__} has no rate(self, t, base) yet.")

    def step(self) -> None:
        """Go on to the next t. Call it after `optimizer.step()`: once an epoch, or a step, as you count."""
        self.last_epoch += 1
        self.apply()

    def apply(self) -> None:
        """Set the rates of all groups to those of the present t."""
        for group in self.optimizer.param_groups:
            base = group.data.setdefault("initial_lr", group["lr"])
            rate = self.rate(self.last_epoch, base)
            group.data["lr"] = within(
                type(self).__name__, f"the rate at t = {self.last_epoch}", rate, NOT_NEGATIVE
            )

    def get_last_lr(self) -> list[float]:
        """The present rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Plain data to go on from later. The rates at the start are part of the optimizer's state."""
        return {
            "scheduler": type(self).__name__,
            "last_epoch": self.last_epoch,
            "settings": dict(self.settings),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict()` was taken, with the settings of then. Load the optimizer's state first.

        Raises:
            ValueError: the state is another schedule's.
        """
        self.settings, self.last_epoch = self.read(state)
        self.apply()

    def read(self, state: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        """The settings and t in a saved state, checked."""
        owner = type(self).__name__
        if not isinstance(state, Mapping) or not {"scheduler", "last_epoch", "settings"} <= state.keys():
            raise ValueError(
                'This is not what state_dict() of a schedule gives: "scheduler", "last_epoch", "settings".'
            )
        if state["scheduler"] != owner or state["settings"].keys() != self.settings.keys():
            raise ValueError(
                f"It is the state of {state['scheduler']} with {', '.join(state['settings']) or 'nothing'}; "
                f"it cannot be loaded into {owner} with {', '.join(self.settings) or 'nothing'}."
            )
        return self._checked(state["settings"]), int(state["last_epoch"])

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return f"{type(self).__name__}(t={self.last_epoch}{values})"


class StepLR(LRScheduler):
    """η γ^⌊t / step_size⌋: multiplied by γ every `step_size` epochs.

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=0.8)
        >>> schedule = mg.optim.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> [schedule.step() or optimizer.lr for _ in range(4)]
        [0.8, 0.4, 0.4, 0.2]
    """

    ranges = {"step_size": FROM_ONE, "gamma": POSITIVE}

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer, step_size=step_size, gamma=gamma)

    def rate(self, t: int, base: float) -> float:
        return base * self.settings["gamma"] ** (t // self.settings["step_size"])


class ExponentialLR(LRScheduler):
    """η γᵗ.

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=0.8)
        >>> schedule = mg.optim.ExponentialLR(optimizer, gamma=0.5)
        >>> [schedule.step() or optimizer.lr for _ in range(3)]
        [0.4, 0.2, 0.1]
    """

    ranges = {"gamma": POSITIVE}

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, gamma=gamma)

    def rate(self, t: int, base: float) -> float:
        return base * self.settings["gamma"] ** t


class InverseSqrtLR(LRScheduler):
    """η / √(t + 1): the decay 1/√k of the theory of stochastic gradients, where k = t + 1 counts from 1.

    Source: Zinkevich (2003), "Online convex programming and generalized infinitesimal gradient ascent".

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=0.6)
        >>> schedule = mg.optim.InverseSqrtLR(optimizer)
        >>> [schedule.step() or round(optimizer.lr, 4) for _ in range(3)]
        [0.4243, 0.3464, 0.3]
    """

    def rate(self, t: int, base: float) -> float:
        return base / math.sqrt(t + 1)


class CosineAnnealingLR(LRScheduler):
    """η_min + ½ (η - η_min) (1 + cos(π t / T_max)): down to η_min in T_max epochs, slowly at both ends.

    After T_max it rises again, as in PyTorch: a period is 2 T_max.

    Source: Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=0.8)
        >>> schedule = mg.optim.CosineAnnealingLR(optimizer, T_max=4)
        >>> [schedule.step() or round(optimizer.lr, 4) for _ in range(4)]
        [0.6828, 0.4, 0.1172, 0.0]
    """

    ranges = {"T_max": FROM_ONE, "eta_min": NOT_NEGATIVE}

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        super().__init__(optimizer, T_max=T_max, eta_min=eta_min)

    def rate(self, t: int, base: float) -> float:
        low = self.settings["eta_min"]
        return low + (base - low) * (1 + math.cos(math.pi * t / self.settings["T_max"])) / 2


class LinearLR(LRScheduler):
    """Warm-up: η times a factor that goes from `start_factor` to `end_factor` in a straight line.

    Small steps at first protect a network (and Adam's averages) while gradients are still large and unsteady.

    Source: Goyal et al. (2017), "Accurate, large minibatch SGD: training ImageNet in 1 hour".

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=1.0)
        >>> warmup = mg.optim.LinearLR(optimizer, start_factor=0.25, total_iters=3)
        >>> optimizer.lr, *[warmup.step() or optimizer.lr for _ in range(4)]
        (0.25, 0.5, 0.75, 1.0, 1.0)
    """

    ranges = {"start_factor": POSITIVE, "end_factor": NOT_NEGATIVE, "total_iters": FROM_ONE}

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        super().__init__(optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters)

    def rate(self, t: int, base: float) -> float:
        start, end, total = (
            self.settings["start_factor"],
            self.settings["end_factor"],
            self.settings["total_iters"],
        )
        return base * (start + (end - start) * min(t, total) / total)


class LambdaLR(LRScheduler):
    """η f(t), with any function f. The function is no part of the saved state.

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=1.0)
        >>> schedule = mg.optim.LambdaLR(optimizer, lambda t: 1 / (1 + t))
        >>> schedule.step()
        >>> optimizer.lr
        0.5
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def rate(self, t: int, base: float) -> float:
        return base * self.lr_lambda(t)
