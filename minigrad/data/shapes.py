"""Small shapes somewhere in an image: the same pattern everywhere, which is what convolution is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.data.sampling import Rng, drawn, even_classes, whole_number

DRAWINGS = {
    "square": ("#####", "#...#", "#...#", "#...#", "#####"),
    "cross": ("..#..", "..#..", "#####", "..#..", "..#.."),
    "triangle": ("..#..", ".#.#.", ".#.#.", "#...#", "#####"),
    "saltire": ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
}
SHAPES = tuple(DRAWINGS)
SIDE = 5


def shifted_shapes(
    n: int,
    noise: float = 0.1,
    rng: Rng = 0,
    size: int = 12,
    dtype: Any = np.float64,
) -> tuple:
    """Images of a square, cross, triangle or saltire of 5×5 pixels at a random place.

    A fully connected layer must learn each shape at each of the (size - 4)² places; a convolution learns it once.

    Args:
        n: the number of images.
        noise: the standard deviation of what is added to every pixel.
        rng: a seed or a generator.
        size: the sides of an image, in pixels.
        dtype: of the pixels, which are 1 on the shape and 0 elsewhere before the noise.

    Returns:
        images of shape (n, 1, size, size), and classes of shape (n,), int64: places in `SHAPES`.

    Raises:
        TypeError, ValueError: n below 1, negative noise, images smaller than a shape, an rng that is none.

    Example:
        >>> images, y = shifted_shapes(1, noise=0.0, rng=5, size=6)
        >>> print(SHAPES[y[0]], images[0, 0].astype(int), sep="\\n")
        triangle
        [[0 0 0 0 0 0]
         [0 0 1 0 0 0]
         [0 1 0 1 0 0]
         [0 1 0 1 0 0]
         [1 0 0 0 1 0]
         [1 1 1 1 1 0]]
    """
    rng = drawn(n, noise, rng)
    places = whole_number(size, "size, the side of an image,", least=SIDE) - SIDE + 1
    y = even_classes(n, len(SHAPES), rng)
    stencils = np.array(
        [[[c == "#" for c in row] for row in rows] for rows in DRAWINGS.values()], dtype=float
    )
    top, left = rng.integers(0, places, (2, n, 1, 1))
    images = np.zeros((n, size, size))
    offset = np.arange(SIDE)
    images[np.arange(n)[:, None, None], top + offset[:, None], left + offset] = stencils[y]
    images += noise * rng.standard_normal(images.shape)
    return images[:, None].astype(dtype), y
