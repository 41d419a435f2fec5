"""Try what a locked-down process must not be able to do: a level counts only if every attempt fails.

With this module, one can
- ask a locked-down process:     holes("standard", folder, witness) -> [] if there are none

Nothing is concluded from versions or from a call that claims success: only what was tried is believed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any


def holes(level: str, folder: str, witness: str) -> list[str]:
    """What is possible here and must not be, or the other way round; empty if the level holds.

    Args:
        level: "strong", "standard" or "basic".
        folder: the only place where files may be written.
        witness: a file of the grader's that must stay closed.
    """
    found = [name for name, attempt in _must_work(folder).items() if not _succeeds(attempt)]
    if level == "basic":
        return found
    found += [name for name, attempt in _must_fail(witness).items() if _succeeds(attempt)]
    if level == "strong":
        found += [f"see {path}" for path in (witness, "/etc/passwd", "/home") if os.path.exists(path)]
        if os.getppid() > 10:
            found.append("see the machine's processes")
    return found


def _succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, ImportError, ValueError):
        return False
    return True


def _must_work(folder: str) -> dict[str, Callable]:
    def write() -> None:
        path = os.path.join(folder, "probe")
        with open(path, "w") as file:
            file.write("a")
        os.remove(path)

    def compute() -> None:
        import colorsys  # from the standard library, and not loaded before

        import numpy as np

        if colorsys.rgb_to_hls(0, 0, 0)[1] or not np.allclose(np.linalg.inv(2 * np.eye(3)), np.eye(3) / 2):
            raise ValueError

    return {"write into its folder": write, "import and compute": compute}


def _must_fail(witness: str) -> dict[str, Callable]:
    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    def chmod() -> None:
        os.chmod(".", 0o700)

    return {
        "read the grader's files": lambda: open(witness).close(),
        "read /etc/passwd": lambda: open("/etc/passwd").close(),
        "read /proc": lambda: open("/proc/self/environ").close(),
        "list /proc": lambda: os.listdir("/proc"),
        "write elsewhere": lambda: open("/tmp/minigrad-probe", "w").close(),
        "open a socket": lambda: socket.socket().close(),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "fork": fork,
        "run a program": lambda: os.execv("/bin/true", ["/bin/true"]),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "signal everybody": lambda: os.kill(-1, 0),
        "change a file's mode": chmod,
    }
