"""seccomp: the kernel checks every system call of this process, from now on, against a small program.

With this module, one can
- write the program:    program("x86_64", pid) -> bytes
- put it into force:    install(program) -- for this thread and all that it starts; there is no way back

The program is classic BPF: load a word of the call, compare, return a verdict. First the architecture: the same
number means another call elsewhere (32-bit, x32), so that anything else than what we expect ends the process.

Source: Drewry, "Dynamic seccomp policies using BPF filters" (2012);
linux/Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from exercises.sandbox import syscalls

LOAD, EQUAL, AT_LEAST, HAS_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # the bit that x86-64's x32 calls carry

ALLOW, KILL = 0x7FFF0000, 0x80000000
FAIL = 0x00050000  # with an errno

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER_MODE = 38, 22, 2
CLONE_THREAD = 0x00010000
PRCTL = (15, 16, 0x53564D41)  # set and get a thread's name, name a piece of memory (the C library does)
FCNTL = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    1030,
)  # duplicate, flags, locks; not F_SETOWN, which has signals sent to others
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal, its width; bytes to read; flags


def conditions(pid: int) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    """Calls that depend on an argument: (which one, how to compare it, with what)."""
    return {
        "clone": (0, HAS_BITS, (CLONE_THREAD,)),  # threads, no processes
        "kill": (0, EQUAL, (pid,)),
        "tgkill": (0, EQUAL, (pid,)),
        "prlimit64": (0, EQUAL, (0, pid)),
        "prctl": (0, EQUAL, PRCTL),
        "fcntl": (1, EQUAL, FCNTL),
        "ioctl": (1, EQUAL, IOCTL),
    }


def program(machine: str, pid: int) -> bytes:
    """The filter for an architecture and the process that will install it.

    Raises:
        KeyError: there is no table of system calls for this architecture.

    Example:
        >>> len(program("aarch64", 4242)) // 8 < 4096  # the kernel takes programs of up to 4096 instructions
        True
    """
    code = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, AUDIT_ARCH[machine], 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    if machine == "x86_64":
        code += [_step(AT_LEAST, X32, 0, 1), _step(RETURN, KILL)]
    for verdict, names in (
        (ALLOW, syscalls.ALLOWED),
        (KILL, syscalls.FATAL),
        (FAIL | errno.ENOSYS, syscalls.UNKNOWN),
    ):
        for number in syscalls.table(names, machine).values():
            code += [_step(EQUAL, number, 0, 1), _step(RETURN, verdict)]
    tests = conditions(pid)
    for name, number in syscalls.table(syscalls.CONDITIONAL, machine).items():
        which, compare, values = tests[name]
        block = [_step(LOAD, ARGUMENTS + 8 * which)]
        for value in values:
            block += [_step(compare, value, 0, 1), _step(RETURN, ALLOW)]
        block.append(_step(RETURN, FAIL | errno.EPERM))
        code += [_step(EQUAL, number, 0, len(block)), *block]
    code += [_step(AT_LEAST, syscalls.NEWEST + 1, 0, 1), _step(RETURN, FAIL | errno.ENOSYS)]
    code.append(_step(RETURN, FAIL | errno.EPERM))
    return b"".join(code)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction, struct sock_filter; the jumps count instructions to skip."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def install(code: bytes) -> None:
    """Put a filter into force for this thread.

    Raises:
        OSError: the kernel has no seccomp, or refuses the program.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    described = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER_MODE, described, 0, 0)):
        numbers = [ctypes.byref(a) if isinstance(a, Program) else ctypes.c_ulong(a) for a in arguments]
        if libc.prctl(*numbers):
            raise OSError(ctypes.get_errno(), "seccomp is not available")
