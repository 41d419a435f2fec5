"""Walls that a worker puts around itself just before it runs a student's code; they cannot be lifted again.

With this module, one can
- say what stays open:       rules = readable(paths, closed, listed, folder)  -- Landlock rules, made once
- close everything else:     lock_down("standard", limits, uid, parent, rules, needed)

The order is that of what each step still needs: limits, then the user, no new privileges, files, system calls.
"""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from exercises.sandbox import landlock, privileges, rlimits, seccomp

LEVELS = ("strong", "standard", "basic")  # what each is made of: SECURITY.md
DEVICES = ("/dev/null", "/dev/zero")
RANDOM = ("/dev/urandom", "/dev/random")
LIBRARIES = ("/lib64", "/usr/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")


def readable(
    paths: Iterable[str], closed: Iterable[str], listed: Iterable[str], folder: str
) -> landlock.Rules:
    """The rules that let a worker read `paths` and write in `folder`, and open nothing else.

    Args:
        paths: files and folders that may be read, e.g. the standard library.
        closed: files and folders below them that may not.
        listed: folders whose files are known by name only: Python looks into them when it imports.
        folder: the worker's own folder.

    Raises:
        OSError: the kernel has no Landlock.
    """
    rules = landlock.Rules()
    not_these = {os.path.realpath(path) for path in closed}
    for path in paths:
        parts = list(_without(os.path.realpath(path), not_these))
        for part in parts:
            rules.read(part)
        if parts != [os.path.realpath(path)]:
            rules.list(path)
    for path in listed:
        rules.list(path)
    for path in (*RANDOM, *LIBRARIES, *_shared_libraries()):
        rules.read(path)
    for path in DEVICES:
        rules.use(path)
    rules.write(folder)
    return rules


def _without(path: str, closed: set[str]) -> Iterable[str]:
    """`path`, or if something below it is closed, everything in it that is not."""
    if path in closed:
        return
    if not any(part.startswith(path + os.sep) for part in closed):
        yield path
        return
    for entry in os.listdir(path):
        yield from _without(os.path.join(path, entry), closed)


def _shared_libraries() -> list[str]:
    """The folders of the C library and its like, not those of other Pythons."""
    triple = f"{platform.machine()}-linux-gnu"
    plain = [str(path) for folder in ("/lib", "/usr/lib") for path in Path(folder).glob("*.so*")]
    return [f"/lib/{triple}", f"/usr/lib/{triple}", *plain]


def lock_down(
    level: str,
    limits: dict[str, int],
    uid: int | None,
    parent: int,
    rules: landlock.Rules | None,
    needed: Iterable[str],
) -> None:
    """Close everything that `level` can close, for good.

    Args:
        level: one of `LEVELS`.
        limits: see `rlimits.DEFAULT`.
        uid: the user to become; None stays who it is (only root can change).
        parent: the process that this one must not outlive.
        rules: see `readable`; unused at level basic.
        needed: paths that the new user must be able to reach.

    Raises:
        OSError: the level is not to be had here.
    """
    yield_to_others()
    rlimits.apply(limits, own_user=uid is not None)
    if uid is not None:
        privileges.drop(uid, needed)
    privileges.die_with_parent(parent)
    if level == "basic":
        return
    if rules is None:
        raise OSError(f"level {level} needs Landlock")
    rules.enforce()
    os.close(rules.fd)
    seccomp.install(seccomp.program(platform.machine(), os.getpid()))


def yield_to_others() -> None:
    """When processors or memory run short, this process is the one that waits, or ends."""
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
