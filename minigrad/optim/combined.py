"""Schedules made of schedules: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from minigrad.optim.optimizer import Optimizer
from minigrad.optim.schedules import LRScheduler


class Combined(LRScheduler):
    """The base: it holds schedules of one optimizer, uses their formulas, and counts for all of them.

    Raises:
        ValueError: no schedules, or schedules of another optimizer.
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], **settings: Any) -> None:
        self.schedulers = list(schedulers)
        if not self.schedulers:
            raise ValueError(f"{type(self).__name__} combines schedules; the list of them is empty.")
        for k, schedule in enumerate(self.schedulers):
            if schedule.optimizer is not optimizer:
                raise ValueError(
                    f"{type(self).__name__}: schedule {k}, {schedule!r}, was made for another optimizer."
                )
        super().__init__(optimizer, **settings)

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "schedulers": [schedule.state_dict() for schedule in self.schedulers]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.read(state)  # all is checked before anything is set
        for schedule, saved in zip(self.schedulers, state["schedulers"], strict=True):
            schedule.load_state_dict(saved)
        super().load_state_dict(state)

    def read(self, state: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        found = super().read(state)
        saved = state.get("schedulers", [])
        if len(saved) != len(self.schedulers):
            raise ValueError(
                f"This {type(self).__name__} has {len(self.schedulers)} schedules; saved are {len(saved)}."
            )
        for schedule, part in zip(self.schedulers, saved, strict=True):
            schedule.read(part)
        return found

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {self.schedulers})"


class SequentialLR(Combined):
    """One schedule after the other: from each milestone on the next one, which begins there with its t = 0.

    Args:
        optimizer: whose rates are set.
        schedulers: the schedules, all of this optimizer.
        milestones: where the second, third, … begin; one fewer than schedules, increasing.

    Raises:
        ValueError: not one milestone fewer than schedules, or milestones that do not increase.

    Example:
        Warm-up, then cosine:

        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=1.0)
        >>> warmup = mg.optim.LinearLR(optimizer, 0.5, total_iters=2)
        >>> cosine = mg.optim.CosineAnnealingLR(optimizer, T_max=2)
        >>> schedule = mg.optim.SequentialLR(optimizer, [warmup, cosine], milestones=[2])
        >>> optimizer.lr, *[schedule.step() or round(optimizer.lr, 3) for _ in range(4)]
        (0.5, 0.75, 1.0, 0.5, 0.0)
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int]
    ) -> None:
        super().__init__(optimizer, schedulers, milestones=list(milestones))

    def _checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        at = [int(m) for m in settings["milestones"]]
        if len(at) != len(self.schedulers) - 1 or at != sorted({*at}) or (at and at[0] < 1):
            raise ValueError(
                f"SequentialLR: {len(self.schedulers)} schedules need {len(self.schedulers) - 1} milestones, "
                f"from 1 on and increasing; they are {settings['milestones']}."
            )
        return {"milestones": at}

    def rate(self, t: int, base: float) -> float:
        milestones = [0, *self.settings["milestones"]]
        k = bisect_right(milestones, t) - 1
        return self.schedulers[k].rate(t - milestones[k], base)


class ChainedScheduler(Combined):
    """All schedules at once: each takes as its η what the one before gives.

    For schedules that multiply η by a factor, this is the product of the factors.

    Args:
        schedulers: the schedules, all of one optimizer.

    Example:
        >>> import minigrad as mg
        >>> optimizer = mg.optim.SGD([mg.Parameter(1.0)], lr=1.0)
        >>> warmup = mg.optim.LinearLR(optimizer, 0.5, total_iters=2)
        >>> decay = mg.optim.ExponentialLR(optimizer, 0.5)
        >>> schedule = mg.optim.ChainedScheduler([warmup, decay])
        >>> optimizer.lr, *[schedule.step() or optimizer.lr for _ in range(3)]
        (0.5, 0.375, 0.25, 0.125)
    """

    def __init__(self, schedulers: Sequence[LRScheduler]) -> None:
        schedulers = list(schedulers)
        optimizer: Any = schedulers[0].optimizer if schedulers else None
        super().__init__(optimizer, schedulers)

    def rate(self, t: int, base: float) -> float:
        for schedule in self.schedulers:
            base = schedule.rate(t, base)
        return base
