"""Give up privileges: a worker that was started by root becomes a user who owns nothing.

With this module, one can
- become that user:                     drop(65001, needed=[path of the standard library])
- not outlive the parent process:       die_with_parent(parent)

Where the interpreter lies in a folder that only root may enter, such as one in its home, one capability is kept: to
read files whatever their mode says. Landlock, which comes next, still opens none but the interpreter's own.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
from collections.abc import Iterable

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS = 1, 4, 8
CAPABILITY_VERSION = 0x20080522
MAY_READ_ALL, MAY_ACCESS_ALL = 1 << 2, 1 << 1  # CAP_DAC_READ_SEARCH; CAP_DAC_OVERRIDE, all that Docker grants


def drop(uid: int, needed: Iterable[str]) -> None:
    """Become another user, without groups.

    Raises:
        OSError: this process may not.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_KEEPCAPS, ctypes.c_ulong(1), 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    unreachable = [path for path in needed if not os.access(path, os.R_OK)]
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    for kept in (MAY_READ_ALL, MAY_ACCESS_ALL, 0) if unreachable else (0,):
        data = struct.pack("=6I", kept, kept, 0, 0, 0, 0)  # effective, permitted, inheritable: low, then high
        if libc.capset(header, data) == 0:
            return
    raise OSError(ctypes.get_errno(), "capabilities cannot be given up")


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when `parent` ends. To be called after `drop`, which forgets it."""
    with contextlib.suppress(AttributeError, OSError):  # only Linux has it
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        libc.prctl(PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0)  # no debugger, no core, no /proc/PID/mem
    if os.getppid() != parent:
        os._exit(1)
