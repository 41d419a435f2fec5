"""The attack matrix: each row is tried, at each level that exists here, and must fail with a sentence.

A row is the body of a function `attack(target)` of a submission; what it returns is what it got hold of. At level
basic the walls are not there, so that only the rows run that ask nothing of them.
"""

import os
import platform
import socket
from pathlib import Path

import pytest

from exercises.errors import CheckFailed

DENIED = r"(PermissionError|FileNotFoundError|NotADirectoryError).*Errno"
NO_CALL = r"PermissionError: \[Errno 1\] Operation not permitted"
KILLED = r"was stopped: it tried what no homework needs"
SYSCALL = (
    "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "def call(number, *a):\n"
    "    if libc.syscall(number, *a) < 0: e = ctypes.get_errno(); raise OSError(e, os.strerror(e))\n    return 'done'\n"
)
X86 = platform.machine() == "x86_64"
NUMBER = {  # x86-64, aarch64
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "io_uring_setup": (425, 425), "bpf": (321, 280),
    "unshare": (272, 97), "mount": (165, 40), "keyctl": (250, 219), "open_by_handle_at": (304, 265),
    "pidfd_getfd": (438, 438), "userfaultfd": (323, 282), "perf_event_open": (298, 241), "setns": (308, 268),
    "chroot": (161, 51), "kcmp": (312, 272), "process_madvise": (440, 440), "memfd_create": (319, 279),
    "shmget": (29, 194), "personality": (135, 92), "tkill": (200, 130), "pidfd_open": (434, 434), "seccomp": (317, 277),
    "inotify_init1": (294, 26), "splice": (275, 76), "socketpair": (53, 199), "clone3": (435, 435),
    "rt_sigqueueinfo": (129, 138), "execveat": (322, 281), "timer_create": (222, 107), "truncate": (76, 45),
}  # fmt: skip


def number(name):
    return NUMBER[name][0 if X86 else 1]


def calls(name, *arguments):
    return SYSCALL + f"return call({number(name)}, {', '.join(map(str, arguments))})"


# name: (what the attack does with `target`, what the sentence must match)
WALLS = {
    "TCP to localhost": ("import socket\nreturn socket.create_connection(('127.0.0.1', target['port']))", NO_CALL),
    "UDP": (
        "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\nreturn s.sendto(b'a', ('127.0.0.1', 9))", NO_CALL),
    "unix socket": ("import socket\ns = socket.socket(socket.AF_UNIX)\nreturn s.connect('/run/docker.sock')", NO_CALL),
    "socket pair": ("import socket\nreturn socket.socketpair()", NO_CALL),
    "raw netlink": ("import socket\nreturn socket.socket(16, 3)", NO_CALL),
    "look up a name": ("import socket\nreturn socket.getaddrinfo('example.org', 80)", r"gaierror|" + NO_CALL),
    "download": ("import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1:1')", "URLError|" + NO_CALL),
    "read the hidden tests": ("return open(target['tests']).read()", DENIED),
    "read the solution": ("return open(target['solution']).read()", DENIED),
    "list the course": ("return os.listdir(os.path.dirname(target['tests']))", DENIED),
    "import the hidden tests": (
        "import runpy\nreturn list(runpy.run_path(target['tests']))", DENIED),
    "read another submission": ("return open(target['other']).read()", DENIED),
    "overwrite another submission": ("return open(target['other'], 'w').write('x')", DENIED),
    "overwrite results.json": ("return open(target['results'], 'w').write('{\"score\": 12}')", DENIED),
    "append to results.json": ("return open(target['results'], 'a').write('{\"score\": 12}')", DENIED),
    "delete results.json": ("return os.remove(target['results'])", DENIED),
    "rename results.json": ("return os.rename(target['results'], 'mine')", r"OSError.*Errno|" + DENIED),
    "replace results.json": (
        "open('a', 'w').close()\nreturn os.rename('a', target['results'])", r"OSError.*Errno|" + DENIED),
    "truncate results.json": ("return os.truncate(target['results'], 0)", NO_CALL),
    "chmod results.json": ("return os.chmod(target['results'], 0o777)", NO_CALL),
    "chmod its own file": ("open('a', 'w').close()\nreturn os.chmod('a', 0o4777)", NO_CALL),
    "fchmod": ("return os.fchmod(os.open('a', os.O_CREAT), 0o4777)", NO_CALL),
    "chown": ("open('a', 'w').close()\nreturn os.chown('a', 0, 0)", NO_CALL),
    "change times of results.json": ("return os.utime(target['results'], (0, 0))", NO_CALL),
    "change attributes": ("return os.setxattr(target['results'], 'user.a', b'1')", NO_CALL),
    "hard link": ("return os.link(target['results'], 'a')", NO_CALL),
    "symbolic link": ("return os.symlink(target['results'], 'a')", NO_CALL),
    "named pipe": ("return os.mkfifo('a')", NO_CALL),
    "write to /tmp": ("return open('/tmp/minigrad-attack', 'w').write('x')", DENIED),
    "write to shared memory": ("return open('/dev/shm/minigrad-attack', 'w').write('x')", DENIED),
    "write into NumPy": ("return open(np.__file__, 'a').write('x')", DENIED),
    "read /etc/passwd": ("return open('/etc/passwd').read()", DENIED),
    "read the grader's home": ("return os.listdir(target['home'])", DENIED),
    "read the grader's environment": ("return open(f\"/proc/{target['grader']}/environ\", 'rb').read()", DENIED),
    "read the server's environment": ("return open(f'/proc/{os.getppid()}/environ', 'rb').read()", DENIED),
    "read the grader's memory": ("return open(f\"/proc/{target['grader']}/mem\", 'rb').read(1)", DENIED),
    "write its parent's memory": ("return open(f'/proc/{os.getppid()}/mem', 'wb')", DENIED),
    "open the grader's files": ("return os.listdir(f\"/proc/{target['grader']}/fd\")", DENIED),
    "open its own memory": ("return open('/proc/self/mem', 'r+b')", DENIED),
    "list processes": ("return os.listdir('/proc')", DENIED),
    "kill the grader": ("return os.kill(target['grader'], 9)", NO_CALL),
    "kill its parent": ("return os.kill(os.getppid(), 9)", NO_CALL),
    "kill everybody": ("return os.kill(-1, 9)", NO_CALL),
    "kill its group": ("return os.killpg(0, 9)", NO_CALL),
    "signal by thread number": (calls("tkill", "target['grader']", 9), NO_CALL),
    "queue a signal": (calls("rt_sigqueueinfo", "target['grader']", 9, 0), NO_CALL),
    "have a signal sent": (
        "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, target['grader'])\nreturn 'done'", NO_CALL),
    "signals from a pipe": ("import fcntl\nr, w = os.pipe()\nreturn fcntl.ioctl(r, 0x5452, b'\\1\\0\\0\\0')", NO_CALL),
    "process handle": ("return os.pidfd_open(target['grader'])", NO_CALL),
    "fork": ("return os.fork()", NO_CALL),
    "fork bomb": ("while True: os.fork()", NO_CALL),
    "detached child": ("if os.fork() == 0:\n    os.setsid()\n    while True: pass\nreturn 'done'", NO_CALL),
    "leave the group": ("return os.setsid()", NO_CALL),
    "run a program": ("import subprocess\nreturn subprocess.run(['id'])", NO_CALL),
    "run a shell": (
        "if os.system('exit 0'): raise PermissionError(1, 'Operation not permitted')\nreturn 'done'", NO_CALL),
    "replace itself": ("return os.execv('/bin/sh', ['sh'])", NO_CALL),
    "spawn": ("return os.posix_spawn('/bin/true', ['true'], {})", NO_CALL),
    "a pool of processes": ("import multiprocessing\nreturn multiprocessing.Pool(2)", NO_CALL + "|OSError|" + DENIED),
    "clone3": (calls("clone3", 0, 0), "Function not implemented"),
    "execveat": (calls("execveat", -1, 0, 0, 0, 0), NO_CALL),
    "files in memory": ("return os.memfd_create('a')", NO_CALL),
    "shared memory of System V": (calls("shmget", 0, 1 << 30, 0o1600), NO_CALL),
    "other memory advice": (calls("process_madvise", 0, 0, 0, 0, 0), NO_CALL),
    "personality": (calls("personality", 0x0040000), NO_CALL),
    "another filter": (calls("seccomp", 1, 0, 0), NO_CALL),
    "watch files": (calls("inotify_init1", 0), NO_CALL),
    "splice": (calls("splice", 0, 0, 0, 0, 0, 0), NO_CALL),
    "outlive its parent": (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.prctl(1, 0, 0, 0, 0): raise PermissionError(1, 'Operation not permitted')\nreturn 'done'", NO_CALL),
    "raise its limits": (
        "import resource\nreturn resource.setrlimit(resource.RLIMIT_AS, (-1, -1)) or 'done'",
        "ValueError|" + NO_CALL),
    "limits of others": (
        "import resource\nreturn resource.prlimit(target['grader'], resource.RLIMIT_NOFILE, (0, 0))", NO_CALL),
    "become root": ("return os.setuid(0) or 'done'", NO_CALL),
    "ptrace": (calls("ptrace", 16, "target['grader']", 0, 0), KILLED),
    "read others' memory": (calls("process_vm_readv", "target['grader']", 0, 0, 0, 0, 0), KILLED),
    "io_uring": (calls("io_uring_setup", 8, 0), KILLED),
    "bpf": (calls("bpf", 0, 0, 0), KILLED),
    "new namespaces": (calls("unshare", 0x10000000), KILLED),
    "enter namespaces": (calls("setns", 0, 0), KILLED),
    "mount": (calls("mount", 0, 0, 0, 0, 0), KILLED),
    "chroot": (calls("chroot", 0), KILLED),
    "keys": (calls("keyctl", 0, 0, 0, 0, 0), KILLED),
    "open by handle": (calls("open_by_handle_at", -1, 0, 0), KILLED),
    "steal a descriptor": (calls("pidfd_getfd", 0, 0, 0), KILLED),
    "user faults": (calls("userfaultfd", 0), KILLED),
    "performance counters": (calls("perf_event_open", 0, 0, -1, -1, 0), KILLED),
    "compare processes": (calls("kcmp", 1, 1, 0, 0, 0), KILLED),
}  # fmt: skip
if X86:
    WALLS["x32 system call"] = (SYSCALL + "return call(0x40000000 + 39)", KILLED)
    WALLS["32-bit system call"] = (
        "import ctypes, mmap\ncode = bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3])\n"
        "page = mmap.mmap(-1, 4096, prot=7)\npage.write(code)\n"
        "return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()",
        KILLED + "|SIGSEGV",
    )

# What needs no wall: the verdict is not made in the worker, so that these may run at every level.
ANYWHERE = {
    "end the process": ("os._exit(0)", "ended its own process"),
    "segmentation fault": ("import ctypes\nctypes.string_at(0)", "crashed the Python interpreter"),
    "abort": ("os.abort()", "crashed the Python interpreter"),
    "kill -9 itself": ("os.kill(os.getpid(), 9)", "was killed"),
    "stop itself": ("os.kill(os.getpid(), 19)\nwhile True: pass", "took longer than"),
    "close its pipes": ("os.closerange(3, 64)", "was killed|ended"),
    "endless loop": ("while True: pass", "took longer than"),
    "endless loop in C": ("return sum(iter(int, 1))", "took longer than"),
    "a sleep": ("import time\ntime.sleep(60)", "took longer than"),
    "ignore the alarm": (
        "import signal\nfor s in (2, 14, 15, 24): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
        "took longer than"),
    "memory bomb": ("return [np.ones(10**7) for _ in range(99)]", "MemoryError"),
    "memory bomb of small things": ("a = []\nwhile True: a.append(bytearray(10**7))", "MemoryError"),
    "recursion": ("return attack(target)", "RecursionError"),
    "a reply of 2 GiB": (
        "for fd in range(3, 60):\n    try: os.write(fd, (2**31).to_bytes(8, 'big'))\n    except OSError: pass",
        "answered with a message of impossible size"),
    "half a reply": (
        "for fd in range(3, 60):\n"
        "    try: os.write(fd, (99).to_bytes(8, 'big') + b'{')\n"
        "    except OSError: pass\nos._exit(0)",
        "ended its own process"),
    "a pickle for a reply": (
        "import pickle\nbody = pickle.dumps({'id': 2, 'value': True})\n"
        "for fd in range(3, 60):\n    try: os.write(fd, len(body).to_bytes(8, 'big') + body)\n    except OSError: pass",
        "answered with a message"),
    "an object array": ("return np.array([object()])", "an array of dtype object, which holds no numbers"),
    "an endless generator": ("import itertools\nreturn list(itertools.count())", "MemoryError|took longer than"),
    "an exception that lies": (
        "class Passed(BaseException):\n    def __str__(self): raise SystemExit\nraise Passed",
        "your code raised Passed"),
    "an error of 1 MB": ("raise ValueError('x' * 10**6)", "your code raised ValueError: x{99}"),
    "flood of output, then fail": ("for _ in range(100): print('x' * 10**6)\n1 / 0", "ZeroDivisionError"),
}  # fmt: skip


def attack(run, body, target, timeout=20.0):
    """Run `body` as the function `attack(target)` of a submission."""
    lines = "\n    ".join(body.splitlines())
    program = f"import os\nimport numpy as np\ndef attack(target):\n    {lines}\n"
    return run(program, timeout=timeout).attack(target)


@pytest.fixture
def target(tmp_path, gates):
    """What an attack is after; all of it must be as before when the attack is over."""
    names = {name: tmp_path / f"{name}.json" for name in ("results", "other")}
    for path in names.values():
        path.write_text("untouched")
        path.chmod(0o666)
    tmp_path.chmod(0o777)
    listening = socket.create_server(("127.0.0.1", 0))
    yield {
        **{name: str(path) for name, path in names.items()},
        "tests": str(gates.tests),
        "solution": str(gates.source),
        "home": str(Path.home()),
        "grader": os.getpid(),
        "port": listening.getsockname()[1],
    }
    listening.close()
    for path in names.values():
        assert path.read_text() == "untouched"
        assert (path.stat().st_mode & 0o777, path.stat().st_nlink) == (0o666, 1)
        assert path.stat().st_mtime > 1e9


@pytest.mark.parametrize("name", WALLS)
def test_walls(name, walled, run, target):
    body, sentence = WALLS[name]
    with pytest.raises(CheckFailed, match=sentence):
        attack(run, body, target)
    assert attack(run, "return 1", 0) == 1


@pytest.mark.parametrize("name", ANYWHERE)
def test_failures_that_are_only_its_own(name, level, run):
    body, sentence = ANYWHERE[name]
    with pytest.raises(CheckFailed, match=sentence):
        attack(run, body, {}, timeout=2.0 if sentence.endswith("took longer than") else 30.0)
    assert attack(run, "return 1", 0) == 1
