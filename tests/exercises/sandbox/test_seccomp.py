"""The filter of system calls, run in a small model of the kernel's machine, for both architectures."""

import errno
import os
import platform
import re
import struct
from pathlib import Path

import pytest

from exercises.sandbox import landlock, seccomp, syscalls

PID = 4242
ALLOW, KILL = "allow", "kill"
EPERM, ENOSYS = errno.EPERM, errno.ENOSYS
ARCHITECTURES = ("x86_64", "aarch64")
DENIED = {  # x86-64, aarch64; None where it does not exist
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "sendto": (44, 206), "socketpair": (53, 199),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "chmod": (90, None),
    "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None), "fchownat": (260, 54), "utimensat": (280, 88),
    "setxattr": (188, 5), "truncate": (76, 45), "link": (86, None), "linkat": (265, 37), "symlinkat": (266, 36),
    "mknodat": (259, 33), "memfd_create": (319, 279), "shmget": (29, 194), "mq_open": (240, 180),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "setuid": (105, 146), "setsid": (112, 157), "seccomp": (317, 277), "landlock_restrict_self": (446, 446),
    "inotify_init1": (294, 26), "vmsplice": (278, 75), "setpriority": (141, 140), "sched_setaffinity": (203, 122),
    "personality": (135, 92), "syslog": (103, 116), "fchmodat2": (452, 452), "memfd_secret": (447, 447),
}  # fmt: skip


def verdict(machine, number, *arguments, audit=None):
    """What the kernel would do: the filter, interpreted as linux/Documentation/networking/filter.rst describes it."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    arch = seccomp.AUDIT_ARCH[machine] if audit is None else audit
    data = struct.pack("=IIQ6Q", number, arch, 0, *(a & (2**64 - 1) for a in arguments))
    code = seccomp.program(machine, PID)
    steps = [struct.unpack_from("=HBBI", code, i) for i in range(0, len(code), 8)]
    accumulator, at = 0, 0
    while True:
        operation, yes, no, k = steps[at]
        at += 1
        if operation == 0x20:  # load a word
            (accumulator,) = struct.unpack_from("=I", data, k)
        elif operation == 0x15:  # jump if equal
            at += yes if accumulator == k else no
        elif operation == 0x35:  # jump if greater or equal
            at += yes if accumulator >= k else no
        elif operation == 0x45:  # jump if bits are set
            at += yes if accumulator & k else no
        elif operation == 0x06:  # return
            named = {0x7FFF0000: ALLOW, 0x80000000: KILL}
            return named[k] if k in named else k & 0xFFFF
        else:
            raise AssertionError(f"operation {operation:#x}")


@pytest.fixture(params=ARCHITECTURES)
def machine(request):
    return request.param


def numbers(text, machine):
    return syscalls.table(text, machine)


def test_what_is_listed_is_allowed(machine):
    assert {verdict(machine, n) for n in numbers(syscalls.ALLOWED, machine).values()} == {ALLOW}


def test_what_is_fatal_ends_the_process(machine):
    assert {verdict(machine, n) for n in numbers(syscalls.FATAL, machine).values()} == {KILL}


@pytest.mark.parametrize("name", DENIED)
def test_the_rest_is_denied(name, machine):
    number = DENIED[name][ARCHITECTURES.index(machine)]
    if number is not None:
        assert verdict(machine, number) == (ENOSYS if number > syscalls.NEWEST else EPERM)


def test_unknown_and_future_calls_do_not_exist(machine):
    for number in (*numbers(syscalls.UNKNOWN, machine).values(), 448, 460, 999, 2**29):
        assert verdict(machine, number) == ENOSYS


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (0x3D0F00,), ALLOW),  # what pthread_create asks for
        ("clone", (0x01200011,), EPERM),  # what fork asks for
        ("clone", (0x10000000,), EPERM),  # a new user namespace
        ("kill", (PID, 9), ALLOW),
        ("kill", (1, 9), EPERM),
        ("kill", (0, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (-PID, 9), EPERM),
        ("tgkill", (PID, 7, 6), ALLOW),
        ("tgkill", (1, 1, 6), EPERM),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (1, 0), EPERM),  # to outlive the server
        ("prctl", (4, 1), EPERM),  # to be debugged
        ("fcntl", (3, 1030), ALLOW),
        ("fcntl", (3, 8), EPERM),  # F_SETOWN
        ("fcntl", (3, 15), EPERM),  # F_SETOWN_EX
        ("fcntl", (3, 1026), EPERM),  # F_NOTIFY
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),  # TIOCSTI: type into the terminal
        ("ioctl", (0, 0x5452), EPERM),  # FIOASYNC
        ("ioctl", (0, 0x8901), EPERM),  # FIOSETOWN
    ],
)
def test_some_calls_depend_on_an_argument(name, arguments, expected, machine):
    assert verdict(machine, numbers(syscalls.CONDITIONAL, machine)[name], *arguments) == expected


def test_calls_of_other_architectures_end_the_process(machine):
    for audit in (0x40000003, 0x40000028, 0, *seccomp.AUDIT_ARCH.values()):
        if audit != seccomp.AUDIT_ARCH[machine]:
            assert verdict(machine, 0, audit=audit) == KILL
    assert verdict("x86_64", 0x40000000) == KILL  # x32


def test_every_jump_stays_inside_and_the_program_is_short_enough(machine):
    code = seccomp.program(machine, PID)
    steps = [struct.unpack_from("=HBBI", code, i) for i in range(0, len(code), 8)]
    assert len(steps) < 4096
    assert all(i + 1 + max(yes, no) < len(steps) for i, (op, yes, no, _) in enumerate(steps) if op & 7 == 5)
    assert steps[-1][0] == 0x06


def test_conditions_and_their_numbers_belong_together(machine):
    assert set(seccomp.conditions(PID)) == set(numbers(syscalls.CONDITIONAL, machine))


def test_no_call_is_in_two_lists(machine):
    lists = (syscalls.ALLOWED, syscalls.CONDITIONAL, syscalls.FATAL, syscalls.UNKNOWN)
    every = [number for text in lists for number in numbers(text, machine).values()]
    assert len(every) == len(set(every))


def test_no_architecture_without_a_table():
    with pytest.raises(KeyError):
        seccomp.program("riscv64", PID)


HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


def test_numbers_are_those_of_the_kernels_headers(machine):
    header = next((path for path in map(Path, HEADERS[machine]) if path.exists()), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed (Debian: linux-libc-dev)")
    text = header.read_text()
    known = {m[1]: int(m[2]) for m in re.finditer(r"^#define __NR3264_(\w+)\s+(\d+)", text, re.MULTILINE)}
    known |= {m[1]: int(m[2]) for m in re.finditer(r"^#define __NR_(\w+)\s+(\d+)", text, re.MULTILINE)}
    known["newfstatat"] = known.get("newfstatat", known.get("fstatat"))
    for text in (syscalls.ALLOWED, syscalls.CONDITIONAL, syscalls.FATAL, syscalls.UNKNOWN):
        for name, number in numbers(text, machine).items():
            assert known[name] == number, name
    for name, both in DENIED.items():
        number = both[ARCHITECTURES.index(machine)]
        assert name not in known or known[name] == number, name


def test_landlock_is_found_by_asking_the_kernel():
    if platform.system() != "Linux" or not landlock.version():
        pytest.skip("this kernel has no Landlock")
    assert 1 <= landlock.version() < 100
    rules = landlock.Rules()
    assert not os.get_inheritable(rules.fd)
    os.close(rules.fd)
