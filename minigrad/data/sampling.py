"""What all generators of data share: a seed becomes a random generator, and impossible requests are refused."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

# As text: NumPy loads its random package, 20 ms of it, only when it is used.
Rng: TypeAlias = "np.random.Generator | int | None"


def generator(rng: Rng) -> np.random.Generator:
    """The generator itself, or a new one from a seed; None takes a fresh seed, so that no two runs agree.

    Raises:
        TypeError: something else, e.g. the old `np.random.RandomState`.
        ValueError: a negative seed.

    Example:
        >>> generator(7).integers(100) == generator(7).integers(100)
        np.True_
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is not None and (isinstance(rng, bool) or not isinstance(rng, (int, np.integer))):
        raise TypeError(
            f"rng is a seed (an integer) or a generator, np.random.default_rng(seed); "
            f"it was a {type(rng).__name__}."
        )
    if rng is not None and rng < 0:
        raise ValueError(f"A seed is an integer from 0 on; it was {rng}.")
    return np.random.default_rng(rng)


def seed_of(seed: int | np.random.Generator | None) -> int:
    """The seed as an integer that can be kept.

    Example:
        >>> seed_of(3)
        3
    """
    if isinstance(seed, (int, np.integer)):
        generator(seed)  # refuses what is no seed
        return int(seed)
    return int(generator(seed).integers(2**63))


def whole_number(value: Any, name: str, least: int) -> int:
    """The number as an int, if it is a whole one and large enough.

    Raises:
        TypeError: no whole number.
        ValueError: below `least`.

    Example:
        >>> whole_number(3, "n", least=1)
        3
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is a whole number; it was {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}; it was {value}.")
    return int(value)


def drawn(n: int, noise: float, rng: Rng) -> np.random.Generator:
    """The random generator for n samples, after n and noise have been checked.

    Raises:
        TypeError, ValueError: n below 1 or not whole, noise below 0, or an rng that is none.

    Example:
        >>> drawn(10, 0.1, rng=0).random() == np.random.default_rng(0).random()
        True
    """
    whole_number(n, "n, the number of samples,", least=1)
    if not noise >= 0:
        raise ValueError(f"noise is a standard deviation, from 0 on; it was {noise}.")
    return generator(rng)


def even_classes(n: int, classes: int, rng: np.random.Generator) -> np.ndarray:
    """n classes 0 … classes-1 in random order, each as often as every other (or once more).

    Raises:
        TypeError, ValueError: fewer than two classes, or no whole number of them.

    Example:
        >>> np.bincount(even_classes(7, 3, np.random.default_rng(0)))
        array([2, 2, 3])
    """
    whole_number(classes, "classes", least=2)
    # From a random class on, so that the classes that come once more are not always the first ones.
    return rng.permutation((np.arange(n) + rng.integers(classes)) % classes).astype(np.int64)
