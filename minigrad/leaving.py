"""The ways out of a graph: explicit ones, and those that would be silent and are refused.

With this module, one can
- look at a value:        t.item(), t.numpy()
- cut the graph:          t.detach()
- move to a device:       t.to("cuda")

What Python and NumPy would do unasked (float(t), np.asarray(t)) is refused where a gradient would be lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad import refuse
from minigrad.record import Traced, apply


class Leaving(Traced):
    """How a Tensor becomes plain numbers."""

    __slots__ = ()

    def item(self) -> Any:
        """The single entry, as a Python number.

        Raises:
            ValueError: there is not exactly one entry.
        """
        if self.size != 1:
            raise ValueError(
                f"item() needs exactly one entry; {self.label} has shape {self.shape}. Use .numpy()."
            )
        return self._data.item()

    def numpy(self) -> np.ndarray:
        """A copy of the values as a NumPy array, out of the graph and on the CPU."""
        return np.array(devices.to_cpu(self._data))

    def detach(self) -> Any:
        """The same values as static data: no gradient flows through it. Shares memory."""
        return self.wrap(self._data)

    def to(self, target: str) -> Any:
        """The tensor on another device: "cpu" or "cuda". A copy in the graph; itself if already there."""
        devices.check(target)
        return self if target == self.device else apply(devices.transfer, (self, target))

    # What would be silent -----------------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self._requires_grad:
            raise refuse.array(self)
        return np.array(devices.to_cpu(self._data), dtype=dtype)

    def __float__(self) -> float:
        if self._requires_grad:
            raise refuse.number(self, "float")
        return float(self.item())

    def __int__(self) -> int:
        if self._requires_grad:
            raise refuse.number(self, "int")
        return int(self.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "iu":
            raise TypeError(f"{self.label} holds {self.dtype}; an index must be an integer.")
        return int(self.item())

    def __format__(self, spec: str) -> str:
        """f"{loss:.4f}" shows the number; only looking at it takes nothing out of the graph."""
        return format(self.item(), spec) if spec else str(self)
