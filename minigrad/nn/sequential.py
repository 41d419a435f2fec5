"""Sequential: one layer after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from minigrad.nn.module import Module

Layer = Callable[[Any], Any]


class Sequential(Module):
    """One layer after the other.

    Args:
        layers: modules or functions; or a single dict of them, to give each a name.

    Raises:
        TypeError: something that cannot be called, or a class that was not (`ReLU` instead of `ReLU()`).
        IndexError, KeyError: (when indexed) there is no such layer.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> rng = np.random.default_rng(0)
        >>> net = mg.nn.Sequential(mg.nn.Linear(4, 8, rng), mg.nn.ReLU(), mg.nn.Linear(8, 2, rng))
        >>> net
        Sequential(
          (0): Linear(n_in=4, n_out=8)
          (1): ReLU()
          (2): Linear(n_in=8, n_out=2)
        )
        >>> sum(p.size for p in net.parameters())
        58
        >>> net[:2](np.ones((3, 4))).shape, len(net)            # the features before the last layer
        ((3, 8), 3)
        >>> mg.nn.Sequential({"hidden": net[0], "act": np.tanh})["hidden"]
        Linear(n_in=4, n_out=8)
    """

    def __init__(self, *layers: Layer | Mapping[str, Layer]) -> None:
        if len(layers) == 1 and isinstance(layers[0], Mapping):
            self.layers: list | dict = {name: checked(layer, name) for name, layer in layers[0].items()}
        else:
            self.layers = [checked(layer, k) for k, layer in enumerate(layers)]

    def forward(self, x: Any) -> Any:
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers.values() if isinstance(self.layers, dict) else self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, key: int | slice | str) -> Any:
        if isinstance(key, slice):
            if isinstance(self.layers, dict):
                return Sequential(dict(list(self.layers.items())[key]))
            return Sequential(*self.layers[key])
        return self.layers[self._place(key)]  # type: ignore[index]

    def __setitem__(self, key: int | str, layer: Layer) -> None:
        self.layers[self._place(key)] = checked(layer, key)  # type: ignore[index]

    def __delitem__(self, key: int | str) -> None:
        del self.layers[self._place(key)]  # type: ignore[arg-type]

    def append(self, layer: Layer) -> Self:
        """Add a layer at the end; the network itself, so that it can be said repeatedly."""
        if isinstance(self.layers, dict):
            raise TypeError("The layers of this Sequential have names: write net.layers[name] = layer.")
        self.layers.append(checked(layer, len(self)))
        return self

    def _place(self, key: int | str) -> int | str:
        """The key under which `layers` knows a layer; numbers also work for layers with names."""
        if isinstance(key, str):
            if isinstance(self.layers, dict) and key in self.layers:
                return key
            names = ", ".join(self.layers) if isinstance(self.layers, dict) else f"0 … {len(self) - 1}"
            raise KeyError(f"there is no layer {key!r}; there is {names}")
        if not -len(self) <= key < len(self):
            raise IndexError(f"There is no layer {key}; this Sequential has {len(self)}, numbered from 0.")
        return list(self.layers)[key] if isinstance(self.layers, dict) else key

    def _shown(self) -> list[tuple[str, Any]]:
        names = self.layers if isinstance(self.layers, dict) else range(len(self))
        return [(str(name), layer) for name, layer in zip(names, self, strict=True)]


def checked(layer: Any, key: Any) -> Any:
    """The layer itself; refused if it cannot be one."""
    if isinstance(layer, type):
        raise TypeError(
            f"Layer {key} is the class {layer.__name__}; write {layer.__name__}() to make a layer of it."
        )
    if not callable(layer):
        hint = (
            ""
            if not isinstance(layer, (list, tuple))
            else " Write Sequential(*layers) to give it those of a list."
        )
        raise TypeError(
            f"Layer {key} is a {type(layer).__name__}; a layer is a Module or a function of x.{hint}"
        )
    return layer
