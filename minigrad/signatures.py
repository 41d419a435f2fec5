"""Reading signatures. `inspect` is imported when the first one is read: it takes a third as long as all of minigrad."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspect import Signature


def signature(fun: Callable) -> Signature:
    """What `fun` may be called with."""
    import inspect

    return inspect.signature(fun)
