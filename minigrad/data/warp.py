"""Moving images about: every pixel of the result looks up where it came from, between four pixels if need be.

With this module, one can
- move images by known amounts:     shift, rotate, shear
- or by any linear map:             warp

Images are (N, H, W) or (N, C, H, W), floating point. Amounts are one number, or one per image.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def warp(images: Any, matrices: Any, offsets: Any = 0.0, fill: float = 0.0) -> np.ndarray:
    """out(p) = in(A (p - c) + c + b), for each pixel p = (row, column) and the centre c of the image.

    Between pixels the value is bilinear: four neighbours, each weighted by the area opposite to it. Outside of the
    image everything is `fill`.

    Args:
        images: (N, H, W) or (N, C, H, W), floating point.
        matrices: A, of shape (2, 2), or (N, 2, 2) with one per image.
        offsets: b, in pixels: a number, (2,), or (N, 2).
        fill: what lies around the image.

    Returns:
        images of the same shape and dtype.

    Raises:
        TypeError: images of integers, which could not hold what lies between two of them.
        ValueError: no images, by their number of axes.

    Example:
        >>> warp(np.array([[[1.0, 2.0, 3.0]]]), np.eye(2), offsets=(0.0, 0.5))
        array([[[1.5, 2.5, 1.5]]])
    """
    images = checked_images(images)
    if images.dtype.kind != "f":
        raise TypeError(
            f"Images are interpolated, which needs floating-point pixels; these are {images.dtype}. "
            f"Scale them first: images / 255, or images.astype(np.float32)."
        )
    n, channels, h, w = images.shape if images.ndim == 4 else (len(images), 1, *images.shape[1:])
    y, x = np.indices((h, w)).reshape(2, 1, -1)
    cy, cx = (h - 1) / 2, (w - 1) / 2
    a = np.broadcast_to(matrices, (n, 2, 2))[..., None]
    b = np.broadcast_to(offsets, (n, 2))[..., None]
    row = a[:, 0, 0] * (y - cy) + a[:, 0, 1] * (x - cx) + (cy + b[:, 0])
    column = a[:, 1, 0] * (y - cy) + a[:, 1, 1] * (x - cx) + (cx + b[:, 1])

    # A margin of `fill` on every side, so that each place has four neighbours; farther out all is the same.
    row, column = np.clip(row, -1, h), np.clip(column, -1, w)
    top, left = np.floor(row), np.floor(column)
    down, right = (part[:, None].astype(images.dtype) for part in (row - top, column - left))
    flat = framed(images, 2, 2, fill).ravel()
    planes = np.arange(n * channels).reshape(n, channels, 1) * ((h + 4) * (w + 4))
    first = planes + ((top + 2) * (w + 4) + left + 2).astype(np.intp)[:, None]

    def across(step: int) -> np.ndarray:
        value, neighbour = flat.take(first + step), flat.take(first + (step + 1))
        return value + (neighbour - value) * right

    upper, lower = across(0), across(w + 4)
    return (upper + (lower - upper) * down).reshape(images.shape)


def checked_images(images: Any) -> np.ndarray:
    """The images as an array.

    Raises:
        ValueError: not three or four axes.

    Example:
        >>> checked_images([[[0.0]]]).shape
        (1, 1, 1)
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"Images have the shape (N, H, W) or (N, C, H, W); these have {images.shape}. "
            f"Flat ones are put in order by x.reshape(-1, 1, height, width)."
        )
    return images


def window(images: np.ndarray, size: tuple[int, int], top: Any, left: Any) -> np.ndarray:
    """A copy of the window of (height, width) pixels whose first corner lies at (top, left), per image.

    Example:
        >>> window(np.arange(9).reshape(1, 3, 3), (2, 2), top=[1], left=[0])
        array([[[3, 4], [6, 7]]])
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, size, axis=(-2, -1))
    return windows[np.arange(len(images)), ..., top, left, :, :]


def framed(images: np.ndarray, down: int, right: int, fill: float) -> np.ndarray:
    """The images with so many pixels of `fill` on every side: above and below, left and right.

    Example:
        >>> framed(np.ones((1, 1, 1)), 0, 1, fill=5.0)
        array([[[5., 1., 5.]]])
    """
    margin = [(0, 0)] * (images.ndim - 2) + [(down, down), (right, right)]
    return np.pad(images, margin, constant_values=fill)


def shift(images: Any, down: Any, right: Any, fill: float = 0.0) -> np.ndarray:
    """Images moved by so many pixels; what leaves the image is lost.

    Integers move pixels as they are, of any type, and much faster; other numbers interpolate.

    Raises: as `warp`.

    Example:
        >>> shift(np.array([[[1.0, 2.0, 3.0]]]), down=0, right=1)
        array([[[0., 1., 2.]]])
    """
    images = checked_images(images)
    n, (h, w) = len(images), images.shape[-2:]
    moves = [np.broadcast_to(distance, (n,)) for distance in (down, right)]
    if any(move.dtype.kind not in "iu" for move in moves):
        return warp(images, np.eye(2), -np.stack(moves, axis=-1).astype(float), fill)
    # Farther than its own size, nothing is left of the image.
    down, right = (move.astype(np.intp).clip(-size, size) for move, size in zip(moves, (h, w), strict=True))
    i, j = (int(np.abs(move).max(initial=0)) for move in (down, right))
    return window(framed(images, i, j, fill), (h, w), i - down, j - right)


def rotate(images: Any, degrees: Any, fill: float = 0.0) -> np.ndarray:
    """Images turned anticlockwise about their centre. Quarter turns of square images are exact, as `np.rot90`.

    Raises: as `warp`.

    Example:
        >>> rotate(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 90)
        array([[[2., 4.], [1., 3.]]])
    """
    angle = np.deg2rad(np.asarray(degrees, dtype=float))
    # cos 90° comes out as 6e-17: without the rounding, a quarter turn would smear every pixel a little.
    cos, sin = np.round(np.cos(angle), 15), np.round(np.sin(angle), 15)
    return warp(images, np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2), 0.0, fill)


def shear(images: Any, degrees: Any, fill: float = 0.0) -> np.ndarray:
    """Images whose upright lines lean by so many degrees to the right: rows slide, the middle one stays.

    Raises: as `warp`.

    Example:
        >>> shear(np.array([[[0.0, 1.0, 0.0]] * 3]), 45)
        array([[[0., 0., 1.], [0., 1., 0.], [1., 0., 0.]]])
    """
    slope = np.round(np.tan(np.deg2rad(np.asarray(degrees, dtype=float))), 15)
    one, none = np.ones_like(slope), np.zeros_like(slope)
    return warp(images, np.stack([np.stack([one, none], -1), np.stack([slope, one], -1)], -2), 0.0, fill)
