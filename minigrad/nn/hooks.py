"""Forward hooks: functions that look at what comes out of a module, to show activations or to change them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any


class Hooks:
    """The hooks of one module, in the order in which they were registered."""

    def __init__(self) -> None:
        self.functions: dict[int, Callable[[Any, tuple, Any], Any]] = {}
        self.numbers = count()

    def add(self, hook: Callable[[Any, tuple, Any], Any]) -> Handle:
        """Register a hook."""
        if not callable(hook):
            raise TypeError(f"A hook is a function of (module, inputs, result), not a {type(hook).__name__}.")
        number = next(self.numbers)
        self.functions[number] = hook
        return Handle(self, number)

    def run(self, module: Any, inputs: tuple, result: Any) -> Any:
        """Give the result to every hook; what one returns is the result for the next."""
        for hook in list(self.functions.values()):
            replaced = hook(module, inputs, result)
            result = result if replaced is None else replaced
        return result


class Handle:
    """What registering a hook returns: the way to remove it again."""

    def __init__(self, hooks: Hooks, number: int) -> None:
        self.hooks, self.number = hooks, number

    def remove(self) -> None:
        """Forget the hook. To do so twice does no harm."""
        self.hooks.functions.pop(self.number, None)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()
