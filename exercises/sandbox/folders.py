"""A worker's folder: how full it is, and empty again.

With this module, one can
- see whether it holds too much:    exceeds(folder, 64 * 2**20)
- empty it:                         empty(folder) -> True if nothing is left

What is in it was made by a student's code: folders may be nested a thousand deep, closed to their owner, or carry
impossible names. Links are never followed.
"""

from __future__ import annotations

import contextlib
import os

MAX_ENTRIES = 2000  # files and folders; more are as much of a flood as too many bytes


def exceeds(folder: str, most: int) -> bool:
    """Whether everything below a folder takes more than `most` bytes, or `MAX_ENTRIES` entries.

    What cannot be looked into counts as too much: it could hide something.

    Example:
        >>> import pathlib, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> _ = pathlib.Path(folder, "a").write_bytes(bytes(10_000))
        >>> exceeds(folder, 10**6), exceeds(folder, 100), empty(folder), exceeds(folder, 0)
        (False, True, True, False)
    """
    size = count = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += _size(entry)
                    if size > most or count > MAX_ENTRIES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:  # gone in the meantime
            continue
        except OSError:
            return True
    return False


def _size(entry: os.DirEntry) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except FileNotFoundError:
        return 0


def empty(folder: str) -> bool:
    """Remove everything in a folder. Inner folders are first moved up, so that no path gets long."""
    number = 0
    left = True
    while left:
        left = False
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if not os.path.isdir(path) or os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.unlink(path)
                continue
            with contextlib.suppress(OSError):
                os.chmod(path, 0o700)
                for inner in os.listdir(path):
                    number += 1
                    os.rename(os.path.join(path, inner), os.path.join(folder, f".{os.getpid()}.{number}"))
            with contextlib.suppress(OSError):
                os.rmdir(path)
                left = True
    return not os.listdir(folder)
