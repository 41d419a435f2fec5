"""The scalar view: every entry of every array is a node of its own, and every function one of numbers.

With this module, one can
- take a graph apart:     entrywise(loss) -> the Trace of the same computation, number by number

The computation really runs again, on Tensors of one number each; values, gradients and messages are those of that run.
What it takes apart: elementwise functions, products and sums (`@`, `sum`, `mean`, …), softmax and the losses of
classifiers, and functions that are written in terms of these. What only moves entries (`reshape`, `x[0]`, `.T`)
becomes lines. Any other function stays one box; a "stack" brings its entries in, and "[i]" takes them out.

Source: Karpathy, micrograd (2020), whose graphs look like this.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import minigrad as mg
from minigrad.node import Node, function_name, tick
from minigrad.recorder import Constant, Recorder, Replay
from minigrad.vjps import lookup
from visuals.views.expansions import Entries, expanded

MOST = 300  # nodes that one can still follow


def entrywise(output: Any, names: dict[str, Any] | None = None) -> mg.Trace:
    """The run of `output`, number by number.

    Args:
        output: a Tensor.
        names: names for Tensors without one.

    Raises:
        ValueError: there would be more than 300 nodes; or a function with several results takes part.

    Example:
        >>> x = mg.tensor([1.0, 2.0], name="x")
        >>> w = mg.Parameter([[3.0], [4.0]], name="w")
        >>> run = entrywise((x @ w).sum())
        >>> [node["name"] or node["symbol"] for node in run.nodes]
        ['x[0]', 'w[0, 0]', '×', 'x[1]', 'w[1, 0]', '×', '+']
        >>> run.nodes[-1]["value"]["scalar"]
        11.0
    """
    replay = Replay(Recorder(output, None, names or {}))
    taken = _Apart(replay)
    with mg.enable_grad(), np.errstate(all="ignore"):
        entries = taken.entries_of(replay.root)
        root, extra = _joined(entries)
        taken.give_gradients(root, entries)
    run = mg.trace(root)
    whole = run if not extra else _without_last(run, extra)
    taken.check_size(len(whole.nodes))
    return whole


class _Apart:
    """Computes a recorded run again, number by number."""

    def __init__(
        self, replay: Replay, inputs: dict[Any, Entries] | None = None, begun: int | None = None
    ) -> None:
        self.replay = replay
        self.begun = tick() if begun is None else begun
        self.found: dict[Any, Entries] = dict(inputs or {})

    def entries_of(self, root: Any) -> Entries:
        """The entries of a vertex, after those of all that it was computed from."""
        for v in self.replay.sources:
            if v in self.found:
                continue
            self.check_array(v)
            self.found[v] = self._call(v) if isinstance(v, Node) else self._leaf(v)
            self._name(v)
            self.check_size(tick() - self.begun)
        return self.found[root]

    def _leaf(self, v: Any) -> Entries:
        value = np.asarray(self.replay.values[v])
        if isinstance(v, Constant):
            return value.astype(object)
        entries = np.empty(value.shape, object)
        for place in np.ndindex(value.shape):
            wanted = bool(v.requires_grad) and value.dtype.kind in "fc"
            entries[place] = mg.tensor(value[place], requires_grad=wanted, dtype=value.dtype)
        return entries

    def _call(self, v: Node) -> Entries:
        """The entries of a call's result: taken apart, or through a box."""
        row = self.replay.sources[v]
        args = [arg if s is None else self._argument(s, arg) for s, arg in zip(row, v.args, strict=True)]
        if isinstance(self.replay.values[v], tuple):
            raise ValueError(
                f"The scalar view cannot take {function_name(v.fun)} apart: it has several results. "
                f'Draw what comes before it, or use view="tensor".'
            )
        shape = np.shape(self.replay.values[v])
        try:
            entries = expanded(v.fun, args, v.kwargs, shape)
        except (TypeError, ValueError):  # options that only arrays of numbers know
            entries = None
        if entries is None:
            entries = self._inner(v, args)
        if entries is None or not self._agrees(entries, v):
            entries = self._box(v, args, shape)
        return entries

    def _argument(self, source: Any, value: Any) -> Any:
        """What stands at an argument: entries; but indices, classes and truth values as they are."""
        if np.asarray(value).dtype.kind in "biu" and not isinstance(source, Node):
            return value
        return self.found[source]

    def _inner(self, v: Node, args: list[Any]) -> Entries | None:
        """The entries of a function that is itself written with functions of Tensors: of its own definition."""
        plain = getattr(v.fun, "plain", None)
        if plain is None:
            return None
        tensors = [mg.tensor(_numbers(arg), requires_grad=True) if _is_entries(arg) else arg for arg in args]
        try:
            inner = Replay(Recorder(plain(*tensors, **v.kwargs), None, {}))
        except (TypeError, ValueError, AttributeError):
            return None
        if not any(isinstance(part, Node) and part.fun is not v.fun for part in inner.sources):
            return None
        given = {
            twin: arg
            for twin, original in inner.originals.items()
            for tensor, arg in zip(tensors, args, strict=True)
            if tensor is original
        }
        return _Apart(inner, given, self.begun).entries_of(inner.root)

    def _agrees(self, entries: Entries, v: Node) -> bool:
        """Whether the entries have the values that the arrays had."""
        value = np.asarray(self.replay.values[v])
        return entries.shape == value.shape and np.allclose(_numbers(entries), value, equal_nan=True)

    def _box(self, v: Node, args: list[Any], shape: tuple) -> Entries:
        """A function that stays one box: its entries go in through a stack, and come out one by one."""
        arrays = [_stacked(arg) if _is_entries(arg) else arg for arg in args]
        sequence = lookup(v.fun).sequence
        result = v.fun(arrays, **v.kwargs) if sequence else v.fun(*arrays, **v.kwargs)
        entries = np.empty(shape, object)
        for place in np.ndindex(shape):
            entries[place] = result[place] if place else result
        return entries

    def _name(self, v: Any) -> None:
        """Call the entries as the user called the array."""
        name = self.replay.record.names.get(self.replay.originals.get(v), "")
        if not name:
            return
        entries = self.found[v]
        for place in np.ndindex(entries.shape):
            entry = entries[place]
            if isinstance(entry, mg.Tensor) and not entry.name:
                entry.name = f"{name}[{', '.join(map(str, place))}]" if entries.size > 1 else name

    def give_gradients(self, root: Any, entries: Entries) -> None:
        """The gradients that the arrays have now, entry by entry."""
        began, known = self.replay.record.began, self.replay.known
        if began is not None and root.requires_grad:
            root.backward(np.reshape(began, root.shape))
        for v, found in self.found.items():
            if not isinstance(v, (Node, Constant)):
                gradient = known.get(v)
                for place, entry in np.ndenumerate(found):
                    entry.grad = None if gradient is None else mg.tensor(np.asarray(gradient)[place])

    def check_array(self, v: Any) -> None:
        value = self.replay.values[v]
        for part in value if isinstance(value, tuple) else [value]:
            if np.size(part) > MOST:
                name = self.replay.record.names.get(self.replay.originals.get(v), "")
                shape = "×".join(map(str, np.shape(part)))
                self._refuse(f"{name or 'an array'} of shape {shape} alone has {np.size(part):,} entries")

    def check_size(self, count: int) -> None:
        if count > MOST:
            self._refuse(f"these are more than {MOST}")

    def _refuse(self, why: str) -> None:
        raise ValueError(
            f"The scalar view draws every entry as a node of its own, up to {MOST}, and {why}. Draw one example "
            f'instead of a batch and a network with a few neurons, or use view="tensor".'
        )


def _is_entries(arg: Any) -> bool:
    return isinstance(arg, np.ndarray) and arg.dtype == object


def _number(entry: Any) -> Any:
    return entry.item() if isinstance(entry, mg.Tensor) else entry


def _numbers(entries: Entries) -> np.ndarray:
    """The values of entries as an array."""
    return np.array([_number(entry) for entry in entries.flat]).reshape(entries.shape)


def _stacked(entries: Entries) -> Any:
    """Entries as one Tensor."""
    if not entries.shape:
        return entries.item()
    parts = [entry if isinstance(entry, mg.Tensor) else mg.tensor(float(entry)) for entry in entries.flat]
    whole = np.stack(parts)
    return whole if entries.ndim == 1 else whole.reshape(entries.shape)


def _joined(entries: Entries) -> tuple[Any, int]:
    """One Tensor that all entries lead to, and how many nodes that took."""
    if entries.size == 1:
        only = entries.reshape(()).item()
        return (only if isinstance(only, mg.Tensor) else mg.tensor(float(only))), 0
    if entries.size == 0:
        raise ValueError("The scalar view has nothing to draw: the result has no entries.")
    return _stacked(entries), 1 if entries.ndim == 1 else 2


def _without_last(run: mg.Trace, count: int) -> mg.Trace:
    """A run without its last nodes, which only brought its results together."""
    gone = {node["id"] for node in run.nodes[-count:]}
    nodes = run.nodes[:-count]
    edges = [edge for edge in run.edges if edge["target"] not in gone]
    left = {edge["id"] for edge in edges}
    frames = [
        frame
        for frame in run.frames
        if gone.isdisjoint(frame["set"].get("nodes", ())) and frame.get("edge", "") in left | {""}
    ]
    return mg.Trace(nodes, edges, frames, nodes[-1]["id"])
