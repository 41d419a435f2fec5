"""Scalars as micrograd spells them: `from minigrad.scalar import Value` runs code written for its `Value`.

    >>> a, b = Value(-4.0), Value(2.0)
    >>> c = (a * b + b ** 3).relu()
    >>> c.backward()
    >>> c.item(), a.grad.item()
    (0.0, 0.0)

Source of the interface: A. Karpathy, micrograd (2020). Two things differ, on purpose: `.grad` is None until
`backward()`, and a second `backward()` on the same graph adds the same gradient again.
"""

from __future__ import annotations

from typing import Any

from minigrad.tensor import Tensor


def Value(data: Any) -> Tensor:
    """A scalar that wants a gradient.

    Args:
        data: a number.

    Raises:
        ValueError: `data` is no single number.
    """
    value = Tensor(data, dtype=float)
    if value.ndim:
        raise ValueError(
            f"A Value is a single number; for an array of shape {value.shape} write mg.tensor(…)."
        )
    value.requires_grad = True
    return value
