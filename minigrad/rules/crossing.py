"""The crossing between devices: a gradient goes back to where its numbers came from."""

from __future__ import annotations

from typing import Any

from minigrad.device import transfer
from minigrad.record import Traced
from minigrad.vjps import defvjp


def back(g: Any, target: str) -> Any:
    """g, on the device that x was on"""
    origin = "cpu" if target == "cuda" else "cuda"
    return g.to(origin) if isinstance(g, Traced) else transfer(g, origin)


defvjp(transfer, lambda g, target: back(g, target))
