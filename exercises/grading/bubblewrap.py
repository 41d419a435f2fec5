"""bubblewrap: a worker sees a file system, a network and processes that hold next to nothing.

With this module, one can
- find it:                           available() -> "/usr/bin/bwrap", or None
- put a command into such a world:   command(["python", …], readable, box, as_root) -> the longer command

The fork server runs inside, once for many submissions; what it forks cannot leave. There is no network but a
loopback of its own, no process but its own, no file but Python's libraries, and a folder in memory.

Source: https://github.com/containers/bubblewrap
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from exercises.sandbox.rlimits import DEFAULT

NEEDED_BY_SERVER = (
    "SETUID",
    "SETGID",
    "KILL",
    "DAC_OVERRIDE",
    "FOWNER",
)  # as root, to make workers other users
SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
)
FOREIGN = ("site-packages", "dist-packages")


def available() -> str | None:
    """Where bubblewrap is, if this is Linux and it is installed."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


def command(program: list[str], visible: Iterable[str], box: str, as_root: bool) -> list[str]:
    """`program` inside bubblewrap.

    Args:
        program: the command; its first word is the interpreter's real path.
        visible: files and folders that can be seen, besides the interpreter's own.
        box: where the only writable folder shall be; it is in memory and limited in size.
        as_root: whether the caller is root, and stays root inside, with few capabilities.

    Example:
        >>> words = command(["/usr/bin/python3"], ["/usr/share/zoneinfo"], "/box", as_root=False)
        >>> "--unshare-net" in words, words[-4:]
        (True, ['/box', '--chdir', '/box', '/usr/bin/python3'])
    """
    own_user = ["--unshare-user"] if not as_root else ["--cap-drop", "ALL"]
    capabilities = [word for name in NEEDED_BY_SERVER for word in ("--cap-add", f"CAP_{name}")]
    others = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    world = [available() or "bwrap", *own_user, *others, "--hostname", "worker"]
    world += capabilities if as_root else []
    made: set[str] = set()
    for path in (*SYSTEM, *_python(program[0]), *visible):
        world += _show(path, made)
    world += ["--dev", "/dev", "--proc", "/proc", *_folders(box, made)]
    world += ["--perms", "1777", "--size", str(DEFAULT["disk"]), "--tmpfs", box]
    return [*world, "--chdir", box, *program]


def _python(interpreter: str) -> list[str]:
    """What an interpreter needs to start: itself, its libraries, the standard library."""
    library = Path(sys.base_prefix, "lib")
    own = [str(path) for path in library.glob("*.so*")] if library.is_dir() else []
    return [interpreter, *own, *_library_folders()]


def _library_folders() -> list[str]:
    folders = dict.fromkeys(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib"))
    return [folder for folder in folders if os.path.isdir(folder)]


def standard_library() -> list[str]:
    """The files and folders of the standard library, without what was installed into it."""
    names = [os.path.join(folder, name) for folder in _library_folders() for name in os.listdir(folder)]
    return [path for path in names if os.path.basename(path) not in (*FOREIGN, "__pycache__")]


def _show(path: str, made: set[str]) -> list[str]:
    """Words that make a path readable inside; none if it is missing, or visible already."""
    below = next((done for done in made if path.startswith(done + os.sep)), None)
    covered = below is not None and any(part in FOREIGN for part in Path(path).relative_to(below).parts)
    if not os.path.exists(path) or path in made or (below is not None and not covered):
        return []
    words = [] if covered else _folders(path, made)
    made.add(path)
    if os.path.islink(path) and not covered:
        return [*words, "--symlink", os.readlink(path), path]
    return [*words, "--ro-bind", path, path, *_cover_packages(Path(path))]


def _cover_packages(folder: Path) -> list[str]:
    """Words that cover the packages that came with a system's Python: nothing of them is needed."""
    found = [path for name in FOREIGN for place in (name, f"python3*/{name}") for path in folder.glob(place)]
    return [word for path in found for word in ("--tmpfs", str(path))]


def _folders(path: str, made: set[str]) -> list[str]:
    """Words that make the folders above a path, open to everybody: bubblewrap would make them root's own."""
    words = []
    for folder in reversed(Path(path).parents[:-1]):
        name = str(folder)
        if f"{name}/" not in made:
            made.add(f"{name}/")  # made, but empty: what lies in it is not visible yet
            words += ["--perms", "0755", "--dir", name]
    return words
