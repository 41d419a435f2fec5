"""Callbacks: what `fit` calls after every epoch. Any function of the run will do; here is one more."""

from __future__ import annotations

import math
from typing import Any


class EarlyStopping:
    """Stop when a quantity has not improved for some epochs, and put the best weights back.

    A network that has learned all there is to learn goes on learning the accidents of its training data; its
    loss on other data then rises again.

    Args:
        patience: after how many epochs without improvement.
        min_delta: what counts as an improvement: at least so much better than the best.
        monitor: which quantity of the history; by default "validation_loss".
        mode: "min" if it should fall, "max" if it should rise, like an accuracy.
        restore: whether the best weights are put back when the training ends, in whatever way.

    Attributes:
        best, best_epoch: the best value, and its epoch, counted from 1.

    Raises:
        ValueError: numbers out of their range; (when called) a quantity that is not in the history.

    Source: Prechelt, "Early stopping – but when?" (1998).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> from minigrad.training import fit
        >>> net = mg.nn.Linear(1, 1, np.random.default_rng(0))
        >>> data = [(np.ones((4, 1)), np.ones((4, 1)))]
        >>> stopping = EarlyStopping(patience=2, min_delta=0.01, monitor="loss")
        >>> optimizer = mg.optim.SGD(net.parameters(), lr=0.2)
        >>> history = fit(net, data, mg.nn.MSELoss(), optimizer, 50, callbacks=[stopping], progress=False)
        >>> history.remark
        'loss has not improved for 2 epochs; the weights are those of epoch 3.'
    """

    def __init__(
        self,
        patience: int,
        min_delta: float = 0.0,
        monitor: str = "validation_loss",
        mode: str = "min",
        restore: bool = True,
    ) -> None:
        if not patience >= 1 or not min_delta >= 0:
            raise ValueError(
                f"patience must be at least 1 and min_delta not negative; they are {patience} and "
                f"{min_delta}."
            )
        if mode not in ("min", "max"):
            raise ValueError(
                f'mode is "min" for what should fall or "max" for what should rise, not {mode!r}.'
            )
        self.patience, self.min_delta, self.monitor, self.mode = patience, min_delta, monitor, mode
        self.restore = restore
        self.best, self.best_epoch = math.inf, 0
        self.weights: dict[str, Any] | None = None

    def __call__(self, run: Any) -> None:
        """Look at the epoch that has just ended."""
        if self.monitor not in run.history:
            raise ValueError(
                f"EarlyStopping watches {self.monitor!r}, but the history has {', '.join(run.history)}."
                + (" Give fit validation=loader." if self.monitor.startswith("validation") else "")
            )
        value = run.history[self.monitor][-1]
        better = self.best - value if self.mode == "min" else value - self.best
        if not self.best_epoch or math.isnan(self.best) or better > self.min_delta:
            self.best, self.best_epoch = value, run.epoch
            self.weights = run.model.state_dict() if self.restore else None
        elif run.epoch - self.best_epoch >= self.patience:
            run.stop(f"{self.monitor} has not improved for {self.patience} epochs")

    def end(self, run: Any) -> None:
        """The training has ended: the best weights are put back."""
        if self.weights is not None and self.best_epoch < run.epoch:
            run.model.load_state_dict(self.weights)
            run.tell(f"the weights are those of epoch {self.best_epoch}")

    def state_dict(self) -> dict[str, Any]:
        """What has to be known to go on watching."""
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on watching where another one stopped."""
        self.best, self.best_epoch, self.weights = state["best"], state["best_epoch"], state["weights"]
