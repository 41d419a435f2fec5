"""The 1,797 handwritten digits of the UCI repository: 8×8 pixels each, real data that trains in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from minigrad.data.splits import Split

FILE = Path(__file__).with_name("digits.npz")


def digits(test: float = 0.2, seed: int = 0, dtype: type = np.float32, flat: bool = True) -> Split:
    """The digits, shuffled and split.

    Args:
        test: the share of images kept for testing.
        seed: of the shuffle; the same seed gives the same split.
        dtype: of the pixels.
        flat: images of shape (n, 64); otherwise (n, 1, 8, 8), for convolution.

    Returns:
        Images, pixels from 0 to 1, and integer classes of shape (n,).

    Raises:
        ValueError: a share outside 0 … 1.

    Source: Alpaydin & Kaynak (1998), UCI Machine Learning Repository, CC BY 4.0; see DIGITS.md beside this file.

    Example:
        >>> split = digits()
        >>> split.x_train.shape, split.x_test.shape
        ((1438, 64), (359, 64))
    """
    if not 0 < test < 1:
        raise ValueError(f"test is the share of images kept for testing, between 0 and 1; it was {test}.")
    with np.load(FILE, allow_pickle=False) as stored:
        x, y = (
            stored["images"].reshape((-1, 64) if flat else (-1, 1, 8, 8)),
            stored["labels"].astype(np.int64),
        )
    order = np.random.default_rng(seed).permutation(len(y))
    x, y = (x[order] / 16).astype(dtype), y[order]
    n = len(y) - int(len(y) * test)
    return Split(x[:n], y[:n], x[n:], y[n:])
