"""Trace: one run of a graph, forward and backward, as plain data that pictures, steppers and graders read.

With this module, one can
- record a run:       trace(loss)
- keep it:            trace(loss).to_json(), Trace.from_json(text)

A trace has `nodes` and `edges` (the graph), and `frames`: what happens, one event at a time. Every value
appears in a frame of its own, then the seed, then for every edge the message `upstream × local` that
travels along it, and for a node that is used several times each addition into its gradient.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from minigrad.errors import UsageError
from minigrad.record import Traced
from minigrad.recorder import Recorder
from minigrad.telling import Telling

VERSION = 1
PARTS = ("version", "output", "nodes", "edges", "frames")


class Trace:
    """The graph of one result and everything that happened in it, as JSON-able data.

    A run that was just recorded is written down when somebody first looks at it; what it says was decided when it
    was recorded, and no later change of a leaf, a gradient or a name reaches it.

    Attributes:
        nodes: in topological order: id, kind (data, parameter, function), name, op, symbol, shape, dtype,
            device, the `group` of module calls around it ("net/layers.0"), and summaries of `value` and of the
            gradient known now (`grad`, None if none was computed).
        edges: id, source, target, and the position of the source among the target's arguments.
        frames: in order: forward, seed, message, accumulate, done; each with the ids that are `active`,
            what it `set`s, and one plain `sentence`.
        output: the id of the result.
    """

    version: int

    def __init__(
        self, nodes: list[dict], edges: list[dict], frames: list[dict], output: str, version: int = VERSION
    ) -> None:
        self.__dict__.update(nodes=nodes, edges=edges, frames=frames, output=output, version=version)

    @classmethod
    def of(cls, record: Recorder) -> Trace:
        """The trace of what a recorder has kept."""
        made = cls.__new__(cls)
        made.__dict__.update(version=VERSION, _record=record)
        return made.told() if record.at_once else made

    # What __init__ was given is in the instance's dictionary, and found there; else it is told on the first look.

    @cached_property
    def nodes(self) -> list[dict]:
        return self._telling.nodes()

    @cached_property
    def edges(self) -> list[dict]:
        return self._telling.edges()

    @cached_property
    def frames(self) -> list[dict]:
        return self._telling.frames()

    @cached_property
    def output(self) -> str:
        return self._telling.output

    @cached_property
    def _telling(self) -> Telling:
        return Telling(self.__dict__.pop("_record"))

    def told(self) -> Trace:
        """This trace, with all its parts written down; it then holds no array and no graph."""
        self.to_dict()
        self.__dict__.pop("_telling", None)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"A trace says what happened; its {name} cannot be replaced. Record another one."
        )

    def __getstate__(self) -> dict[str, Any]:
        return self.to_dict()

    def __setstate__(self, parts: dict[str, Any]) -> None:
        self.__dict__.update(parts)

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Trace) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # lists can be changed

    def __repr__(self) -> str:
        return f"<Trace of {self.output}: {len(self.nodes)} nodes, {len(self.edges)} edges, {len(self.frames)} frames>"

    def to_dict(self) -> dict[str, Any]:
        """The trace as one dictionary."""
        return {key: getattr(self, key) for key in PARTS}

    def to_json(self) -> str:
        """The trace as JSON text. Numbers that are not finite are strings."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Trace:
        """A trace from a dictionary as `to_dict` makes it."""
        version = data.get("version") if isinstance(data, Mapping) else None
        if version != VERSION:
            raise UsageError(f"This is no trace of version {VERSION}: its version is {version!r}.")
        return cls(**{key: data[key] for key in PARTS})

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """A trace from JSON text.

        Example:
            >>> import minigrad as mg
            >>> x = mg.tensor(2.0, requires_grad=True, name="x")
            >>> len(mg.Trace.from_json(mg.trace(x * x).to_json()).frames)
            8
        """
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise UsageError(f"This is no trace: it is not JSON ({error}).") from None


def trace(output: Any, gradient: Any = None, names: Mapping[str, Any] | None = None) -> Trace:
    """Record the graph of `output`: its values, and a backward pass that touches no `.grad`.

    Args:
        output: the Tensor to start from.
        gradient: the upstream gradient; None means 1 for one entry, and ones otherwise.
        names: names for Tensors that have none of their own, e.g. `locals()`.

    Raises:
        TypeError: `output` is no Tensor.
        StaleValueError: a leaf was changed in place since the forward pass, so its values are lost.

    Example:
        >>> import minigrad as mg
        >>> x = mg.tensor(-2.0, requires_grad=True, name="x")
        >>> run = mg.trace(3 * x)
        >>> run.frames[-2]["sentence"]
        '3 × sends x: upstream 1 × local 3 = 3.'
    """
    if not isinstance(output, Traced):
        raise TypeError(
            f"trace() needs a Tensor, the result of a computation; it got a {type(output).__name__}."
        )
    return Trace.of(Recorder(output, gradient, names or {}))
