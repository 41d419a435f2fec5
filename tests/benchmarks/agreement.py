"""Before anything is timed: all peers compute the same numbers as the reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.benchmarks.job import Workload

EXACT = 1e-10  # in float64, relative to the norm
VALUES = 1e-5  # values in float32, relative


class Disagreement(Exception):
    """A peer computes something else; the message names it and the quantity. It is not timed."""


def compare(
    workload: Workload,
    peer: str,
    dtype: str,
    found: Mapping[str, np.ndarray],
    reference: Mapping[str, np.ndarray],
) -> None:
    """Each quantity of the reference is there, and equal up to rounding.

    Raises:
        Disagreement: one is missing, has another shape, or is further off than rounding explains.
    """
    who = f"Workload {workload.letter}, {peer} in {dtype}"
    for name, expected in reference.items():
        if name not in found:
            raise Disagreement(f"{who}: {name!r} is missing; it has {', '.join(found)}.")
        answer = found[name]
        if answer.shape != expected.shape:
            raise Disagreement(f"{who}: {name!r} has shape {answer.shape} instead of {expected.shape}.")
        allowed = EXACT if dtype == "float64" else VALUES if name.startswith("value") else workload.tolerance
        error = distance(answer, expected)
        if not error <= allowed:
            raise Disagreement(
                f"{who}: {name!r} differs from the reference by {error:.1e} (relative to its norm); "
                f"at most {allowed:.0e} is rounding."
            )


def distance(answer: np.ndarray, expected: np.ndarray) -> float:
    """‖answer - expected‖ / ‖expected‖; NaN if there is a NaN anywhere.

    Example:
        >>> distance(np.array([3.0, 4.0]), np.array([3.0, 4.5])).__round__(3)
        0.092
    """
    return float(np.linalg.norm(answer - expected) / (np.linalg.norm(expected) or 1.0))
