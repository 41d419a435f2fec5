"""Training, epoch by epoch: what is learned, whether it holds on other data, and when to stop.

With this module, one can
- look at a training:        training_curves(history)
- race several:              compare_runs({"SGD": one, "Adam": other})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from visuals.plots.captions import described, safe
from visuals.plots.inputs import columns, extent, lost, numbers, same_length, several, shown, told
from visuals.plots.lines import draw_line, logarithmic, mark
from visuals.plots.look import canvas, labels, legend

EXAMPLE = '{"loss": [0.9, 0.5], "validation_loss": [1.0, 0.8]}'


def training_curves(
    history: Mapping[str, Any],
    quantity: str = "",
    *,
    stopping: Any = None,
    mode: str = "",
    log: bool = False,
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """A quantity over the epochs, on the training data and on other data, with the epoch where to stop.

    While both curves fall, the network learns what holds in general; where the one on other data turns up
    again, it learns the accidents of its training data. The best epoch is marked: argmin (or argmax) of the
    validation curve.

    Args:
        history: per quantity one number per epoch, as `minigrad.fit` returns it: "loss" and, if there is one,
            "validation_loss" (or "val_loss"). None, NaN and infinities are gaps.
        quantity: which one; by default "loss", or the first that there is.
        stopping: the epoch to mark, counted from 1, or the `EarlyStopping` that was used; by default the best
            epoch on the validation data. False marks none.
        mode: "min" if the quantity should fall, "max" if it should rise; by default "max" for an accuracy.
        log: a logarithmic axis.
        ax: matplotlib axes to draw on; by default those of a new figure.
        theme: "light", "dark", or "auto" for that of the background.

    Returns:
        The axes.

    Raises:
        TypeError: a history that is no dictionary, or holds what is no number.
        ValueError: an empty history, no such quantity, lists of different lengths, an epoch that there was
            not.

    Source: Prechelt, "Early stopping – but when?" (1998).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = training_curves({"loss": [0.9, 0.5, 0.3], "validation_loss": [1.0, 0.7, 0.8]})
        >>> print(caption(ax))
        Loss over 3 epochs, from 0.9 to 0.3; on validation data lowest in epoch 2, at 0.7.
        >>> plt.close()
    """
    quantity, train, other = chosen(history, quantity)
    mode = mode or ("max" if "accuracy" in quantity else "min")
    if mode not in ("min", "max"):
        raise ValueError(f'mode is "min" for what should fall or "max" for what should rise, not {mode!r}.')
    best = marked(stopping, other, mode, len(train))
    ax, look = canvas(ax, theme)
    epochs = np.arange(1, len(train) + 1)
    if log:
        logarithmic(ax, "y")
    draw_line(ax, epochs, train, look, 0, "training", log)
    if other is not None:
        draw_line(ax, epochs, other, look, 1, "validation", log)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    finite = train[np.isfinite(train)]
    text = f"{plain_name(quantity)} over {several(len(train), 'epoch')}"
    if finite.size:
        text += f", from {told(finite[0])} to {told(finite[-1])}"
    if best:
        value = (train if other is None else other)[best - 1]
        word = {"min": "lowest", "max": "highest"}[mode] if stopping is None else "stopping"
        place = "" if other is None else "on validation data "
        text += f"; {place}{word} in epoch {best}, at {told(value)}"
        mark(ax, best, f"{word}: {told(value)}, epoch {best}", look)
        if np.isfinite(value):
            ax.plot([best], [value], "*", color=look["ink"], markersize=11, zorder=5)
    labels(ax, x="epoch", y=safe(plain_name(quantity).lower()))
    legend(ax, look)
    rest = "" if other is None else lost(other, "validation value")
    described(ax, f"{text}.{lost(train)}{rest}{remark(history)}")
    return ax


def compare_runs(
    runs: Mapping[str, Mapping[str, Any]],
    quantity: str = "loss",
    *,
    log: bool = False,
    x: str = "epoch",
    ax: Any = None,
    theme: str = "auto",
) -> Any:
    """One quantity of several trainings in one plot: optimizers, rates, initialisations in a race.

    Args:
        runs: by name, histories; or simply lists of numbers.
        quantity: which one of the histories' quantities.
        log: a logarithmic axis; what is not above 0 is then a gap.
        x: what is counted: "epoch" or "step".
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: as for `training_curves`.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from visuals.plots import caption
        >>> ax = compare_runs({"SGD": {"loss": [1.0, 0.5]}, "Adam": {"loss": [1.0, 0.2, 0.1]}})
        >>> print(caption(ax))
        Loss of 2 runs. At the end: SGD 0.5, Adam 0.1.
        >>> plt.close()
    """
    found = {}
    for name, run in columns(runs, "runs", '{"SGD": history, "Adam": history}').items():
        if isinstance(run, Mapping):
            if quantity not in run:
                raise ValueError(
                    f"The run {name!r} has no {quantity!r}; it has {', '.join(run) or 'nothing'}."
                )
            run = run[quantity]
        found[name] = numbers(run, f"{quantity} of {name}", f"({x}s,)")
    ax, look = canvas(ax, theme)
    if log:
        logarithmic(ax, "y")
    for k, (name, values) in enumerate(found.items()):
        draw_line(ax, np.arange(1, len(values) + 1), values, look, k, safe(name), log)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    labels(ax, x=x, y=safe(plain_name(quantity).lower()))
    legend(ax, look)
    ends = ", ".join(f"{name} {told(values[-1])}" for name, values in found.items())
    gone = lost(np.concatenate(list(found.values())))
    described(ax, f"{plain_name(quantity)} of {several(len(found), 'run')}. At the end: {ends}.{gone}")
    return ax


def chosen(history: Any, quantity: str) -> tuple[str, np.ndarray, np.ndarray | None]:
    """The quantity's name, its numbers in training, and those on validation data if there are any."""
    table = columns(history, "history", EXAMPLE)
    quantity = quantity or ("loss" if "loss" in table else next(iter(table)))
    if quantity not in table:
        raise ValueError(f"The history has no {quantity!r}; it has {', '.join(table)}.")
    train = numbers(table[quantity], quantity, "(epochs,)")
    name = next((n for n in (f"validation_{quantity}", f"val_{quantity}") if n in table), None)
    if name is None:
        return quantity, train, None
    other = numbers(table[name], name, "(epochs,)")
    same_length(**{quantity: train, name: other})
    extent(np.concatenate([train, other]), quantity)
    return quantity, train, other


def marked(stopping: Any, other: Any, mode: str, epochs: int) -> int:
    """The epoch to mark; 0 for none."""
    if stopping is False or (stopping is None and (other is None or not np.isfinite(other).any())):
        return 0
    if stopping is None:
        finite = np.where(np.isfinite(other), other, np.inf if mode == "min" else -np.inf)
        return int(np.argmin(finite) if mode == "min" else np.argmax(finite)) + 1
    epoch = getattr(stopping, "best_epoch", stopping)
    if isinstance(epoch, bool) or not isinstance(epoch, (int, np.integer)):
        raise TypeError(
            f"stopping is an epoch, an EarlyStopping, or False for none; it was {shown(stopping)}."
        )
    if not 1 <= epoch <= epochs:
        raise ValueError(f"Epoch {epoch} cannot be marked: the history has epochs 1 to {epochs}.")
    return int(epoch)


def plain_name(quantity: str) -> str:
    """A quantity's name as a word: "validation_loss" becomes "Validation loss"."""
    text = quantity.replace("_", " ").strip() or "value"
    return text[0].upper() + text[1:]


def remark(history: Any) -> str:
    """What the history says about its end."""
    text = getattr(history, "remark", "")
    quantity, space, rest = text.partition(" ")
    return f" {plain_name(quantity)}{space}{rest}" if text else ""
