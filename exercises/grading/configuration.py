"""What a fork server is started with: its program, its environment, and which files its workers may read.

With this module, one can
- describe it:      configuration("standard", Policy(), work, uid, control) -> dict
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

import minigrad
from exercises.grading import bubblewrap
from exercises.grading.policy import Policy
from exercises.sandbox import forkserver

BOOT = (
    "import json, sys; sys.path += json.loads(sys.argv[1])['path']; "
    "from exercises.sandbox.forkserver import main; main()"
)
ARRAYS = (
    "numpy",
    "numpy.libs",
    "scipy",
    "scipy.libs",
    "pandas",
    "pandas.libs",
    "pytz",
    "dateutil",
    "tzdata",
    "six.py",
)
PACKAGES = (*ARRAYS, "tqdm")  # what homework may import, besides the standard library
NEEDED_TO_CHANGE_USERS = 1 << 0 | 1 << 5 | 1 << 6 | 1 << 7  # CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID
MAGICS = (
    "IPython",
    "traitlets",
    "decorator.py",
    "pygments",
    "stack_data",
    "executing",
    "asttokens",
    "pure_eval",
)
TERMINAL = ("jedi", "parso", "matplotlib_inline", "prompt_toolkit", "wcwidth", "pexpect", "ptyprocess")


def may_change_users() -> bool:
    """Whether workers can be made other users: this is root, and not one whose capabilities were taken away."""
    if os.geteuid() != 0:
        return False
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # not Linux
        return True
    (held,) = re.findall(r"^CapEff:\s*(\w+)", status, re.MULTILINE)
    return int(held, 16) & NEEDED_TO_CHANGE_USERS == NEEDED_TO_CHANGE_USERS


def environment(box: str) -> dict[str, str]:
    """The environment of a fork server and its workers: nothing of the grader's; one thread; no windows."""
    return {
        "PATH": os.defpath,
        "HOME": box,
        "TMPDIR": box,
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # each thread reserves address space, which is limited
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def configuration(level: str, policy: Policy, box: str, uid: int | None, control: int) -> dict[str, Any]:
    """What a fork server is told.

    Returns:
        level, folder, uid: what its workers are.
        path: folders to import from; `only_now` are those of them that workers do not get.
        readable, closed: what workers may read, and what below it they may not.
        listed: folders whose file names they may read, as imports do.
        engine, forbid: see `Policy`.
        witness: a file that workers must not be able to read.
        control: the number of the socket.
    """
    root = Path(minigrad.__file__).resolve().parents[1]
    ours = Path(forkserver.__file__).resolve().parents[2]
    packages = Path(np.__file__).resolve().parents[1]
    present = [str(packages / name) for name in PACKAGES if (packages / name).exists()]
    engine = [str(root / "minigrad")] if policy.engine else []
    mixed = {str(ours), str(root)} - {str(packages)}
    return {
        "level": level,
        "folder": box,
        "uid": uid,
        "path": list(dict.fromkeys([str(packages), str(root), str(ours)])),
        "only_now": sorted(mixed - ({str(root)} if policy.engine else set())),
        "readable": [*bubblewrap.standard_library(), *present, *engine],
        "listed": [str(packages), str(Path(os.__file__).parent)],
        "closed": [str(root / name) for name in policy.hide],
        "engine": policy.engine,
        "forbid": list(policy.forbid),
        "witness": str(Path(__file__).resolve()),
        "control": control,
    }


def server_files() -> list[str]:
    """The files that a fork server needs for itself: its own, and IPython's, which it loads to translate magics."""
    packages, folder = Path(np.__file__).resolve().parents[1], Path(forkserver.__file__).resolve().parent
    translator = [packages / name for name in (*MAGICS, *TERMINAL, "typing_extensions.py")]
    own = [folder.parent / "__init__.py", *folder.glob("*.py")]
    return [str(path) for path in (*own, *translator) if path.exists()]
