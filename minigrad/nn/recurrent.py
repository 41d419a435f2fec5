"""Recurrent networks: the same step again and again, so that the state remembers what came before.

Time is a loop in Python. The graph therefore shows every step, all of them with the same weights, and what
reaches the weights is the sum over all steps: backpropagation through time is just backpropagation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.init import xavier_normal
from minigrad.nn.checks import Init, drawn, generator, options, whole
from minigrad.nn.module import Module
from minigrad.operators import plain
from minigrad.rules.neural import relu
from minigrad.tensor import Parameter, tensor

NONLINEARITIES: dict[str, Callable] = {"tanh": np.tanh, "relu": relu}


class RNNCell(Module):
    """One step: h' = φ(x @ W + h @ U + b), with φ = tanh or relu.

    Args:
        input_size, hidden_size: sizes of x and of the state h.
        rng: draws W and U; b starts at 0.
        nonlinearity: "tanh" or "relu".
        dtype, name, bias, init: as for `Linear`; init draws both matrices.

    Shapes: x (N, input_size) or (input_size,), h and result (N, hidden_size) or (hidden_size,),
        W (input_size, hidden_size), U (hidden_size, hidden_size), b (hidden_size,).

    Raises:
        ValueError: sizes below 1, or another nonlinearity; (when called) x or h of another size.
        TypeError: no generator to draw from.

    Source: Elman, "Finding structure in time" (1990).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> mg.nn.RNNCell(3, 4, np.random.default_rng(0))(np.ones((5, 3)), np.zeros((5, 4))).shape
        (5, 4)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        rng: np.random.Generator | None = None,
        nonlinearity: str = "tanh",
        dtype: Any = np.float64,
        name: str = "",
        bias: bool = True,
        init: Init = xavier_normal,
    ) -> None:
        whole(self, input_size=input_size, hidden_size=hidden_size)
        if nonlinearity not in NONLINEARITIES:
            raise ValueError(f'nonlinearity={nonlinearity!r} is not known; it is "tanh" or "relu".')
        rng = generator(self, rng)
        self.nonlinearity = nonlinearity
        self.weight_x = drawn(init, (input_size, hidden_size), rng, f"W{name}", dtype)
        self.weight_h = drawn(init, (hidden_size, hidden_size), rng, f"U{name}", dtype)
        self.bias = Parameter(np.zeros(hidden_size), f"b{name}", dtype) if bias else None

    def forward(self, x: Any, h: Any) -> Any:
        n_in, n_out = self.weight_x.shape
        if np.shape(x)[-1:] != (n_in,) or np.shape(h) != (*np.shape(x)[:-1], n_out):
            raise ValueError(
                f"{self._title()} takes x of shape (…, {n_in}) and h of shape (…, {n_out}); they have shapes "
                f"{np.shape(x)} and {np.shape(h)}."
            )
        z = x @ self.weight_x + h @ self.weight_h
        return NONLINEARITIES[self.nonlinearity](z if self.bias is None else z + self.bias)

    def extra_repr(self) -> str:
        n_in, n_out = self.weight_x.shape
        other = options(nonlinearity=(self.nonlinearity, "tanh"), bias=(self.bias is not None, True))
        return f"input_size={n_in}, hidden_size={n_out}{other}"


class RNN(Module):
    """A cell, step by step along a sequence: h_t = φ(x_t @ W + h_{t-1} @ U + b).

    For truncated backpropagation through time, cut a long sequence into pieces and detach the state in
    between: its numbers go on, its graph does not.

    Args:
        input_size, hidden_size, rng, nonlinearity, dtype, name, bias, init: as for `RNNCell`.
        batch_first: whether x has the shape (N, T, input_size) instead of (T, N, input_size).

    Shapes: x (T, N, input_size), or (T, input_size) without a batch; h (N, hidden_size) or (hidden_size,),
        zeros by default. The result is a pair: all states (T, N, hidden_size), and the last one.

    Raises:
        ValueError, TypeError: as for `RNNCell`; (when called) an x without steps.

    Source: Elman, "Finding structure in time" (1990); Williams & Peng (1990) for the truncation.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> rnn = mg.nn.RNN(3, 4, np.random.default_rng(0))
        >>> states, h = rnn(np.ones((7, 2, 3)))
        >>> states.shape, h.shape
        ((7, 2, 4), (2, 4))
        >>> states, h = rnn(np.ones((7, 2, 3)), h.detach())     # the next piece of the sequence
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        rng: np.random.Generator | None = None,
        nonlinearity: str = "tanh",
        batch_first: bool = False,
        dtype: Any = np.float64,
        name: str = "",
        bias: bool = True,
        init: Init = xavier_normal,
    ) -> None:
        rng = generator(self, rng)
        self.cell = RNNCell(input_size, hidden_size, rng, nonlinearity, dtype, name, bias, init)
        self.batch_first = batch_first

    def forward(self, x: Any, h: Any = None) -> tuple[Any, Any]:
        batched = len(x.shape) == 3
        n_in, size = self.cell.weight_x.shape
        if not (batched or len(x.shape) == 2) or x.shape[-1] != n_in:
            whole_batch = f"(N, T, {n_in})" if self.batch_first else f"(T, N, {n_in})"
            raise ValueError(
                f"{self._title()} takes x of shape {whole_batch} or (T, {n_in}), T being the steps in time; this "
                f"x has shape {x.shape}."
            )
        axis = 1 if batched and self.batch_first else 0
        if x.shape[axis] == 0:
            raise ValueError(f"x has shape {x.shape}: there is no step in time to run.")
        if h is None:
            rest = (x.shape[1 - axis],) if batched else ()
            weight = plain(self.cell.weight_x)
            h = tensor(np.zeros((*rest, size), weight.dtype, like=weight), name="h₀")
        states = []
        for t in range(x.shape[axis]):
            h = self.cell(x[:, t] if axis else x[t], h)
            states.append(h)
        return np.stack(states, axis), h

    def extra_repr(self) -> str:
        return options(batch_first=(self.batch_first, False)).removeprefix(", ")
