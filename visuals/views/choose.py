"""Which view a picture is: what `draw(…, view=…)` means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import minigrad as mg
from minigrad.node import ancestors
from visuals.drawing import LARGEST, Drawing
from visuals.options import Options, alternatives
from visuals.subject import refusal, tensor_of, trace_of
from visuals.views.calls import note_calls
from visuals.views.modules import LONG, Folding, refuse
from visuals.views.picture import Picture


def picture_of(obj: Any, names: dict[str, Any], view: str, depth: int | None, options: Options) -> Picture:
    """The picture of `obj` in a view; see `visuals.draw`.

    Args:
        names: names for Tensors without one.
    """
    if view not in VIEWS:
        quoted = [f'"{name}"' for name in VIEWS]
        raise ValueError(f"view is {alternatives(quoted)}, not {view!r}")
    if depth is not None and view not in ("auto", "modules"):
        raise ValueError(f'depth= goes with view="modules", not with view="{view}"')
    if view in ("auto", "modules"):
        return folded(obj, names, options, depth, view == "auto" and depth is None)
    return VIEWS[view](obj, names, options)


def folded(obj: Any, names: dict[str, Any], options: Options, depth: int | None, automatic: bool) -> Drawing:
    """The calls, in boxes down to a depth, or where they are too many."""
    trace = recorded(obj, names)
    if automatic and len(trace.nodes) <= LONG:
        return Drawing(trace, options)
    tensor = tensor_of(obj)
    if tensor is not None:
        note_calls(trace, ancestors(tensor.node)[::-1])
    folding = Folding(trace)
    opened = folding.automatic() if automatic else folding.at_depth(depth)
    return Drawing(folding.showing(opened), options, folding=folding)


def whole(obj: Any, names: dict[str, Any], options: Options) -> Drawing:
    """Every call."""
    trace = recorded(obj, names)
    refuse(len(trace.nodes), "Leave view= away")
    return Drawing(trace, options)


def scalar(obj: Any, names: dict[str, Any], options: Options) -> Drawing:
    """Every entry of every array."""
    from visuals.views.scalar import entrywise

    return Drawing(entrywise(tensor_for(obj, "scalar"), names), options)


def backward(obj: Any, names: dict[str, Any], options: Options) -> Drawing:
    """The computation of the gradients."""
    from visuals.views.backward import BackwardDrawing, backward_graph

    trace = backward_graph(recorded(obj, names))
    refuse(len(trace.nodes), "Draw the backward graph of a smaller part, or leave view= away")
    return BackwardDrawing(trace, options)


def neurons(obj: Any, names: dict[str, Any], options: Options) -> Picture:
    """The layers of a perceptron as columns of neurons."""
    from visuals.views.neurons import neuron_view

    return neuron_view(tensor_for(obj, "neurons"), options, names)


def recorded(obj: Any, names: dict[str, Any]) -> mg.Trace:
    """The run of `obj`."""
    return trace_of(obj, names, None, "draw", limit=LARGEST)


def tensor_for(obj: Any, view: str) -> mg.Tensor:
    """The Tensor itself, for a view that computes with it.

    Raises:
        TypeError: there is none.
    """
    tensor = tensor_of(obj)
    if tensor is None and isinstance(obj, mg.Trace):
        raise TypeError(
            f'view="{view}" computes the graph anew, and a Trace only tells what happened. Give it the Tensor: '
            f'draw(loss, view="{view}").'
        )
    if tensor is None:
        raise TypeError(refusal(obj, "draw"))
    return tensor


VIEWS: dict[str, Callable] = {
    "auto": folded,
    "tensor": whole,
    "scalar": scalar,
    "modules": folded,
    "neurons": neurons,
    "backward": backward,
}
