"""Augmentation: images changed at random in ways that do not change what they show.

With this module, one can
- move them:         Shift, Rotate, Shear, Flip, Crop
- disturb them:      Noise
- do several:        Compose([Shift(2), Rotate(10), Noise(0.05)])

Each is called with a batch of images, (N, H, W) or (N, C, H, W), and a random generator, and returns new images;
every image of the batch gets random numbers of its own. Labels are not touched: whether a class survives the
change (a mirrored 3 is no digit) is for the user to know. `DataLoader(…, transform=…)` calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.data.sampling import whole_number
from minigrad.data.warp import checked_images, framed, rotate, shear, shift, window


class Augmentation:
    """What the classes below share: they show how they were made."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


class Shift(Augmentation):
    """Moves each image by up to so many pixels, up or down and left or right.

    Args:
        pixels: the largest distance along each axis.
        whole: whether only by whole pixels, which is exact; otherwise any distance, interpolated.
        fill: what comes in from outside.

    Raises:
        ValueError: a negative distance, or a broken one with `whole`.

    Example:
        >>> image = np.zeros((1, 3, 3)); image[0, 1, 1] = 1.0
        >>> Shift(1)(image, np.random.default_rng(0))[0]
        array([[0., 0., 0.], [0., 0., 0.], [0., 1., 0.]])
    """

    def __init__(self, pixels: float, whole: bool = True, fill: float = 0.0) -> None:
        self.pixels, self.whole, self.fill = amount("Shift: pixels", pixels), whole, fill
        if whole and pixels != int(pixels):
            raise ValueError(f"Shift by {pixels} pixels is no whole number: add whole=False to interpolate.")

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        size = (2, len(images))
        if self.whole:
            down, right = rng.integers(-int(self.pixels), int(self.pixels), size, endpoint=True)
        else:
            down, right = rng.uniform(-self.pixels, self.pixels, size)
        return shift(images, down, right, self.fill)


class Rotate(Augmentation):
    """Turns each image about its centre, by up to so many degrees either way.

    Raises:
        ValueError: a negative number of degrees.

    Example:
        >>> Rotate(20)(np.ones((5, 8, 8)), np.random.default_rng(0)).shape
        (5, 8, 8)
    """

    def __init__(self, degrees: float, fill: float = 0.0) -> None:
        self.degrees, self.fill = amount("Rotate: degrees", degrees), fill

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        return rotate(images, rng.uniform(-self.degrees, self.degrees, len(images)), self.fill)


class Shear(Augmentation):
    """Leans each image to the left or right, by up to so many degrees.

    Raises:
        ValueError: degrees outside 0 … 90, where upright lines would lie down.

    Example:
        >>> Shear(10)(np.ones((5, 8, 8)), np.random.default_rng(0)).shape
        (5, 8, 8)
    """

    def __init__(self, degrees: float, fill: float = 0.0) -> None:
        self.degrees, self.fill = amount("Shear: degrees", degrees), fill
        if degrees >= 90:
            raise ValueError(
                f"Shear: degrees must be below 90, where upright lines would lie; it was {degrees}."
            )

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        return shear(images, rng.uniform(-self.degrees, self.degrees, len(images)), self.fill)


class Flip(Augmentation):
    """Mirrors each image with probability p.

    Args:
        p: the probability.
        axis: -1 exchanges left and right, -2 top and bottom.

    Raises:
        ValueError: a probability outside 0 … 1, or another axis.

    Example:
        >>> Flip(p=1)(np.array([[[1, 2, 3]]]), np.random.default_rng(0))
        array([[[3, 2, 1]]])
    """

    def __init__(self, p: float = 0.5, axis: int = -1) -> None:
        self.p, self.axis = p, axis
        if not 0 <= p <= 1:
            raise ValueError(f"Flip: p is a probability, from 0 to 1; it was {p}.")
        if axis not in (-1, -2):
            raise ValueError(f"Flip: axis is -1 (left and right) or -2 (top and bottom); it was {axis}.")

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        flipped = checked_images(images).copy()
        chosen = rng.random(len(flipped)) < self.p
        flipped[chosen] = np.flip(flipped[chosen], self.axis)
        return flipped


class Crop(Augmentation):
    """Cuts a window out of each image at a random place.

    Args:
        size: the window's side, or (height, width).
        padding: pixels of `fill` put around the image first; Crop(28, padding=2) of 28×28 images shifts them.

    Raises:
        TypeError, ValueError: sizes that make no sense, or, when called, a window that does not fit into the padded
            image.

    Example:
        >>> Crop(2)(np.arange(9).reshape(1, 3, 3), np.random.default_rng(0))
        array([[[4, 5], [7, 8]]])
    """

    def __init__(self, size: int | tuple[int, int], padding: int = 0, fill: float = 0.0) -> None:
        sides = size if isinstance(size, tuple) else (size, size)
        if len(sides) != 2:
            raise ValueError(f"Crop: size is one side or (height, width); it was {size}.")
        height, width = (whole_number(side, "Crop: each side", least=1) for side in sides)
        self.size, self.fill = (height, width), fill
        self.padding = whole_number(padding, "Crop: padding", least=0)

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        images = checked_images(images)
        padded = framed(images, self.padding, self.padding, self.fill)
        room = [have - want for have, want in zip(padded.shape[-2:], self.size, strict=True)]
        if min(room) < 0:
            raise ValueError(
                f"A window of {self.size} does not fit into images of {images.shape[-2:]} with a padding of "
                f"{self.padding}; take a smaller size or more padding."
            )
        top, left = (rng.integers(0, free, len(images), endpoint=True) for free in room)
        return window(padded, self.size, top, left)


class Noise(Augmentation):
    """Adds a Gaussian random number with standard deviation σ to every pixel.

    Raises:
        ValueError: a negative σ.
        TypeError: images of integers, when called.

    Source: Bishop (1995), "Training with noise is equivalent to Tikhonov regularization".

    Example:
        >>> Noise(0.1)(np.zeros((2, 8, 8), np.float32), np.random.default_rng(0)).dtype
        dtype('float32')
    """

    def __init__(self, std: float) -> None:
        self.std = amount("Noise: std", std)

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        images = checked_images(images)
        if images.dtype.kind != "f":
            raise TypeError(
                f"Noise needs floating-point pixels; these are {images.dtype}. Scale them: images / 255."
            )
        return images + (self.std * rng.standard_normal(images.shape)).astype(images.dtype)


class Compose(Augmentation):
    """One change after the other, in the order of the list.

    Raises:
        TypeError: something in the list cannot be called.

    Example:
        >>> Compose([Flip(p=1), Flip(p=1)])(np.array([[[1, 2, 3]]]), np.random.default_rng(0))
        array([[[1, 2, 3]]])
    """

    def __init__(self, transforms: Sequence[Callable[[Any, np.random.Generator], Any]]) -> None:
        self.transforms = list(transforms)
        for k, transform in enumerate(self.transforms):
            if not callable(transform):
                raise TypeError(f"Compose: entry {k} cannot be called: {transform!r}.")

    def __call__(self, images: Any, rng: np.random.Generator) -> Any:
        for transform in self.transforms:
            images = transform(images, rng)
        return images


def amount(name: str, value: float) -> float:
    """The value, which must not be negative.

    Raises:
        ValueError: it is.

    Example:
        >>> amount("std", 0.5)
        0.5
    """
    if not value >= 0:
        raise ValueError(f"{name} is an amount, from 0 on; it was {value}.")
    return value
