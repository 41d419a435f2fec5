"""How functions are written in pictures, and the pattern of what they do to a gradient on its way back.

The patterns are the lecture's: an addition hands the gradient on (distributor), a maximum sends it to the
winner only (router), a product swaps the factors (switcher); a sum and a copy undo each other.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

SYMBOLS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "^", "negative": "−",
    "matmul": "@", "dot": "·", "sum": "Σ", "mean": "mean", "norm": "‖·‖", "sqrt": "√", "square": "²",
    "absolute": "|·|", "log": "ln", "sigmoid": "σ", "reciprocal": "1/·", "maximum": "max",
    "minimum": "min", "amax": "max", "amin": "min", "getitem": "[ ]", "pick": "[ ]", "transpose": "ᵀ",
    "conv": "⊛", "conv_signal": "⊛ᵀ", "conv_kernel": "⊛ₖ", "at_winners": "max pool", "window_sum": "Σ window",
    **{f"conv{n}d": "⊛" for n in (1, 2, 3)}, **{f"max_pool{n}d": "max pool" for n in (1, 2, 3)},
    **{f"avg_pool{n}d": "mean pool" for n in (1, 2, 3)},
    "layer_norm": "layer norm", "batch_norm": "batch norm", "conjugate": "conj", "inner": "·",
    "hypot": "√(x²+y²)", "cbrt": "∛", "remainder": "mod", "logsumexp": "log Σ exp", "prod": "Π", "cumsum": "Σ…",
    "cross_entropy": "cross-entropy", "log_softmax": "log softmax", "broadcast_to": "copy",
}  # fmt: skip

PATTERNS = {
    "add": "distributor", "subtract": "distributor", "sum": "distributor", "mean": "distributor",
    "multiply": "switcher", "matmul": "switcher", "dot": "switcher",
    "maximum": "router", "minimum": "router", "max": "router", "min": "router", "amax": "router",
    "amin": "router", "relu": "router", "where": "router", "clip": "router", "getitem": "router",
    **{f"conv{n}d": "switcher" for n in (1, 2, 3)}, **{f"max_pool{n}d": "router" for n in (1, 2, 3)},
    **{f"avg_pool{n}d": "distributor" for n in (1, 2, 3)},
    "at_winners": "router", "dropout": "router", "sort": "router", "take": "router", "fmax": "router", "fmin": "router",
    "window_sum": "distributor", "inner": "switcher", "outer": "switcher", "einsum": "switcher", "conv": "switcher",
    "broadcast_to": "adder",
}  # fmt: skip

INFIX = {"add", "subtract", "multiply", "divide", "power", "maximum", "minimum"}


def number(x: Any) -> str:
    """A number as it is shown: four significant digits, no trailing zeros and a true minus sign.

    Example:
        >>> number(-12.0), number(0.26894), number(12345.6), number(1.5e-7), number("inf")
        ('−12', '0.2689', '12346', '1.5e−7', '∞')
    """
    if isinstance(x, (complex, np.complexfloating)):
        return f"{number(x.real)} {'−' if x.imag < 0 else '+'} {number(abs(x.imag))}i"
    return _digits(float(x))


@lru_cache(maxsize=1 << 15)  # a value is written in its box, in its label and in sentences
def _digits(value: float) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if 1e4 <= abs(value) < 1e6:
        text = f"{value:.0f}"  # 12346 and not 1.235e4
    else:
        text, e, exponent = f"{value + 0.0:.4g}".partition("e")
        text += f"e{int(exponent)}" if e else ""  # 1.5e-7 and not 1.5e-07
    return text.replace("-", "−")


def symbol(op: str, args: tuple, parents: tuple) -> str:
    """The sign of a function; a constant number beside it belongs to the sign: × 0.5, 1 ÷, ^ 2."""
    sign = SYMBOLS.get(op, op)
    if op in INFIX:
        left, right = (p is None and np.ndim(a) == 0 for a, p in zip(args, parents, strict=True))
        if right:
            return f"{sign} {number(args[1])}"
        if left:
            return f"{number(args[0])} {sign}"
    return sign


def detail(op: str, args: tuple, parents: tuple, kwargs: dict, names: list[str]) -> str:
    """The constants of a call that are no data: axis=0, [1:3], a new shape."""
    if op in INFIX:
        return ""
    if op in ("getitem", "pick"):
        return index_text(args[1])
    given = [
        (names[i] if i < len(names) else f"argument {i}", a)
        for i, (a, p) in enumerate(zip(args, parents, strict=True))
        if p is None and not isinstance(a, np.ndarray)
    ]
    return ", ".join(
        f"{k}={v}"
        for k, v in [*given, *kwargs.items()]
        if v is not None and v is not False and len(str(v)) < 40
    )


def index_text(index: Any) -> str:
    """An index as the user wrote it: [0], [:, 1:3], [mask]."""

    def part(i: Any) -> str:
        if isinstance(i, slice):
            ends = ["" if end is None else str(end) for end in (i.start, i.stop, i.step)]
            return ":".join(ends if ends[2] else ends[:2])
        if isinstance(i, np.ndarray):
            return "mask" if i.dtype == bool else str(i.tolist()) if i.size <= 6 else "indices"
        return "…" if i is ... else str(i)

    return "[" + ", ".join(part(i) for i in (index if isinstance(index, tuple) else (index,))) + "]"
