"""What a module holds: parameters, buffers and other modules, found by being its attributes.

With this module, one can
- list them:          net.parameters(), net.named_modules(), net.children(), net.named_buffers()
- mark a buffer:      self.running_mean = Buffer(np.zeros(3))

Nothing is registered. Whoever asks looks through the attributes, also into lists, tuples and dicts, and so a
layer that is replaced or appended is found without further ado. The name of a part is the path to it:
`layers.0.weight` is `net.layers[0].weight`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad.tensor import Parameter, Tensor


class Buffer(Tensor):
    """A Tensor that belongs to a module without being learned: saved, loaded and moved with its parameters.

    Args:
        data: numbers, nested lists or an array; copied.
        name: a name for pictures and messages.
        dtype, device: as for `tensor`.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> class Centered(mg.nn.Module):
        ...     def __init__(self, mean):
        ...         self.mean = mg.nn.Buffer(mean)
        ...     def forward(self, x):
        ...         return x - self.mean
        >>> net = Centered([1.0, 2.0])
        >>> net.parameters(), list(net.state_dict())
        ([], ['mean'])
    """

    __slots__ = ()

    def __init__(
        self, data: Any, name: str | None = None, dtype: Any = None, device: str | None = None
    ) -> None:
        super().__init__(data, False, name, dtype, device)


def found(container: Any, kinds: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """What of these kinds is in a dict, list or tuple, and in those within, with the keys that lead to it."""
    for key, value in container.items() if isinstance(container, dict) else enumerate(container):
        if isinstance(value, kinds):
            yield (*path, key), value
        elif isinstance(value, (list, tuple, dict)):
            yield from found(value, kinds, (*path, key))


class Holder:
    """Listing what is held: every part once, under its first name, however often it is held."""

    def _held(self, *kinds: type) -> Iterator[tuple[str, Any]]:
        """Name and part, for what this object itself holds; a part that is held twice is there twice."""
        for path, part in found(self.__dict__, kinds):
            yield ".".join(map(str, path)), part

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """This module as `prefix`, then all below it under their dotted names, in the order of attributes.

        Example:
            >>> import minigrad as mg
            >>> net = mg.nn.Sequential(mg.nn.ReLU(), mg.nn.Sequential(mg.nn.Tanh()))
            >>> [name for name, _ in net.named_modules()]
            ['', 'layers.0', 'layers.1', 'layers.1.layers.0']
        """
        yield from self._named_modules(prefix, set())

    def _named_modules(self, prefix: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
        if id(self) not in seen:
            seen.add(id(self))
            yield prefix, self
            for name, module in self._held(Holder):
                yield from module._named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self) -> list[Any]:
        """This module and all below it, each once."""
        return [module for _, module in self.named_modules()]

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The modules that this one holds itself, with their names."""
        seen: set[int] = set()
        for name, module in self._held(Holder):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> list[Any]:
        """The modules that this one holds itself, each once."""
        return [module for _, module in self.named_children()]

    def _named(self, kind: type, prefix: str) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix):
            for name, part in module._held(kind):
                if id(part) not in seen:
                    seen.add(id(part))
                    yield f"{path}.{name}" if path else name, part

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names. One that is shared is listed once, under its first name."""
        return self._named(Parameter, prefix)

    def parameters(self) -> list[Parameter]:
        """All parameters, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self, prefix: str = "") -> Iterator[tuple[str, Buffer]]:
        """All buffers with their dotted names."""
        return self._named(Buffer, prefix)

    def buffers(self) -> list[Buffer]:
        """All buffers, each once."""
        return [buffer for _, buffer in self.named_buffers()]

    def named_generators(self, prefix: str = "") -> Iterator[tuple[str, np.random.Generator]]:
        """The random generators that modules draw from, e.g. Dropout: a checkpoint saves where they are."""
        return self._named(np.random.Generator, prefix)
