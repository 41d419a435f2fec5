"""Recorder: what goes through the layers of a network while it learns, kept for plots.

With this module, one can watch a training, and then draw it:

    with Recorder(net) as record:
        for x, y in loader:
            optimizer.zero_grad()
            mg.cross_entropy(net(x), y).backward()
            record.step()
            optimizer.step()

    histograms_over_time(record.gradients.samples)
    norms_over_time(record.activations.norms)
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Self

import numpy as np

from minigrad.device import to_cpu
from minigrad.operators import plain
from minigrad.record import Traced

KEEP = 4096  # entries of an array: enough for a histogram, and a long training fits into memory


class Series:
    """Arrays by name and time, of each the norm and a sample of its entries.

    Attributes:
        samples: by name, an array for each time; empty where nothing came.
        norms: by name, √(Σ entry²) for each time; NaN where nothing came.

    Example:
        >>> series = Series()
        >>> series.add("W", 0, np.array([3.0, 4.0])); series.add("W", 2, np.array([1.0]))
        >>> series.norms
        {'W': [5.0, nan, 1.0]}
    """

    def __init__(self, keep: int = KEEP) -> None:
        self.keep = keep
        self.found: dict[str, dict[int, tuple[np.ndarray, float]]] = {}

    def add(self, name: str, time: int, array: np.ndarray) -> None:
        """One more array; a second one of the same time is put together with the first."""
        flat = np.asarray(array, dtype=float).ravel()
        sample, square = flat[:: max(1, -(-flat.size // self.keep))].copy(), float(flat @ flat)
        before = self.found.setdefault(name, {}).get(time)
        if before is not None:
            sample, square = np.concatenate([before[0], sample]), before[1] + square
        self.found[name][time] = (sample, square)

    @property
    def times(self) -> int:
        """How many times there were."""
        return max((max(entries) + 1 for entries in self.found.values()), default=0)

    @property
    def samples(self) -> dict[str, list[np.ndarray]]:
        """See the class."""
        nothing = (np.array([]), np.nan)
        return {n: [e.get(t, nothing)[0] for t in range(self.times)] for n, e in self.found.items()}

    @property
    def norms(self) -> dict[str, list[float]]:
        """See the class."""
        nothing = (np.array([]), np.nan)
        return {
            n: [float(np.sqrt(e.get(t, nothing)[1])) for t in range(self.times)]
            for n, e in self.found.items()
        }


class Recorder:
    """Keeps what comes out of every layer of a network, and the gradients, pass by pass.

    Only passes that want gradients are recorded, so measuring on validation data inside of `mg.no_grad()`
    leaves no trace. The modules that hold no others are the layers. One that is called several times in a
    pass is one layer.

    Args:
        model: a module. Inside of the `with` block, its calls are recorded.
        keep: at most so many entries of each array, evenly spaced; norms are those of all entries.

    Attributes:
        activations: what came out of each layer, a `Series`.
        activation_gradients: ∂L/∂(that), from the backward passes.
        parameters, gradients: at each `step()`, the parameters and their `.grad`, by their names.

    Raises:
        TypeError: something that is no module.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> rng = np.random.default_rng(0)
        >>> net = mg.nn.Sequential(mg.nn.Linear(2, 3, rng), mg.nn.Tanh(), mg.nn.Linear(3, 1, rng))
        >>> with Recorder(net) as record:
        ...     for _ in range(5):
        ...         net(np.ones((4, 2))).sum().backward()
        ...         record.step()
        >>> list(record.activations.norms), record.activations.times
        (['0 Linear', '1 Tanh', '2 Linear'], 5)
        >>> list(record.gradients.norms)
        ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, model: Any, keep: int = KEEP) -> None:
        if not hasattr(model, "register_forward_hook"):
            raise TypeError(f"A Recorder watches a module of mg.nn, not a {type(model).__name__}.")
        self.model = model
        self.activations, self.activation_gradients = Series(keep), Series(keep)
        self.parameters, self.gradients = Series(keep), Series(keep)
        self._passes = self._steps = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for path, module in self.model.named_modules():
            if not module.children():
                name = f"{short(path)} {type(module).__name__}".strip()
                hook = lambda _, inputs, result, name=name: self._note(name, result)
                self._stack.enter_context(module.register_forward_hook(hook))
        # registered last: of a model that is itself the only layer, the pass ends after it was noted
        self._stack.enter_context(self.model.register_forward_hook(self._passed))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def _note(self, name: str, result: Any) -> None:
        for part in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(part, Traced) and part.requires_grad:
                time = self._passes
                self.activations.add(name, time, to_cpu(plain(part)))
                part.register_hook(  # type: ignore[attr-defined]  # a Traced that is no Tensor does not exist
                    lambda g, time=time: self.activation_gradients.add(name, time, to_cpu(plain(g)))
                )

    def _passed(self, model: Any, inputs: tuple, result: Any) -> None:
        if self._passes < self.activations.times:
            self._passes += 1

    def step(self) -> None:
        """Keep the parameters and their gradients as they are now: after backward(), before optimizer.step().

        Raises:
            RuntimeError: no parameter has a gradient.
        """
        named = dict(self.model.named_parameters())
        if all(p.grad is None for p in named.values()):
            raise RuntimeError(
                "No parameter has a gradient: call record.step() after loss.backward(), before zero_grad()."
            )
        for name, p in named.items():
            self.parameters.add(short(name), self._steps, to_cpu(p.data))
            if p.grad is not None:
                self.gradients.add(short(name), self._steps, to_cpu(p.grad.data))
        self._steps += 1


def short(path: str) -> str:
    """A dotted name without the lists that `Sequential` keeps its layers in.

    Example:
        >>> short("layers.0.weight"), short("encoder.layers.2")
        ('0.weight', 'encoder.2')
    """
    return ".".join(part for part in path.split(".") if part != "layers")
