"""fit: the training loop, with what a long run wants around it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from minigrad.errors import AnomalyError
from minigrad.training.history import History
from minigrad.training.measure import Mean, Metrics, batches_of, evaluate, measured


class DivergedError(AnomalyError):
    """The loss became NaN or infinite. The weights are those before the step that it would have led to.

    Attributes:
        history: the epochs before.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


class Run:
    """A training that is going on: what callbacks see.

    Attributes:
        model, optimizer: what is trained, and by what.
        history: the numbers so far, this epoch included.
        epoch, epochs: which one has just ended, counted from 1, and which is to be the last.
    """

    def __init__(self, model: Any, optimizer: Any, epochs: int, history: History) -> None:
        self.model, self.optimizer, self.epochs, self.history = model, optimizer, epochs, history
        self.epoch = history.epochs
        self.stopping = False

    def stop(self, reason: str) -> None:
        """End the training after this epoch."""
        self.stopping = True
        self.tell(reason)

    def tell(self, sentence: str) -> None:
        """Add a sentence to what the history says about the end."""
        before = self.history.remark.removesuffix(".")
        self.history.remark = (f"{before}; {sentence}" if before else sentence) + "."


def fit(
    model: Any,
    loader: Iterable | Callable[[], Iterable],
    loss: Callable[[Any, Any], Any],
    optimizer: Any,
    epochs: int,
    *,
    validation: Any = None,
    metrics: Metrics | None = None,
    scheduler: Any = None,
    callbacks: Sequence[Callable[[Run], Any]] = (),
    history: History | None = None,
    progress: bool = True,
) -> History:
    """Train a model. Each epoch is this, and then the validation, scheduler.step() and the callbacks:

        for x, y in loader:
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()

    Ctrl-C ends the training: the history so far is returned, and the weights stay as they are then.

    Args:
        model: a module. If it is in eval mode it is put into training; if only parts of it are (a frozen
            BatchNorm), they stay there.
        loader: gives the batches of an epoch each time it is gone through, (x, y) or (x₁, x₂, …, y); or a
            function that returns them, `lambda: mg.data.batches(x, y, size=32, rng=rng)`.
        loss: loss(result, y), a mean over the rows of a batch.
        optimizer: with zero_grad() and step().
        epochs: until which epoch; with a `history` of 3 epochs and epochs=5, two more.
        validation: a loader that is not learned from, but measured after each epoch.
        metrics: by name, functions like `loss`; `accuracy` for example. They are measured on both loaders.
        scheduler: its step() is called after each epoch.
        callbacks: functions of the `Run`, called after each epoch; run.stop(reason) ends the training. If one
            has a method `end`, that is called with the run when the training has ended.
        history: that of an earlier run, to go on with.
        progress: whether a bar shows how far it is.

    Returns:
        The mean loss of each epoch while it was learned from, "validation_loss", and the metrics.

    Raises:
        DivergedError: the loss is NaN or infinite.
        ValueError: epochs below 1, a loader that can only be gone through once, or that gives no batch.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> from minigrad.training import accuracy, fit
        >>> rng, split = np.random.default_rng(0), mg.data.digits()
        >>> layers = mg.nn.Linear(64, 32, rng), mg.nn.ReLU(), mg.nn.Linear(32, 10, rng)
        >>> net = mg.nn.Sequential(*layers)
        >>> history = fit(
        ...     net,
        ...     lambda: mg.data.batches(split.x_train, split.y_train, size=32, rng=rng),
        ...     mg.cross_entropy,
        ...     mg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9),
        ...     epochs=2,
        ...     validation=[(split.x_test, split.y_test)],
        ...     metrics={"accuracy": accuracy},
        ...     progress=False,
        ... )
        >>> list(history), history["validation_accuracy"][-1] > 0.9
        (['loss', 'accuracy', 'validation_loss', 'validation_accuracy'], True)
    """
    history = History() if history is None else history
    check(loader, epochs, history.epochs)
    run = Run(model, optimizer, epochs, history)
    history.remark = ""
    if not model.training:
        model.train()
    bar = Bar(epochs - run.epoch, loader, progress)
    try:
        for epoch in range(history.epochs + 1, epochs + 1):
            row = learned(run, epoch, loader, loss, metrics or {}, bar)
            if validation is not None:
                others = evaluate(model, validation, loss, metrics)
                row |= {f"validation_{name}": value for name, value in others.items()}
            history.append(row)
            run.epoch = epoch
            if scheduler is not None:
                scheduler.step()
            for callback in callbacks:
                callback(run)
            bar.show(epoch, epochs, row)
            if run.stopping:
                break
    except KeyboardInterrupt:
        run.tell(f"interrupted in epoch {run.epoch + 1}")
    finally:
        bar.close()
        for callback in callbacks:
            if hasattr(callback, "end"):
                callback.end(run)
    return history


def learned(
    run: Run, epoch: int, loader: Any, loss: Callable, metrics: Metrics, bar: Bar
) -> dict[str, float]:
    """One epoch of learning; the means of what was measured meanwhile."""
    mean = Mean()
    for number, (inputs, y) in enumerate(batches_of(loader, run.model), start=1):
        run.optimizer.zero_grad()
        result = run.model(*inputs)
        value = loss(result, y)
        size = value.item()
        if not math.isfinite(size):
            raise diverged(run, epoch, number, size)
        value.backward()
        run.optimizer.step()
        mean.add({"loss": size, **measured(result.detach(), y, metrics)}, len(inputs[0]))
        bar.step()
    if not mean.rows:
        raise ValueError(f"There was nothing to learn from in epoch {epoch}: the loader gave no batch.")
    return mean.values()


def diverged(run: Run, epoch: int, number: int, size: float) -> DivergedError:
    """The error for a loss that is no finite number, with what mostly helps."""
    rate = getattr(run.optimizer, "lr", None)
    return DivergedError(
        f"The loss is {size} in epoch {epoch}, batch {number}"
        + (f", with a learning rate of {rate:g}" if isinstance(rate, (int, float)) else "")
        + ". Mostly the rate is too large: try a tenth of it, or clip the gradients "
        "(mg.optim.clip_grad_norm_). If it is the first batch, look for NaN in the data. To see where the "
        "first one appears, run the step inside `with mg.detect_anomaly():`.",
        run.history,
    )


def check(loader: Any, epochs: int, done: int) -> None:
    """Refuse what would fail after the first epoch."""
    if epochs < 1:
        raise ValueError(f"epochs={epochs}: to learn, it takes at least one.")
    if isinstance(loader, Iterator) and epochs - done > 1:
        raise ValueError(
            f"The loader is a {type(loader).__name__}, which can be gone through only once, but there are "
            f"{epochs - done} epochs. Give a DataLoader, a list of batches, or a function that returns the "
            f"batches anew: lambda: mg.data.batches(x, y, size=32, rng=rng)."
        )


class Bar:
    """A progress bar over all batches, in a terminal or a notebook; nothing where nobody would see it."""

    def __init__(self, epochs: int, loader: Any, wanted: bool) -> None:
        self.bar = None
        if wanted and (in_notebook() or sys.stderr.isatty()):
            from tqdm.auto import tqdm

            total = epochs * len(loader) if hasattr(loader, "__len__") else None
            self.bar = tqdm(total=total, unit="batch", desc="training", dynamic_ncols=True)

    def step(self) -> None:
        """One more batch."""
        if self.bar is not None:
            self.bar.update()

    def show(self, epoch: int, epochs: int, row: dict[str, float]) -> None:
        """The numbers of an epoch."""
        if self.bar is not None:
            self.bar.set_description(f"epoch {epoch} of {epochs}", refresh=False)
            self.bar.set_postfix({name: f"{value:.4g}" for name, value in row.items()})

    def close(self) -> None:
        """The end of the bar; it stays visible."""
        if self.bar is not None:
            self.bar.close()


def in_notebook() -> bool:
    """Whether this is a kernel of Jupyter's: that its package was imported says nothing yet."""
    kernels = sys.modules.get("ipykernel.kernelapp")
    return kernels is not None and kernels.IPKernelApp.initialized()
