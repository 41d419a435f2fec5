"""Measuring a network on data that it does not learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from minigrad.device import to_cpu
from minigrad.modes import no_grad
from minigrad.operators import plain
from minigrad.tensor import Tensor, tensor

Metrics = Mapping[str, Callable[[Any, Any], Any]]


def accuracy(scores: Any, classes: Any) -> float:
    """The share of rows whose largest score is at the right class.

    Args:
        scores: (N, C).
        classes: integers (N,).

    Raises:
        ValueError: shapes that do not belong together.

    Example:
        >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 1])
        0.5
    """
    found = np.argmax(to_cpu(plain(scores)), axis=-1)
    right = np.asarray(to_cpu(plain(classes)))
    if found.shape != right.shape:
        raise ValueError(
            f"Scores of shape {np.shape(scores)} need classes of shape {found.shape}, not {right.shape}."
        )
    return float(np.mean(found == right))


def evaluate(
    model: Any, loader: Iterable, loss: Callable[[Any, Any], Any], metrics: Metrics | None = None
) -> dict[str, float]:
    """The mean loss, and the means of other measures, over all rows of a loader. Nothing is learned.

    The model is in eval mode meanwhile, and each of its modules is then put back into the mode it was in.

    Args:
        model: a module.
        loader: batches (x, y), or (x₁, x₂, …, y) for a model with several inputs.
        loss: loss(result, y), a mean over the rows.
        metrics: by name, more functions like it.

    Raises:
        ValueError: there is no batch, or one that is no tuple.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> net = mg.nn.Linear(2, 3, np.random.default_rng(0), init=lambda shape, rng: mg.init.zeros(shape))
        >>> loader = [(np.ones((4, 2)), [0, 1, 2, 0])]
        >>> evaluate(net, loader, mg.cross_entropy, {"accuracy": accuracy})     # ln 3
        {'loss': 1.09..., 'accuracy': 0.5}
    """
    modes = {module: module.training for module in model.modules()}
    mean = Mean()
    try:
        with no_grad():
            model.eval()
            for inputs, y in batches_of(loader, model):
                result = model(*inputs)
                mean.add(measured(result, y, {"loss": loss, **(metrics or {})}), len(inputs[0]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    if not mean.rows:
        raise ValueError("There is nothing to evaluate on: the loader gave no batch.")
    return mean.values()


def measured(result: Any, y: Any, measures: Metrics) -> dict[str, float]:
    """What each function says of a result."""
    return {name: float(plain(measure(result, y))) for name, measure in measures.items()}


class Mean:
    """Means over all rows, from those of batches of different sizes."""

    def __init__(self) -> None:
        self.rows = 0
        self.sums: dict[str, float] = {}

    def add(self, values: Mapping[str, float], rows: int) -> None:
        """The means of a batch."""
        self.rows += rows
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value * rows

    def values(self) -> dict[str, float]:
        """The means of all."""
        return {name: total / self.rows for name, total in self.sums.items()}


def batches_of(loader: Any, model: Any) -> Iterator[tuple[list[Any], Any]]:
    """The inputs of each batch as Tensors, where the model is, and what is right for them."""
    first = next(iter(model.parameters()), None)
    device = "cpu" if first is None else first.device
    for batch in loader() if callable(loader) and not hasattr(loader, "__iter__") else loader:
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise ValueError(
                f"A batch is a tuple (x, y) of inputs and what is right for them; this one is a "
                f"{type(batch).__name__}"
                + (f" of {len(batch)}." if isinstance(batch, (tuple, list)) else ".")
            )
        *inputs, y = batch
        yield [x.to(device) if isinstance(x, Tensor) else tensor(x, device=device) for x in inputs], y
