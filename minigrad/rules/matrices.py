"""Words that the rules of linear algebra are written in. Each works on a matrix, and on stacks of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.operators import plain
from minigrad.record import Traced


def array(x: Any) -> Any:
    """A constant that was given as a list or a number, as an array; anything else as it is."""
    return x if hasattr(x, "shape") else np.asarray(x)


def conj(x: Any) -> Any:
    """The complex conjugate; real numbers stay as they are, without a copy."""
    return np.conj(x) if x.dtype.kind == "c" else x


def T(x: Any) -> Any:
    """xᵀ of a matrix, or of each matrix in a stack."""
    return np.swapaxes(x, -1, -2)


def identity(n: int, like: Any) -> Any:
    """The n × n identity as truth values, where `like` lives: it multiplies without changing a dtype."""
    like = plain(like)
    return np.identity(n, dtype=bool, like=None if isinstance(like, np.generic) else like)


def H(x: Any) -> Any:
    """xᴴ: transposed and conjugated."""
    return conj(T(x))


def diagonal(d: Any) -> Any:
    """Each vector in `d` as a diagonal matrix."""
    return np.expand_dims(d, -1) * identity(d.shape[-1], d)


def entries(x: Any) -> Any:
    """The diagonal of each matrix in `x`."""
    return np.sum(x * identity(x.shape[-1], x), axis=-1)


def triangle(n: int, k: int, like: Any) -> Any:
    """Truth values of an n × n matrix: on and below the k-th diagonal."""
    return np.tri(n, k=k, dtype=bool, like=plain(like))


def absent(*gradients: Any) -> bool:
    """Whether these are the zeros that stand for "nothing arrived", so that no rule need look at them."""
    wanting = any(isinstance(g, Traced) and g._requires_grad for g in gradients)
    return not wanting and not any(bool(plain(g).any()) for g in gradients)


def scaled(columns: Any, d: Any) -> Any:
    """Each column times its factor: columns @ diagonal(d)."""
    return columns * np.expand_dims(d, -2)
