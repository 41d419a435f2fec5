"""Landlock: the kernel lets this process open only the files named here, from now on.

With this module, one can
- make the rules:       rules = Rules(); rules.read(path); rules.list(path); rules.write(folder)
- put them into force:  rules.enforce() -- for this thread and all that it starts; there is no way back

Needs no privileges, Linux 5.13 or newer. Newer kernels also refuse TCP (6.7) and, to processes outside, signals
and abstract sockets (6.12); what a kernel does not know is left out, and seccomp covers the same ground. Landlock
does not cover changes of mode, owner, times and attributes, nor `stat`; seccomp refuses the former.

Source: Salaün, linux/Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import struct
import sys
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446  # system calls, the same numbers on all architectures
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_BY_VERSION = {
    1: 0x1FFF,
    2: 0x3FFF,
    3: 0x7FFF,
    4: 0x7FFF,
    5: 0xFFFF,
}  # kinds of access that can be refused
NEWEST = 0xFFFF
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
MAKE_SPECIAL = (
    1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
)  # devices, sockets, pipes, links: not even in the folder
FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # the kinds that make sense for a file


def version() -> int:
    """What the running kernel offers: 0 for no Landlock, else the version of its interface."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc().syscall(CREATE, None, ctypes.c_size_t(0), 1))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


class Rules:
    """What may be opened. It starts with nothing.

    Raises:
        OSError: the kernel has no Landlock.
    """

    def __init__(self) -> None:
        abi = version()
        if not abi:
            raise OSError(errno.ENOSYS, "this system has no Landlock")
        self.handled = ALL_BY_VERSION.get(abi, NEWEST)
        network, scope = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
        size = 24 if abi >= 6 else 16 if abi >= 4 else 8
        attributes = struct.pack("=QQQ", self.handled, network, scope)[:size]
        self.fd = self._call(CREATE, attributes, ctypes.c_size_t(size), 0)

    def read(self, path: str | Path) -> None:
        """Let a file, or all files below a folder, be read; a path that is not there is passed over."""
        self._add(path, READ_FILE | READ_DIR)

    def list(self, path: str | Path) -> None:
        """Let the names in a folder and below it be listed; the files themselves stay closed."""
        self._add(path, READ_DIR)

    def write(self, path: str | Path) -> None:
        """Let ordinary files and folders be made, changed and removed below a folder."""
        self._add(path, self.handled & ~(EXECUTE | MAKE_SPECIAL | IOCTL_DEV))

    def use(self, path: str | Path) -> None:
        """Let a device such as /dev/null be read and written."""
        self._add(path, READ_FILE | WRITE_FILE | TRUNCATE)

    def enforce(self) -> None:
        """Put the rules into force.

        Raises:
            OSError: the kernel refuses.
        """
        if _libc().prctl(38, ctypes.c_ulong(1), 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
            raise OSError(ctypes.get_errno(), "no_new_privs")
        self._call(RESTRICT, self.fd, 0)

    def _add(self, path: str | Path, access: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            allowed = access & self.handled
            if not os.path.isdir(path):
                allowed &= FOR_FILES
            self._call(ADD, self.fd, 1, struct.pack("=Qi", allowed, fd), 0)
        finally:
            with contextlib.suppress(OSError):
                os.close(fd)

    def _call(self, *arguments: object) -> int:
        result = _libc().syscall(*arguments)
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, f"Landlock: {os.strerror(code)}")
        return result
