"""The run of a graph with boxes: what happens at its nodes, and what travels along its edges.

An edge between boxes can stand for several: what travels along it is then the sum of their messages, where they are
messages to one value, and all of them beside each other where they are messages to several.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.summary import plain, summarize, thumbnail
from minigrad.symbols import number

Summary = dict[str, Any]


class Gathered(mg.Trace):
    """A trace with boxes, of another trace. Its frames are looked up when somebody asks for the messages.

    Args:
        names: what stands for a node of the whole: itself, or the box whose last call it is.
        bundles: per edge of this trace the edges of the whole that it stands for.
    """

    _whole: tuple[mg.Trace, dict[str, str], dict[str, list[dict]]]

    def __init__(
        self,
        whole: mg.Trace,
        nodes: list[dict],
        edges: list[dict],
        names: dict[str, str],
        bundles: dict[str, list[dict]],
    ) -> None:
        self.__dict__.update(nodes=nodes, edges=edges, output=names[whole.output], version=whole.version)
        self.__dict__["_whole"] = whole, names, bundles

    @cached_property
    def frames(self) -> list[dict]:
        """What happens at nodes and boxes, and along edges; the bundles of edges come last but one."""
        whole, names, bundles = self._whole
        alone = {edge for edge, links in bundles.items() if len(links) == 1}
        kept = []
        for frame in whole.frames:
            changed, sent = frame["set"].get("nodes", {}), frame["set"].get("edges", {})
            here = changed.keys() <= names.keys() and sent.keys() <= alone
            if here and frame.get("edge", "") in alone | {""}:
                active = [names.get(part, part) for part in frame["active"] if part in names or part in alone]
                renamed = {"nodes": {names[node]: change for node, change in changed.items()}, "edges": sent}
                kept.append({**frame, "active": active, "set": renamed})
        return [*kept[:-1], *self._bundled(), *kept[-1:]]

    def _bundled(self) -> Iterator[dict]:
        """A message for each edge that stands for several, and for those into a box's inside."""
        whole, names, bundles = self._whole
        sent = {frame["edge"]: frame for frame in whole.frames if frame["kind"] == "message"}
        for edge, links in bundles.items():
            frames = [sent[link["id"]] for link in links if link["id"] in sent]
            if not frames or (len(links) == 1 and frames[0]["set"].get("nodes", {}).keys() <= names.keys()):
                continue
            messages: dict[str, list[Summary]] = defaultdict(list)
            for link in links:
                if link["id"] in sent:
                    messages[link["source"]].append(sent[link["id"]]["message"])
            message = together([added(parts) for parts in messages.values()])
            if message is not None:
                message = {**message, "count": len(frames)}
                rule = frames[0]["rule"] if len(frames) == 1 else f"{len(frames):,} messages"
                told = {
                    "upstream": message,
                    "local": None,
                    "rule": rule,
                    "unbroadcast": None,
                    "message": message,
                }
                yield {
                    "kind": "message",
                    "edge": edge,
                    "active": [edge],
                    "set": {"edges": {edge: {"message": message}}},
                    "sentence": f"Along this edge: {rule}, {message['text']}.",
                    **told,
                    "before": None,
                    "after": message,
                }

    def __getstate__(self) -> dict[str, Any]:
        return self.to_dict()


def added(messages: Sequence[Summary]) -> Summary | None:
    """The sum of several messages to one value; None where not all of their entries are known.

    >>> added([{"shape": [], "scalar": 1.0}, {"shape": [], "scalar": -5.0}])["scalar"]
    -4.0
    """
    if len(messages) == 1:
        return messages[0]
    if not all("scalar" in message or "values" in message for message in messages):
        return None
    with np.errstate(all="ignore"):
        return summarize(
            sum(np.array(message.get("values", message.get("scalar")), float) for message in messages)
        )


def together(summaries: Sequence[dict[str, Any] | None]) -> dict[str, Any] | None:
    """The summary of several arrays as one row of numbers, a cell of its heat map for each; None if one is unknown.

    >>> one, two = {"shape": [], "scalar": 4.0}, {"shape": [3], "min": -1, "max": 2, "mean": 0.0, "norm": 3.0}
    >>> found = together([one, two])
    >>> found["text"], found["min"], found["max"], found["norm"], found["thumbnail"]
    ('4 numbers, mean 1', -1.0, 4.0, 5.0, [[4.0, 0.0]])
    """
    if any(summary is None or summary.get("mean", summary.get("scalar")) is None for summary in summaries):
        return None
    known = [summary for summary in summaries if summary is not None]
    if len(known) == 1:
        return known[0]
    rows = [
        [float(s[key]) if key in s else float(s["scalar"]) for key in ("min", "max", "norm", "mean")]
        for s in known
    ]
    low, high, norm, mean = np.array(rows).T
    sizes = np.array([math.prod(summary["shape"]) for summary in known])
    with np.errstate(all="ignore"):
        overall = mean @ sizes / sizes.sum()
        facts = {"min": low.min(), "mean": overall, "max": high.max(), "norm": np.sqrt((norm * norm).sum())}
        grid = thumbnail(mean)
    text = f"{int(sizes.sum()):,} numbers, mean {number(overall)}"
    about = {"shape": [int(sizes.sum())], "text": text, **{key: plain(fact) for key, fact in facts.items()}}
    return about | {"thumbnail": plain(grid)}
