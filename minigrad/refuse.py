"""What to say when a Tensor is about to leave its graph silently, and what to write instead."""

from __future__ import annotations

from typing import Any

from minigrad.errors import LeavesGraphError


def number(tensor: Any, kind: str) -> LeavesGraphError:
    """For float(t) and int(t)."""
    return LeavesGraphError(
        f"{kind}(…) would take {tensor.label} out of its graph: no gradient could flow through the number. "
        f"Write .item() if you only want to look at the value, or compute with NumPy's functions "
        f"(np.exp(x), not math.exp(x)) to stay in the graph."
    )


def array(tensor: Any) -> LeavesGraphError:
    """For np.asarray(t), np.array([t, u]) and functions that convert their arguments."""
    return LeavesGraphError(
        f"Turning {tensor.label} (shape {tensor.shape}) into a plain NumPy array would take it out of its "
        f"graph. Write .numpy() or .detach() if that is what you want; to join Tensors into one, write "
        f"np.stack([a, b]) instead of np.array([a, b])."
    )


def assignment(tensor: Any) -> LeavesGraphError:
    """For t[i] = value."""
    name = tensor.name or "t"
    return LeavesGraphError(
        f"A Tensor cannot be assigned into: the graph would still hold the old values of {tensor.label}. "
        f"Write np.where(mask, new, {name}) or np.concatenate([{name}[:i], new, {name}[i+1:]]) to compute a new "
        f"one, or {name}.data[…] = … to change a leaf outside of any graph."
    )


def index(tensor: Any) -> LeavesGraphError:
    """For t[:, i] with a Tensor i, while a graph is captured."""
    return LeavesGraphError(
        f"A captured graph cannot follow a Tensor among several indices of {tensor.label}: with new inputs the old "
        f"places would be used. Write np.take(t, i, axis=1) or np.take_along_axis(t, i, axis=1); or i.numpy() for "
        f"places that never change."
    )


def update(tensor: Any, sign: str) -> LeavesGraphError:
    """For w -= … on a leaf that wants a gradient."""
    name = tensor.name or "w"
    return LeavesGraphError(
        f"{name} {sign} … would replace the leaf {tensor.label} by a computed value and record the update. "
        f"To update it, write {name}.data {sign} … , or put the line into `with mg.no_grad():`."
    )


def out(fun_name: str) -> LeavesGraphError:
    """For ufuncs with out=, and for `array += tensor`."""
    return LeavesGraphError(
        f"{fun_name}(…, out=array) would write a Tensor's result into a plain array, outside of its graph. "
        f"Leave out= away and use the result: y = np.{fun_name}(…). For `array += tensor` write "
        f"`total = array + tensor`."
    )


def method(fun_name: str, method_name: str) -> LeavesGraphError:
    """For np.add.reduce and its like."""
    instead = {("add", "reduce"): "np.sum(x, axis=…)", ("maximum", "reduce"): "np.max(x, axis=…)"}
    write = instead.get((fun_name, method_name), f"np.{fun_name}(x, y), or x.detach()")
    return LeavesGraphError(f"np.{fun_name}.{method_name} is not recorded on Tensors. Write {write}.")


def option(fun_name: str, options: str) -> LeavesGraphError:
    """For ufuncs with where=, dtype=, …"""
    return LeavesGraphError(
        f"np.{fun_name}(…, {options}=…) is not recorded on Tensors. Write np.where(mask, np.{fun_name}(x), 0) "
        f"for where=, and x.astype(dtype) for dtype=."
    )
