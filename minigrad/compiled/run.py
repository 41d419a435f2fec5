"""A graph as a function of plain arrays, for running it many times.

With this module, one can
- run it:       value, gradients = compiled(x=…, w=…)
- read it:      print(compiled.source)

`Graph.compile` makes these. The function runs without Tensors, in memory that it has laid out once: after the first
run it allocates little more than its results.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from minigrad import device
from minigrad.compiled.buffered import Buffered
from minigrad.compiled.straightline import StraightLine
from minigrad.errors import UsageError
from minigrad.program import Program, no_such_input


class Compiled:
    """compiled(x=…, w=…) -> (output, {"w": gradient}); see `Graph.compile`.

    Attributes:
        source: the program that it runs.
    """

    def __init__(self, program: Program, unrecorded: Collection[str] = ()) -> None:
        self._unrecorded = unrecorded
        leaves = program.inputs.items()
        self._inputs = {name: (leaf.shape, leaf.dtype, leaf.device) for name, leaf in leaves}
        self._workspace: Callable[[], Callable]
        if any(leaf.device == "cuda" for _, leaf in leaves):
            # CuPy keeps what was freed for the next call, so buffers would gain nothing; fewer kernels gain much.
            from minigrad.fusion import FusedProgram

            fused = FusedProgram(StraightLine(program, "cuda"))
            self.source = fused.text
            self._workspace = lambda: fused.run
        else:
            buffered = Buffered(program)
            self.source, self._workspace = buffered.text, buffered.workspace
        self._idle: list[Callable] = []

    def __call__(self, /, **inputs: Any) -> tuple[Any, dict[str, Any]]:
        """Run it.

        Args:
            inputs: a number or array for each input of the graph, of the shape it was captured with. They are cast
                to its dtype, and never changed.

        Returns:
            The output, and the gradients by the names of the inputs. The arrays are the caller's own: no later call
            changes them.

        Raises:
            UsageError: an input is missing, or there is none of that name.
            ValueError: a value of another shape.
            TypeError: a value that the dtype of the input cannot hold, such as 0.5 for integers.
        """
        if inputs.keys() != self._inputs.keys():
            raise UsageError(self._wrong_names(inputs))
        values = [fitting(inputs[name], name, *kind) for name, kind in self._inputs.items()]
        # A workspace serves one run at a time: a second thread, or a call within a call, makes itself another.
        try:
            run = self._idle.pop()
        except IndexError:
            run = self._workspace()
        result = run(*values)
        self._idle.append(run)
        return result

    def _wrong_names(self, given: Collection[str]) -> str:
        """The sentence for inputs that are missing, or not known."""
        for name in given:
            if name not in self._inputs:
                return no_such_input(name, self._inputs, self._unrecorded)
        missing = ", ".join(f"{name}=…" for name in self._inputs if name not in given)
        return f"A compiled graph takes all of its inputs at each call; here {missing} is missing."

    def __repr__(self) -> str:
        return f"<Compiled graph, inputs {', '.join(self._inputs)}>"


def fitting(value: Any, name: str, shape: tuple, dtype: np.dtype, where: str) -> Any:
    """The value of an input as an array of the shape and dtype, and on the device, that the program was made for."""
    if type(value) is np.ndarray and value.dtype == dtype and value.shape == shape and where == "cpu":
        return value
    value = getattr(value, "_data", value)  # a Tensor
    array = value if device.of(value) == "cuda" else np.asarray(value)
    if array.shape != shape:
        raise ValueError(f"The input {name!r} has shape {shape}; the value given has shape {array.shape}.")
    if not np.can_cast(array.dtype, dtype, "same_kind"):
        raise TypeError(
            f"The input {name!r} holds {dtype}; the value given holds {array.dtype}, which does not fit into it. "
            f"Capture the graph with values of that kind, or convert it: {name}.astype({str(dtype)!r})."
        )
    return device.transfer(array.astype(dtype, copy=False), where)
