"""Limits that a worker puts on itself just before it runs a student's code; they cannot be lifted again.

Today: memory, processor time, file size and open files (`setrlimit`). Stronger walls (no network, no reading
of other files, no new processes) belong here too, as further calls in `lock_down`, before it returns.
"""

from __future__ import annotations

import contextlib

MEMORY = 4 * 2**30  # bytes of address space
CPU_SECONDS = 120  # for one worker's whole life; the grader's clock stops single calls earlier
FILE_SIZE = 16 * 2**20  # bytes per file
OPEN_FILES = 256


def lock_down() -> str:
    """Apply what this system offers; returns the name of the level that was reached."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return "none"
    wanted = {
        "RLIMIT_AS": MEMORY,  # without effect on macOS
        "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_FSIZE": FILE_SIZE,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    for name, limit in wanted.items():
        which = getattr(resource, name, None)
        if which is None:
            continue
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (limit, limit))
    return "basic"
