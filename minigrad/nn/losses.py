"""Losses as modules: made once with their options, then called with what the network says and what is right.

Formulas, shapes and errors are those of the functions of the same name in `minigrad.nn.functional`. An
unknown `reduction` is refused when the loss is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad.nn.checks import options
from minigrad.nn.module import Module
from minigrad.rules import classification, losses


class _Loss(Module):
    """A function of (x, target) with options. `allowed` are the reductions it knows."""

    function: Callable
    allowed: tuple[str, ...] = losses.REDUCTIONS

    def __init__(self, reduction: str = "mean") -> None:
        self._choose(reduction)

    def _choose(self, reduction: str, **others: Any) -> None:
        if reduction not in self.allowed:
            known = ", ".join(map(repr, self.allowed))
            raise ValueError(f"reduction={reduction!r} is not known; it is one of {known}.")
        self.options = {"reduction": reduction, **others}

    def forward(self, x: Any, target: Any) -> Any:
        return self.function(x, target, **self.options)

    def extra_repr(self) -> str:
        usual = {"reduction": "mean", "ignore_index": None, "label_smoothing": 0.0}
        shown = {name: (value, usual.get(name)) for name, value in self.options.items()}
        return options(**shown).removeprefix(", ")


class CrossEntropyLoss(_Loss):
    """-log softmax(x)[target], from scores and classes. The scores go in as they are, without a Softmax.

    Args:
        reduction: "mean", "sum", or "none" for one loss per sample.
        ignore_index: samples of this "class" cost nothing.
        label_smoothing: ε: the right answer becomes (1 - ε) · one-hot + ε / C.

    Raises:
        ValueError: an unknown reduction, a smoothing outside 0 … 1.

    Example:
        >>> import minigrad as mg
        >>> round(mg.nn.CrossEntropyLoss()(mg.tensor([[0.0, 0.0]]), [1]).item(), 4)
        0.6931
    """

    function = staticmethod(classification.cross_entropy)

    def __init__(
        self, reduction: str = "mean", ignore_index: int | None = None, label_smoothing: float = 0.0
    ) -> None:
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing={label_smoothing} is a share, between 0 and 1.")
        self._choose(reduction, ignore_index=ignore_index, label_smoothing=label_smoothing)


class NLLLoss(_Loss):
    """-x[target], x being the logarithm of probabilities: the cross-entropy after a LogSoftmax.

    Args:
        reduction, ignore_index: as for `CrossEntropyLoss`.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.NLLLoss()(mg.tensor([[-0.5, -1.0]]), [1]).item()
        1.0
    """

    function = staticmethod(classification.nll_loss)

    def __init__(self, reduction: str = "mean", ignore_index: int | None = None) -> None:
        self._choose(reduction, ignore_index=ignore_index)


class MSELoss(_Loss):
    """(x - target)²: the squared error.

    Args:
        reduction: "mean", "sum", or "none" for one loss per entry.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.MSELoss()(mg.tensor([1.0, 4.0]), [1.0, 2.0]).item()
        2.0
    """

    function = staticmethod(losses.mse_loss)


class L1Loss(_Loss):
    """|x - target|: the absolute error.

    Args:
        reduction: as for `MSELoss`.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.L1Loss("sum")(mg.tensor([1.0, 4.0]), [1.0, 2.0]).item()
        2.0
    """

    function = staticmethod(losses.l1_loss)


class HuberLoss(_Loss):
    """d²/2 where |d| ≤ delta, else delta · (|d| - delta/2), with d = x - target: outliers count linearly.

    Args:
        reduction: as for `MSELoss`.
        delta: where the parabola becomes a line; positive.

    Raises:
        ValueError: an unknown reduction, or a delta that is not positive.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.HuberLoss(reduction="none")(mg.tensor([0.5, 3.0]), [0.0, 0.0])
        tensor([0.125, 2.5  ])
    """

    function = staticmethod(losses.huber_loss)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not delta > 0:
            raise ValueError(
                f"delta={delta} must be positive: it is the error at which the parabola becomes a line."
            )
        self._choose(reduction, delta=delta)


class SmoothL1Loss(_Loss):
    """d²/(2·beta) where |d| ≤ beta, else |d| - beta/2, with d = x - target: the Huber loss divided by beta.

    Args:
        reduction: as for `MSELoss`.
        beta: where the parabola becomes a line; 0 makes it |d|.

    Raises:
        ValueError: an unknown reduction, or a negative beta.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.SmoothL1Loss(beta=2.0)(mg.tensor([1.0]), [0.0]).item()
        0.25
    """

    function = staticmethod(losses.smooth_l1_loss)

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        if not beta >= 0:
            raise ValueError(
                f"beta={beta} must not be negative: it is the error at which the parabola becomes a line."
            )
        self._choose(reduction, beta=beta)


class BCELoss(_Loss):
    """-(t log x + (1 - t) log(1 - x)), from probabilities. From scores, `BCEWithLogitsLoss` is more exact.

    Args:
        reduction: as for `MSELoss`.

    Example:
        >>> import minigrad as mg
        >>> round(mg.nn.BCELoss()(mg.tensor([0.5]), [1]).item(), 4)
        0.6931
    """

    function = staticmethod(losses.binary_cross_entropy)


class BCEWithLogitsLoss(_Loss):
    """log(1 + eˣ) - t · x: the binary cross-entropy of σ(x), exact for scores of any size.

    Args:
        reduction: as for `MSELoss`.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.BCEWithLogitsLoss("none")(mg.tensor([1000.0, -1000.0]), [1, 1])
        tensor([   0., 1000.])
    """

    function = staticmethod(losses.binary_cross_entropy_with_logits)


class HingeLoss(_Loss):
    """max(0, margin - target · x), target being +1 or -1: a score should be on its side of 0, by a margin.

    Args:
        reduction: as for `MSELoss`.
        margin: how far on the right side costs nothing.

    Example:
        >>> import minigrad as mg
        >>> mg.nn.HingeLoss("none")(mg.tensor([2.0, 0.5]), [1, -1])
        tensor([0. , 1.5])
    """

    function = staticmethod(losses.hinge_loss)

    def __init__(self, reduction: str = "mean", margin: float = 1.0) -> None:
        self._choose(reduction, margin=margin)


class KLDivLoss(_Loss):
    """t · (log t - x), with x the logarithm of probabilities: how far the distribution eˣ is from t.

    Args:
        reduction: as for `MSELoss`; "batchmean" divides the sum by the size of the first axis.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.KLDivLoss("batchmean")(mg.tensor(np.log([[0.5, 0.5]])), [[1.0, 0.0]]).numpy().round(4)
        np.float64(0.6931)
    """

    function = staticmethod(losses.kl_div)
    allowed = (*losses.REDUCTIONS, "batchmean")
