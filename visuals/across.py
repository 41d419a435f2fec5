"""Where the vertices of each layer stand: beside their neighbours, off each other, and long lines straight."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from visuals.layered import Layers

PASSES = 6
BEND, MAIN, SIDE, LIGHT = 1e7, 1e5, 100.0, 1.0  # how much it counts that a line is straight
Pull = tuple[Any, float]  # from where (a vertex, or its place), and how strongly
IDLE = 0.01  # how strongly a vertex without neighbours keeps its place


class Across:
    """Places across the layers.

    Args:
        extent: how much room each vertex takes; bends too, so that a line passes between boxes.
        light: boxes that join from the side: parameters.
        gap: the least distance between two boxes.

    Attributes:
        at: the place of each vertex.
    """

    def __init__(self, layers: Layers, extent: Sequence[float], light: set[int], gap: float) -> None:
        self.layers, self.extent, self.gap, self.light = layers, extent, gap, light
        self.at = [0.0] * len(layers.rank)
        self.offsets = [self._offsets(row) for row in layers.rows]
        for row, offset in zip(layers.rows, self.offsets, strict=True):
            for v, shift in zip(row, offset, strict=True):
                self.at[v] = shift - offset[-1] / 2

    def apart(self, u: int, v: int) -> float:
        """The least distance between two neighbours of one layer; a line needs less room than a box."""
        gap = self.gap if max(u, v) < self.layers.count else self.gap / 2
        return (self.extent[u] + self.extent[v]) / 2 + gap

    def pull(self, u: int, v: int) -> float:
        """How much it counts that the line from u to v is straight: most in a trunk, then on the longest way."""
        if v >= self.layers.count:
            return BEND if u >= self.layers.count else MAIN
        if u in self.light:
            return LIGHT
        depth = self.layers.depth
        return MAIN if 0 < depth[u] == depth[v] - 1 else SIDE

    def _offsets(self, row: list[int]) -> list[float]:
        """How far each vertex is from the first one if all are as close as can be."""
        offsets = [0.0]
        for u, v in pairwise(row):
            offsets.append(offsets[-1] + self.apart(u, v))
        return offsets

    def settle(self) -> None:
        """Move each layer to where its neighbours want it, from both sides in turn; then make trunks straight."""
        before = [[(u, self.pull(u, v)) for u in near] for v, near in enumerate(self.layers.before)]
        after = [[(v, self.pull(u, v)) for v in near] for u, near in enumerate(self.layers.after)]
        both = [a + b for a, b in zip(before, after, strict=True)]
        steps = list(zip(self.layers.rows, self.offsets, strict=True))
        for turn in range(PASSES + 1):
            near = both if turn == PASSES else after if turn % 2 else before
            for row, offset in reversed(steps) if turn % 2 else steps:
                self._settle(row, offset, near)
        index = {v: (row, k) for row in self.layers.rows for k, v in enumerate(row)}
        for trunk in self.layers.trunks.values():
            self._straighten(trunk, index)

    def _settle(self, row: list[int], offset: list[float], near: list[list[Pull]]) -> None:
        """The places closest to the wanted ones that keep order and distance: least squares, by pooling.

        Source: Barlow et al., "Statistical Inference under Order Restrictions" (1972): pool adjacent violators.
        """
        blocks: list[tuple[float, float, int]] = []  # wanted place of the block's first, weight, vertices
        for v, shift in zip(row, offset, strict=True):
            wanted, weight = self._wanted(v, near[v])
            wanted, size = wanted - shift, 1
            while blocks and blocks[-1][0] > wanted:
                other, other_weight, other_size = blocks.pop()
                together = weight + other_weight
                wanted = (wanted * weight + other * other_weight) / together
                weight, size = together, size + other_size
            blocks.append((wanted, weight, size))
        k = 0
        for wanted, _, size in blocks:
            for _ in range(size):
                self.at[row[k]] = wanted + offset[k]
                k += 1

    def _wanted(self, v: int, near: list[Pull]) -> Pull:
        """The weighted median of the neighbours' places: it keeps a line straight that a mean would bend."""
        at = self.at
        if len(near) == 1:
            return at[near[0][0]], near[0][1]
        if not near:
            return at[v], IDLE
        pulls = sorted([(at[u], pull) for u, pull in near])
        total = sum([pull for _, pull in pulls])
        below = 0.0
        for k, (place, pull) in enumerate(pulls):
            below += pull
            if 2 * below == total:
                return (place + pulls[k + 1][0]) / 2, total
            if 2 * below > total:
                break
        return place, total

    def _straighten(self, trunk: list[int], index: dict[int, tuple[list[int], int]]) -> None:
        """Give as many bends in a row as possible one place."""
        begin = 0
        while begin < len(trunk):
            low, high, end = float("-inf"), float("inf"), begin
            for v in trunk[begin:]:
                row, k = index[v]
                lower = self.at[row[k - 1]] + self.apart(row[k - 1], v) if k else low
                upper = self.at[row[k + 1]] - self.apart(v, row[k + 1]) if k + 1 < len(row) else high
                if end > begin and max(low, lower) > min(high, upper):
                    break
                low, high, end = max(low, lower), min(high, upper), end + 1
            run = trunk[begin:end]
            middle = sorted([self.at[v] for v in run])[len(run) // 2]
            for v in run:
                self.at[v] = max(low, min(middle, high))
            begin = end
