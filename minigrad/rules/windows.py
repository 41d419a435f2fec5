"""Windows of a signal: the geometry that convolution and pooling have in common.

With this module, one can
- say where windows lie:      windows(2, size, kernel, stride, padding, dilation) -> Windows
- walk over a window:         for part in slices(win): padded(x, win)[(..., *part)]
- put a signal's rim on:      padded(x, win), and take it off again: cropped(x, win)

A window is never copied entry by entry. For one position in the kernel, the entries that all windows have
there are one strided slice of the signal; so the work is one step per position in the kernel, however large
the signal is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


# One entry per axis that the kernel moves along, in each of six tuples:
#   size      of the signal, before padding
#   places    how many windows there are
#   kernel    how many entries a window has
#   stride    from one window to the next
#   dilation  from one entry of a window to the next
#   padding   entries put before and behind the signal
# Plain tuples, so that a printed program (`Graph.source`) can hold them.
Windows = tuple[tuple[Any, ...], ...]


def slices(win: Windows, rows: int | None = None) -> list[tuple[slice, ...]]:
    """Per position in the kernel, in increasing index order: the entries that it meets in all windows.

    Args:
        win: where the windows lie.
        rows: only so many windows along the first axis.

    Example:
        >>> slices(windows(1, (4,), (2,)))
        [(slice(0, 3, 1),), (slice(1, 4, 1),)]
    """
    _, places, kernel, stride, dilation, _ = win
    counts = (places[0] if rows is None else rows, *places[1:])
    found: list[tuple[slice, ...]] = [()]
    for n, k, s, d in zip(counts, kernel, stride, dilation, strict=True):
        found = [(*start, slice(d * j, d * j + s * (n - 1) + 1, s)) for start in found for j in range(k)]
    return found


def windows(
    n: int,
    size: tuple,
    kernel: tuple,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Windows:
    """The windows of a signal.

    Args:
        n: the number of axes along which the kernel moves.
        size: the signal's size along these.
        kernel: the kernel's size along these.
        stride, dilation: an int, or one per axis.
        padding: an int, or one per axis; "valid" for none; "same" for as many windows as entries.
        ceil_mode: also take a last window that reaches beyond the padded signal, if it begins inside.

    Raises:
        ValueError: a number is too small, there are not n of them, or no window fits.

    Example:
        >>> size, places, kernel, stride, dilation, padding = windows(2, (5, 7), (3, 3), stride=2)
        >>> places
        (2, 3)
    """
    stride, dilation = per_axis(stride, n, "stride", 1), per_axis(dilation, n, "dilation", 1)
    kernel = per_axis(kernel, n, "kernel", 1)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    pads = rim(padding, n, stride, reach)
    count = []
    for axis, (size_, reach_, step) in enumerate(zip(size, reach, stride, strict=True)):
        before, behind = pads[axis]
        room = before + size_ + behind - reach_
        if room < 0:
            raise ValueError(
                f"a window of {reach_} does not fit into {before + size_ + behind} entries "
                f"({size_} and {before + behind} of padding) along axis {axis - n}. Use a smaller kernel or dilation, "
                f"or more padding."
            )
        number = room // step + 1
        if ceil_mode and room % step and number * step < before + size_:
            number += 1
            pads[axis] = (before, behind + step - room % step)
        count.append(number)
    return tuple(size), tuple(count), kernel, stride, dilation, tuple(pads)


def per_axis(value: Any, n: int, name: str, least: int) -> tuple[int, ...]:
    """`value` as n integers, none below `least`."""
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,) * n
    if not all(isinstance(number, (int, np.integer)) for number in numbers):
        raise ValueError(f"{name} holds whole numbers, not {value!r}.")
    if len(numbers) != n:
        raise ValueError(f"{name}={value} has {len(numbers)} entries; the kernel moves along {n} axes.")
    if min(numbers) < least:
        raise ValueError(f"{name}={value} must be at least {least}.")
    return numbers


def rim(padding: Any, n: int, stride: tuple, reach: tuple) -> list[tuple[int, int]]:
    """How many entries go before and behind the signal, per axis."""
    if not isinstance(padding, str):
        return [(p, p) for p in per_axis(padding, n, "padding", 0)]
    if padding == "valid":
        return [(0, 0)] * n
    if padding != "same":
        raise ValueError(
            f'padding={padding!r} is not known: give "same", "valid", an int, or one int per axis.'
        )
    if max(stride) > 1:
        raise ValueError(
            f'padding="same" keeps the size of the signal, which stride={stride} cannot; give numbers instead.'
        )
    return [((r - 1) // 2, r // 2) for r in reach]  # an odd one goes behind the signal, as in PyTorch


def padded(x: Any, win: Windows, value: float = 0.0) -> Any:
    """The signal (…, size) with its rim of `value`, in memory as it was. Plain arrays only."""
    if not any(map(any, win[-1])):
        return x
    out: Any = np.full_like(x, value, shape=(*x.shape[: x.ndim - len(win[-1])], *with_rim(win)))
    out[(..., *inside(win))] = x
    return out


def blank(y: Any, win: Windows) -> Any:
    """Zeros in the shape of a padded signal, for results y (…, places); dtype, device and order in memory of y."""
    return np.zeros_like(y, shape=(*y.shape[: y.ndim - len(win[-1])], *with_rim(win)))


def cropped(x: Any, win: Windows) -> Any:
    """A padded signal (…, size) without its rim."""
    return x[(..., *inside(win))] if any(map(any, win[-1])) else x


def with_rim(win: Windows) -> tuple[int, ...]:
    """The size of the signal together with its padding."""
    return tuple(before + n + behind for n, (before, behind) in zip(win[0], win[-1], strict=True))


def inside(win: Windows) -> tuple[slice, ...]:
    """The part of a padded signal that is the signal."""
    return tuple(slice(before, before + n) for n, (before, _) in zip(win[0], win[-1], strict=True))
