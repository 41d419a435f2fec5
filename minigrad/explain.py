"""What to say when a call fails: which Tensors of which shapes met, on which line, and what would fit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import numpy as np

from minigrad.device import of
from minigrad.elsewhere import refusal
from minigrad.node import function_name

PACKAGE = os.path.dirname(__file__) + os.sep


def user_line() -> str | None:
    """The line of the user's program that is running: the innermost frame outside minigrad."""
    frame = sys._getframe(1)
    while frame and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back  # type: ignore[assignment]
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else None


def explain(error: Exception, fun: Callable, args: tuple, values: list) -> Exception:
    """The same exception, saying which Tensors of which shapes met, and what would fit."""
    operands = ", ".join(
        f"{getattr(arg, 'label', 'an array')} of shape {np.shape(value)}"
        for arg, value in zip(args, values, strict=True)
        if hasattr(value, "shape")
    )
    places = {of(value) for value in values if hasattr(value, "shape") and not isinstance(value, np.generic)}
    if len(places) > 1 and isinstance(error, TypeError):  # what both NumPy and CuPy say of the other's arrays
        met = [
            (arg, of(value))
            for arg, value in zip(args, values, strict=True)
            if hasattr(value, "shape") and not isinstance(value, np.generic)
        ]
        where = ", ".join(f"{getattr(arg, 'label', 'an array')} on {place}" for arg, place in met)
        stayed = next((arg for arg, place in met if place == "cpu"), None)
        if isinstance(stayed, np.ndarray):
            move = 'mg.tensor(x, device="cuda")'
        else:
            move = f'{getattr(stayed, "name", "") or "x"}.to("cuda")'
        return TypeError(
            f"{function_name(fun)} met two devices: {where}. Move one of them first, e.g. {move}."
        )
    if elsewhere := refusal(error, fun, values):
        return elsewhere
    message = f"{function_name(fun)} failed on {operands}: {error}"
    shapes = [np.shape(value) for value in values if hasattr(value, "shape")]
    broadcasts = isinstance(fun, np.ufunc) or fun is np.dot
    if isinstance(error, ValueError) and len(shapes) == 2 and broadcasts:
        message += "\n" + shape_advice(fun, *shapes)
    try:
        return type(error)(message)
    except TypeError:  # an exception class with its own constructor, raised by a user's function
        return error


def shape_advice(fun: Callable, a: tuple, b: tuple) -> str:
    """What to write instead, when two shapes do not fit."""
    if fun in (np.matmul, np.dot):
        if len(b) == 2 and a and a[-1] == b[1]:
            return "The inner sizes must agree. They would with the second argument transposed: a @ b.T."
        if len(a) == 2 and b and a[0] == (b[-2] if len(b) > 1 else b[0]):
            return "The inner sizes must agree. They would with the first argument transposed: a.T @ b."
        return "The last axis of the first must be as long as the second-to-last axis of the second."
    for k in range(1, min(len(a), len(b)) + 1):
        if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
            return (
                f"Broadcasting lines shapes up from the right; there, axis -{k} is {a[-k]} against {b[-k]}. "
                f"Sizes must be equal, or one of them 1: reshape or expand_dims one of them."
            )
    return ""
