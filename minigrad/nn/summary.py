"""The summary of a network: its modules, the shapes of their results, and how many numbers they learn."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np

from minigrad.device import transfer
from minigrad.modes import no_grad
from minigrad.nn.table import Table
from minigrad.tensor import Parameter, Tensor


def summarize(module: Any, inputs: tuple) -> Table:
    """See `Module.summary`."""
    results = results_of(module, inputs) if inputs else {}
    counted: set[int] = set()
    rows = []
    for path, part in module.named_modules():
        own = {id(p): p.size for _, p in part._held(Parameter)}
        new = sum(size for key, size in own.items() if key not in counted)
        counted |= own.keys()
        shapes = results.get(id(part), ["—"])
        rows.append([
            path,
            type(part).__name__ if part.children() else part._title(),
            shapes[0] + (f" ×{len(shapes)}" if len(shapes) > 1 else ""),
            f"{new:,}" if new else "shared" if own else "",
        ])  # fmt: skip
    head = ["name", "module", "result", "parameters"]
    if not inputs:
        head, rows = [*head[:2], head[3]], [[*row[:2], row[3]] for row in rows]
    return Table(head, rows, totals(module), numbers=1)


def results_of(module: Any, inputs: tuple) -> dict[int, list[str]]:
    """The shapes of each module's results, one text per call. The module is left as it was found."""
    found: dict[int, list[str]] = {}
    modes = {part: part.training for part in module.modules()}
    with ExitStack() as stack:
        stack.callback(restore, modes)
        for part in modes:
            hook = lambda part, _, result: found.setdefault(id(part), []).append(shape_text(result))
            stack.enter_context(part.register_forward_hook(hook))
        stack.enter_context(no_grad())
        module.eval()(*[ready(x, module) for x in inputs])
    return found


def restore(modes: dict[Any, bool]) -> None:
    """Give every module back the mode it was in."""
    for part, mode in modes.items():
        part.training = mode


def ready(x: Any, module: Any) -> Any:
    """An input, or zeros of the shape that was given instead, like the parameters in dtype and device."""
    first = next(iter(module.parameters()), None)
    if isinstance(x, tuple) and all(isinstance(size, (int, np.integer)) for size in x):
        x = np.zeros(x, np.float64 if first is None else first.dtype)
    if first is not None and isinstance(x, np.ndarray):
        x = Tensor.wrap(transfer(x, first.device))
    return x


def shape_text(result: Any) -> str:
    """The shape of a result, or those of several."""
    if isinstance(result, (tuple, list)):
        return ", ".join(shape_text(part) for part in result)
    return str(tuple(result.shape)) if hasattr(result, "shape") else type(result).__name__


def totals(module: Any) -> str:
    """One line: how many numbers there are, how many of them are learned, and what they weigh."""
    parameters = module.parameters()
    size = sum(p.size for p in parameters)
    learned = sum(p.size for p in parameters if p.requires_grad)
    weight = float(sum(p.data.nbytes for p in parameters))
    unit = "B"
    for larger in ("KiB", "MiB", "GiB"):
        if weight >= 1024:
            weight, unit = weight / 1024, larger
    frozen = f", {size - learned:,} frozen" if learned < size else ""
    return f"{size:,} parameters{frozen}, {weight:.4g} {unit}"
