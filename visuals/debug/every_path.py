"""The gradient as a sum over all paths, beside what reverse mode needs for it.

With this module, one can
- see all paths from a leaf:      paths(loss, x)        in a notebook, one after the other in the stepper

Source: Bauer, "Computational graphs and rounding error" (1974), for the sum over paths; Griewank & Walther,
"Evaluating Derivatives" (2008), ch. 3, for why nobody computes it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import minigrad as mg
from minigrad.node import ancestors
from minigrad.summary import summarize
from visuals import text as words
from visuals.debug.report import Report
from visuals.debug.routes import Path, Routes
from visuals.debug.run import Run
from visuals.subject import LIMIT, check_size, described, variables

TOLD = 12  # paths that the text lists
LISTED = 24  # paths of each leaf that the stepper can show
LEAVES = 12  # whose paths it shows
ROOM = 1500  # edges that the listed paths of a leaf have in all
SHORT = 7  # nodes or factors of a path that are written out


@dataclass(frozen=True)
class OnePath:
    """One way from the leaf to the result.

    Attributes:
        edges: the ids of its edges in the trace, from the leaf on.
        nodes: what the nodes on it are called, the leaf and the result included; "→₂ ×" is reached by the second of
            several edges between the same two.
        factors: the local derivatives, from the result to the leaf; None where they are arrays.
        product: what arrives at the leaf along this path: the product of the seed and all factors.
    """

    edges: tuple[str, ...]
    nodes: tuple[str, ...]
    factors: tuple[float, ...] | None
    product: Any

    @property
    def way(self) -> str:
        """The nodes in a line; the middle of a long path is left out."""
        parts = [node if node.startswith("→") else f"→ {node}" for node in shortened(self.nodes[1:])]
        return " ".join([self.nodes[0], *parts])


def paths(
    output: Any,
    leaf: Any,
    *,
    most: int = 100,
    names: Literal["auto"] | dict[str, Any] | None = "auto",
    gradient: Any = None,
) -> Paths:
    """All paths from a leaf to a result, with the product along each; and what they cost, against reverse mode.

    The chain rule says that ∂output/∂leaf is the sum, over all paths between the two, of the product of the local
    derivatives along the path. Computed that way it takes one multiplication per edge of every path, and there may be
    2ⁿ of these. Reverse mode adds up at each node before it goes on, and multiplies once per edge of the graph.

    Args:
        output: a Tensor.
        leaf: a Tensor from which it was computed, or its name.
        most: so many paths are listed; all are counted.
        names, gradient: as for `visuals.BackpropStepper`.

    Returns:
        A report: `count`, `multiplications` and `reverse` are exact, however many paths there are; `listed` has the
        first. `print` it; in a notebook it shows the stepper, which follows one path after the other.

    Raises:
        TypeError: `output` is no Tensor.
        ValueError: no path leads from `leaf`, or no leaf has this name; or the graph has more than 1000 nodes.

    >>> import minigrad as mg
    >>> x, y = (mg.tensor(value, requires_grad=True, name=name) for value, name in ((3.0, "x"), (2.0, "y")))
    >>> q = x * y
    >>> print(paths(q * q + x, "x"))
    3 paths lead from x to the result, with 7 multiplications; reverse mode needs 5, and 6 for all gradients.
      x → q →₁ × → +:  1 × 1 × 6 × 2 = 12
      x → q →₂ × → +:  1 × 1 × 6 × 2 = 12
      x → +:           1 × 1 = 1
      sum: 25, which is what reverse mode gives
    """
    if not isinstance(output, mg.Tensor):
        raise TypeError(
            f"paths looks at the graph of a Tensor, but got {described(output)}. Pass the result of the computation: "
            f'paths(loss, "w").'
        )
    check_size(len(ancestors(output.node)), LIMIT, "paths")
    caller = sys._getframe(1)
    known = variables(caller) if isinstance(names, str) and names == "auto" else names or {}
    run = Run(output, gradient, known)
    if run.error is not None:
        raise run.error
    return Paths(run, leaf, most, output, known, gradient)


class Paths(Report):
    """What `paths` found.

    Attributes:
        leaf, output: what they are called.
        count: how many paths there are.
        multiplications: how many multiplications they need, one per edge of each path.
        reverse, all: how many reverse mode needs: one per edge that is on a path; and for the gradients of all leaves.
        listed: the first paths, each a `OnePath`.
        gradient: ∂output/∂leaf by reverse mode: the sum over all paths.
    """

    view = "paths"

    def __init__(
        self, run: Run, leaf: Any, most: int, output: Any, names: Mapping[str, Any], gradient: Any
    ) -> None:
        super().__init__(output, names, gradient)
        routes = Routes(run)
        found = chosen(routes, leaf)
        self.id, self.leaf, self.output = run.ids[found], words.clean(run.label(found)), result_name(run)
        self.count, self.multiplications = routes.count[found], routes.length[found]
        self.reverse, self.all = routes.reverse(found), len(run.events)
        self.listed = [one_path(routes, path, found) for path in routes.listed(found, most)]
        self.gradient = total(run, found)
        self.followed = {"leaf": self.id, "path": 0}

    def __str__(self) -> str:
        told = self.listed[:TOLD]
        wide = max((len(path.way) for path in told), default=0) + 1
        lines = [f"  {path.way + ':':{wide}}  {product_text(path)}" for path in told]
        left = self.count - len(told)
        if left:
            lines.append(f"  … and {amount(left)} more")
        lines.append(
            f"  sum{' of all' if left else ''}: {summarize(self.gradient)['text']}, which is what reverse mode gives"
        )
        return "\n".join([self.sentence, *lines])

    @property
    def sentence(self) -> str:
        """What it costs, in one sentence."""
        return cost(self.count, self.multiplications, self.reverse, self.all, self.leaf, self.output)


def cost(count: int, multiplications: int, reverse: int, everything: int, leaf: str, output: str) -> str:
    """What all paths cost, and what reverse mode does."""
    verb = "path leads" if count == 1 else "paths lead"
    several = "s" if multiplications != 1 else ""
    return (
        f"{amount(count)} {verb} from {leaf} to {output}, with {amount(multiplications)} multiplication{several}; "
        f"reverse mode needs {amount(reverse)}, and {amount(everything)} for all gradients."
    )


def amount(n: int) -> str:
    """A whole number that can be read: with commas, and where it is very large by its power of ten.

    >>> amount(1048576), amount(2 ** 100)
    ('1,048,576', '1,267,650,600,228,229,401,496,703,205,376 (about 10³⁰)')
    """
    power = str(len(str(n)) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    if n < 10**15:
        return f"{n:,}"
    return f"{n:,} (about 10{power})" if n < 10**40 else f"about {str(n)[0]}.{str(n)[1]} × 10{power}"


def chosen(routes: Routes, leaf: Any) -> Any:
    """The vertex of a leaf, given as a Tensor or by name."""
    run = routes.run
    if isinstance(leaf, str):
        found = next((v for v in routes.leaves if leaf in (run.name(v), run.ids[v])), None)
    else:
        found = routes.leaf(leaf) if isinstance(leaf, mg.Tensor) else None
    if found is None:
        wanted = repr(leaf) if isinstance(leaf, str) else getattr(leaf, "label", None) or described(leaf)
        known = ", ".join(words.clean(run.label(v)) for v in routes.leaves) or "none"
        raise ValueError(f"No path leads from {wanted} to this result; leaves with a gradient are {known}.")
    return found


def result_name(run: Run) -> str:
    """What to call the result."""
    return words.clean(run.name(run.run.root)) or "the result"


def one_path(routes: Routes, path: Path, leaf: Any) -> OnePath:
    """A path with its names and numbers."""
    run, factors = routes.run, routes.factors(path)
    nodes, before = [words.clean(run.label(leaf))], leaf
    for node, i in path:
        several = sum(user is node for user, _ in routes.users[before]) > 1
        nodes.append(f"→{subscript(i + 1)} {run.label(node)}" if several else words.clean(run.label(node)))
        before = node
    ids = tuple(run.edge_ids[edge] for edge in path)
    return OnePath(ids, tuple(nodes), None if factors is None else tuple(factors), routes.contribution(path))


def subscript(n: int) -> str:
    """A small number below the line."""
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def product_text(path: OnePath) -> str:
    """The product along a path: the seed, then the local derivatives from the result to the leaf."""
    value = summarize(path.product)["text"]
    if path.factors is None:
        return value
    seed = "1" if not any(path.factors) else words.number(seed_of(path))
    return " × ".join(shortened([seed, *(words.number(f) for f in path.factors)])) + f" = {value}"


def seed_of(path: OnePath) -> float:
    """The upstream gradient of the result: what the product has besides its factors."""
    product = 1.0
    for factor in path.factors or ():
        product *= factor
    return float(path.product) / product if product else 1.0


def shortened(parts: Any) -> list[str]:
    """The beginning and the end of a long list."""
    parts = list(parts)
    return parts if len(parts) <= SHORT + 1 else [*parts[: SHORT - 3], "…", *parts[-3:]]


def total(run: Run, leaf: Any) -> Any:
    """The gradient of a leaf by reverse mode: the sum of the messages into it."""
    messages = [message for node, i, _, _, message in run.events if node.parents[i] is leaf]
    found = messages[0]
    for message in messages[1:]:
        found = found + message
    return found


def view(run: Run) -> dict[str, Any]:
    """What the stepper shows of the paths of each leaf, as plain data; nothing where there is no path."""
    routes = Routes(run)
    found = [about(routes, leaf) for leaf in routes.leaves[:LEAVES]]
    return {"leaves": found, "left": max(0, len(routes.leaves) - LEAVES)} if found else {}


def about(routes: Routes, leaf: Any) -> dict[str, Any]:
    """The paths of one leaf."""
    run, count = routes.run, routes.count[leaf]
    name, output = words.clean(run.label(leaf)), result_name(run)
    most = max(2, min(LISTED, ROOM // (routes.length[leaf] // count + 1)))
    listed, so_far, sums = routes.listed(leaf, most), None, []
    rows = [one_path(routes, path, leaf) for path in listed]
    for row in rows:
        so_far = row.product if so_far is None else so_far + row.product
        sums.append(summarize(so_far)["text"])
    costs = routes.length[leaf], routes.reverse(leaf), len(run.events)
    return {
        "id": run.ids[leaf], "name": name, "output": output, "count": amount(count), "complete": count == len(rows),
        "multiplications": amount(costs[0]), "reverse": amount(costs[1]), "all": amount(costs[2]),
        "sentence": cost(count, *costs, name, output), "gradient": summarize(total(run, leaf))["text"],
        "paths": [
            {"edges": row.edges, "way": row.way, "product": product_text(row), "sum": text}
            for row, text in zip(rows, sums, strict=True)
        ],
    }  # fmt: skip
