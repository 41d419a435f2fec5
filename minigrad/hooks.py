"""Hooks: functions of the user's that see a gradient on its way, and may change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minigrad.node import tick
from minigrad.record import Traced


class Hook:
    """A hook that was registered; `remove()` takes it off again."""

    def __init__(self, hooks: dict[int, Callable], hook: Callable, wrap: Callable) -> None:
        self.hooks, self.key = hooks, tick()
        hooks[self.key] = lambda g: hook(g if isinstance(g, Traced) else wrap(g))

    def remove(self) -> None:
        """Take the hook off. Removing it twice does no harm."""
        self.hooks.pop(self.key, None)


def hooked(g: Any, hooks: Mapping[int, Callable]) -> Any:
    """The gradient after all hooks, in the order in which they were registered."""
    for hook in list(hooks.values()):
        result = hook(g)
        if result is None:
            continue
        if getattr(result, "shape", None) != g.shape:
            raise ValueError(
                f"A hook was given a gradient of shape {g.shape} and returned "
                f"{'one of shape ' + str(result.shape) if hasattr(result, 'shape') else repr(result)[:60]}. Return a "
                f"gradient of the same shape, or nothing to leave it as it is."
            )
        g = result._data if isinstance(result, Traced) and not isinstance(g, Traced) else result
    return g
