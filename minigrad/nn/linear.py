"""The linear map and what goes with it: flattening, looking up a vector per word, doing nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.init import he_normal, normal
from minigrad.nn.checks import Init, drawn, generator, options, whole
from minigrad.nn.module import Module
from minigrad.rules.neural import embedding
from minigrad.tensor import Parameter


class Linear(Module):
    """x @ W + b.

    Args:
        n_in, n_out: sizes of the last axis before and after.
        rng: draws the weights; the bias starts at 0.
        dtype: of the parameters.
        name: is put behind the parameters' names in pictures: W1, b1.
        bias: False for x @ W alone.
        init: init(shape, rng) gives the weights; a function of `mg.init`.

    Shapes: x (…, n_in), W (n_in, n_out), b (n_out,), result (…, n_out).

    Raises:
        ValueError: sizes below 1; (when called) an x whose last axis has another size.
        TypeError: no generator to draw from.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> layer = mg.nn.Linear(3, 2, np.random.default_rng(0))
        >>> layer(mg.tensor(np.ones((5, 3)))).shape
        (5, 2)
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        rng: np.random.Generator | None = None,
        dtype: Any = np.float64,
        name: str = "",
        bias: bool = True,
        init: Init = he_normal,
    ) -> None:
        whole(self, n_in=n_in, n_out=n_out)
        self.weight = drawn(init, (n_in, n_out), generator(self, rng), f"W{name}", dtype)
        self.bias = Parameter(np.zeros(n_out), name=f"b{name}", dtype=dtype) if bias else None

    def forward(self, x: Any) -> Any:
        try:
            y = x @ self.weight
        except ValueError:
            raise self._misfit(np.shape(x)) from None
        return y if self.bias is None else y + self.bias

    def _misfit(self, shape: tuple) -> ValueError:
        n = self.weight.shape[0]
        rows = [k for k in range(len(shape)) if math.prod(shape[k:]) == n]
        advice = (
            " Put mg.nn.Flatten() before this layer, or give it x.reshape(len(x), -1)." if rows == [1] else ""
        )
        return ValueError(
            f"{self._title()} takes x of shape (…, {n}), with {n} numbers along the last axis; this x has "
            f"shape {shape}.{advice}"
        )

    def extra_repr(self) -> str:
        n_in, n_out = self.weight.shape
        return f"n_in={n_in}, n_out={n_out}{options(bias=(self.bias is not None, True))}"


class Embedding(Module):
    """A vector to learn for every word: the rows index of a table.

    Args:
        n: how many words.
        size: the length of a vector.
        rng: draws the vectors.
        dtype, name, init: as for `Linear`; by default standard normal numbers.

    Shapes: index (…), integers from 0 to n - 1; result (…, size).

    Raises:
        ValueError: sizes below 1.
        TypeError: no generator to draw from; (when called) an index that is no integer.
        IndexError: (when called) an index outside of the table.

    Source: Bengio et al., "A neural probabilistic language model" (2003).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.Embedding(10, 4, np.random.default_rng(0))([[1, 2, 1]]).shape
        (1, 3, 4)
    """

    def __init__(
        self,
        n: int,
        size: int,
        rng: np.random.Generator | None = None,
        dtype: Any = np.float64,
        name: str = "",
        init: Init = normal,
    ) -> None:
        whole(self, n=n, size=size)
        self.weight = drawn(init, (n, size), generator(self, rng, "vectors"), f"E{name}", dtype)

    def forward(self, index: Any) -> Any:
        return embedding(index, self.weight)

    def extra_repr(self) -> str:
        return "n={}, size={}".format(*self.weight.shape)


class Flatten(Module):
    """Several axes become one: images (N, C, H, W) become rows (N, C·H·W).

    Args:
        start_axis, end_axis: the first and the last of them; by default all but the first axis.

    Raises:
        ValueError: (when called) the axes are not there, or the last comes before the first.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.Flatten()(np.zeros((5, 3, 4, 4))).shape
        (5, 48)
    """

    def __init__(self, start_axis: int = 1, end_axis: int = -1) -> None:
        self.start_axis, self.end_axis = start_axis, end_axis

    def forward(self, x: Any) -> Any:
        n = len(x.shape)
        first, last = (axis + n if axis < 0 else axis for axis in (self.start_axis, self.end_axis))
        if not 0 <= first <= last < n:
            raise ValueError(
                f"{self._title()} flattens the axes {self.start_axis} to {self.end_axis}; x has shape "
                f"{x.shape}."
            )
        return x.reshape((*x.shape[:first], math.prod(x.shape[first : last + 1]), *x.shape[last + 1 :]))

    def extra_repr(self) -> str:
        return options(start_axis=(self.start_axis, 1), end_axis=(self.end_axis, -1)).removeprefix(", ")


class Identity(Module):
    """x itself: to put in the place of a layer.

    Example:
        >>> import minigrad as mg
        >>> net = mg.nn.Sequential(mg.nn.Tanh(), mg.nn.Softmax())
        >>> net[-1] = mg.nn.Identity()          # the scores instead of the probabilities
        >>> net(mg.tensor([0.0]))
        tensor([0.])
    """

    def forward(self, x: Any) -> Any:
        return x
