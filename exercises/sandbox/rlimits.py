"""Resource limits of a worker: memory, processor time, size and number of files, threads.

With this module, one can
- set them for this process, for good:     apply({"memory": 2 * 2**30, "processor": 60})
"""

from __future__ import annotations

import contextlib

DEFAULT = {
    "memory": 2 * 2**30,  # bytes of address space; without effect on macOS
    "processor": 120,  # seconds for one worker's whole life; the grader's clock stops single calls earlier
    "file": 8 * 2**20,  # bytes per file
    "files": 64,  # open at the same time; times `file`, what deleted files can hold
    "disk": 64 * 2**20,  # bytes of all files in the worker's folder
    "threads": 32,  # more would take the processors from other workers, whose time is measured on the wall
}
SHARED_THREADS = (
    4096  # the kernel counts per user: where that is the grader's own, its other programs count too
)


def apply(limits: dict[str, int], own_user: bool) -> None:
    """Set what this system knows of the limits; a harder limit that is already there stays.

    Args:
        limits: what differs from `DEFAULT`.
        own_user: whether nothing else runs as this process's user.
    """
    try:
        import resource
    except ImportError:  # no POSIX system
        return
    wanted = {**DEFAULT, **limits}
    settings = {
        "RLIMIT_AS": wanted["memory"],
        "RLIMIT_CPU": wanted["processor"],
        "RLIMIT_FSIZE": wanted["file"],
        "RLIMIT_NOFILE": wanted["files"],
        "RLIMIT_NPROC": wanted["threads"] if own_user else SHARED_THREADS,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, limit in settings.items():
        which = getattr(resource, name, None)
        if which is None:
            continue
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (limit, limit))
