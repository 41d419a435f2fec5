"""Module: something with parameters that can be called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minigrad.tensor import Parameter


class Module:
    """The base of all layers and networks. Parameters and submodules are found by being attributes.

    Example:
        >>> import minigrad as mg
        >>> class Scale(mg.nn.Module):
        ...     def __init__(self):
        ...         self.factor = mg.Parameter(2.0)
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> Scale()(mg.tensor([1.0, 2.0])).numpy()
        array([2., 4.])
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
    """

    def forward(self, *inputs: Any) -> Any:
        raise TypeError(f"{type(self).__name__} has no forward(self, …) yet.")

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names. One that is shared is listed once, under its first name."""
        seen: set[Parameter] = set()
        for name, parameter in self._named(prefix):
            if parameter not in seen:
                seen.add(parameter)
                yield name, parameter

    def _named(self, prefix: str) -> Iterator[tuple[str, Parameter]]:
        for name, value in vars(self).items():
            parts = value if isinstance(value, (list, tuple)) else [value]
            for k, part in enumerate(parts):
                dotted = f"{prefix}{name}" if part is value else f"{prefix}{name}.{k}"
                if isinstance(part, Parameter):
                    yield dotted, part
                elif isinstance(part, Module):
                    yield from part._named(f"{dotted}.")

    def parameters(self) -> list[Parameter]:
        """All parameters, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters():
            parameter.zero_grad()
