"""What the tape remembers: the memory that a graph holds for its backward pass, node by node.

With this module, one can
- measure it:     tape_memory(loss).peak
- draw it:        tape_curve(loss)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.node import Node, ancestors, function_name
from minigrad.record import Traced
from visuals.plots.captions import described, safe
from visuals.plots.inputs import several, shown, told
from visuals.plots.look import SMALL, canvas, labels, legend


@dataclass(frozen=True)
class Tape:
    """What `tape_memory` found, in bytes. Steps are first the n nodes forward, then the same backward.

    Attributes:
        names: of the nodes, in the order of their creation.
        added: by each node: what it keeps and no older node keeps already.
        needed: 2n numbers: values that rules still ahead will read, after each step.
        gradients: 2n numbers: gradients waiting at nodes, after each step; those of leaves are in `leaves`.
        leaves: 2n numbers: gradients that have reached leaves, which stay.
    """

    names: tuple[str, ...]
    added: np.ndarray
    needed: np.ndarray
    gradients: np.ndarray
    leaves: np.ndarray

    @property
    def held(self) -> int:
        """What the graph holds as long as its result is alive."""
        return int(self.added.sum())

    @property
    def total(self) -> np.ndarray:
        """All three together, after each step."""
        return self.needed + self.gradients + self.leaves

    @property
    def peak(self) -> int:
        """The most that is needed at once."""
        return int(self.total.max())


def tape_memory(output: Any) -> Tape:
    """The memory that a graph needs in a forward and a backward pass, found by looking at what its nodes
    keep.

    A node keeps the values that its rules name, and nothing else: `add` none, `tanh` its result, `multiply`
        both
    factors. A value that several nodes keep counts once, and so does a view with what it is a view of. The
    leaves' own data (parameters, inputs) are not part of the tape.

    In the backward pass the newest node comes first; when its messages are sent, what only it kept could be
    freed. minigrad frees it with the graph, when nothing refers to the result any more, so that a second
    backward() is possible: what is held then is `held`, from the first step back to the last.

    Args:
        output: a Tensor with a graph, before or after its backward pass.

    Returns:
        A Tape.

    Raises:
        TypeError: no Tensor.
        ValueError: a Tensor that nobody computed.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> x = mg.tensor(np.ones(1000), requires_grad=True)
        >>> np.sum(x + 1.0 + 2.0).backward()
        >>> tape_memory(np.sum(x + 1.0 + 2.0)).held            # sums need to remember nothing
        0
        >>> tape_memory(np.sum(np.exp(np.tanh(x)))).held       # two results of 1,000 numbers
        16000
    """
    if not isinstance(output, Traced):
        raise TypeError(f"tape_memory looks at the graph of a Tensor, not at {shown(output)}.")
    if not isinstance(output._node, Node):
        raise ValueError(
            "This Tensor was not computed from anything that wants a gradient, so nothing is kept for it."
        )
    nodes = ancestors(output._node)[::-1]
    seen = {id(owner(p._data)) for node in nodes for p in node.parents if isinstance(p, Traced)}
    added = []
    for node in nodes:
        new = {id(owner(a)): owner(a).nbytes for a in kept(node) if id(owner(a)) not in seen}
        seen |= new.keys()
        added.append(sum(new.values()))
    held = np.cumsum(added)
    needed = np.concatenate([held, held[::-1] - added[::-1]])
    waiting, arrived = messages(nodes)
    names = tuple(node.name or function_name(node.fun) for node in nodes)
    return Tape(names, np.array(added), needed, waiting, arrived)


def kept(node: Node) -> list[Any]:
    """The arrays that a node keeps: arguments, options and the result, where a rule needs them."""
    values: list[Any] = [*node.args, *node.kwargs.values(), node.out]
    found = []
    while values:
        value = values.pop()
        if isinstance(value, (tuple, list)):
            values.extend(value)
        elif hasattr(value, "nbytes") and hasattr(value, "shape"):
            found.append(value)
    return found


def owner(array: Any) -> Any:
    """The array whose memory a view shows."""
    while hasattr(getattr(array, "base", None), "nbytes") and hasattr(array.base, "shape"):
        array = array.base
    return array


def messages(nodes: list[Node]) -> tuple[np.ndarray, np.ndarray]:
    """Bytes of gradients, at nodes and at leaves, after each step of both passes: from shapes alone."""
    size = {nodes[-1]: bytes_of(nodes[-1])}
    waiting, arrived, leaves = [0] * len(nodes), [0] * len(nodes), set()
    for node in reversed(nodes):
        size.pop(node, None)
        for parent in node.parents:
            if type(parent) is Node:
                size.setdefault(parent, bytes_of(parent))
            elif parent is not None and parent.requires_grad:
                leaves.add(parent)
        waiting.append(sum(size.values()))
        arrived.append(sum(leaf.data.nbytes for leaf in leaves))
    return np.array(waiting), np.array(arrived)


def bytes_of(node: Node) -> int:
    """What a gradient of a node's result takes."""
    shapes = node.shape if isinstance(node.shape, list) else [node.shape]
    return sum(int(np.prod(shape)) for shape in shapes) * node.dtype.itemsize


def tape_curve(output: Any, *, most: int = 3, ax: Any = None, theme: str = "auto") -> Any:
    """The memory of a graph, step by step: values fill the tape on the way forward, and are used up on the
    way back.

    Args:
        output: a Tensor with a graph.
        most: so many of the nodes that keep most are named.
        ax, theme: as for `training_curves`.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: as for `tape_memory`.

    Source: Chen et al., "Training deep nets with sublinear memory cost" (2016), which is about lowering this
        curve.

    Example:
        >>> import numpy as np, matplotlib.pyplot as plt, minigrad as mg
        >>> from visuals.plots import caption
        >>> x = mg.tensor(np.ones((64, 128)), requires_grad=True)
        >>> ax = tape_curve(np.sum(np.exp(np.tanh(x))))
        >>> print(caption(ax))
        Memory of 3 nodes, forward and backward: the tape holds 128 KiB, and with gradients 192 KiB are needed
            at once.
        Most is kept by tanh (64 KiB), exp (64 KiB).
        >>> plt.close()
    """
    tape = tape_memory(output)
    n = len(tape.names)
    scale, unit = unit_of(tape.peak)
    ax, look = canvas(ax, theme)
    steps = np.concatenate([[0.5], np.arange(1, 2 * n + 1), [2 * n + 0.5]])
    parts = [np.pad(part / scale, 1, mode="edge") for part in (tape.needed, tape.gradients, tape.leaves)]
    names = ["values that rules will read", "gradients on their way", "gradients of leaves"]
    colours, hatches = ("negative", "positive", "value"), ("", "///", "...")
    for area, colour, hatch in zip(
        ax.stackplot(steps, *parts, labels=names, step="mid"), colours, hatches, strict=True
    ):
        area.set(facecolor=look.mixed(colour, 0.45), edgecolor=look[colour], linewidth=0.8, hatch=hatch)
    held = np.concatenate([tape.needed[:n], np.full(n, tape.held)]) / scale
    ax.step(steps, np.pad(held, 1, mode="edge"), where="mid", color=look["ink"], linestyle="--",
            linewidth=1.6,            label="held until the result is dropped")  # fmt: skip
    top = max(tape.peak, tape.held, 1) / scale
    ax.axvline(n + 0.5, color=look["muted"], linestyle=":", linewidth=1.5)
    for x, text, side in ((n + 0.3, "forward →", "right"), (n + 0.7, "→ backward", "left")):
        ax.text(x, 1.13 * top, text, ha=side, va="center", fontsize=SMALL, color=look["muted"])
    largest = [k for k in np.argsort(-tape.added, kind="stable")[:most] if tape.added[k]]
    for k in largest:
        ax.annotate(
            safe(tape.names[k], 80), (k + 1, tape.needed[k] / scale), xytext=(0, 3),
            textcoords="offset points", ha="right", va="bottom", fontsize=SMALL, color=look["ink"],
        )  # fmt: skip
    ax.set(xlim=(0.5, 2 * n + 0.5), ylim=(0, 1.2 * top))
    labels(ax, x="step: nodes in the order of creation, then back", y=f"memory in {unit}")
    legend(ax, look, loc="upper left", bbox_to_anchor=(0, 0.93))
    told_of = ", ".join(f"{tape.names[k]} ({in_words(tape.added[k])})" for k in largest)
    described(
        ax,
        f"Memory of {several(n, 'node')}, forward and backward: the tape holds {in_words(tape.held)}, and "
        f"with gradients {in_words(tape.peak)} are needed at once."
        + (f" Most is kept by {told_of}." if told_of else ""),
    )
    return ax


def unit_of(size: float) -> tuple[float, str]:
    """A power of 1024 that makes a number readable, and its name."""
    power = min(int(np.log2(max(size, 1)) // 10), 4)
    return 1024.0**power, ("bytes", "KiB", "MiB", "GiB", "TiB")[power]


def in_words(size: float) -> str:
    """A number of bytes: "64 KiB"."""
    scale, unit = unit_of(size)
    return f"{told(size / scale)} {unit}"
