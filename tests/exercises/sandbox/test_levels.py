"""The levels: what each is made of, what is left of a worker, and what happens when the grader itself ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from exercises.grading import bubblewrap, levels, server
from exercises.grading.policy import DEFAULT
from exercises.sandbox import landlock
from minigrad.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = Path(np.__file__).resolve().parents[1]


def test_best_level_is_one_that_was_tried():
    assert levels.best() in levels.LEVELS


def test_unknown_level_is_refused(monkeypatch):
    monkeypatch.setenv(levels.CHOICE, "iron")
    with pytest.raises(
        UsageError, match="MINIGRAD_SANDBOX is 'iron'; the levels are strong, standard, basic"
    ):
        levels.best()


def test_batches_need_walls(monkeypatch):
    monkeypatch.setenv(levels.CHOICE, "basic")
    with pytest.raises(
        UsageError, match=r"student code can read your files, .* Linux 5.13 .*--allow-unsandboxed"
    ):
        levels.require_level()
    assert levels.require_level(allow_unsandboxed=True) == "basic"


def test_good_level_needs_no_permission(walled):
    assert levels.require_level() == walled


def test_level_is_recorded(walled, run):
    student = run("def f(): return 1")
    assert student.f() == 1
    assert student._session.level == walled


TRIAL = """
import json, os, socket, sys
sys.path += {paths!r}
from exercises.grading.configuration import configuration
from exercises.grading.policy import DEFAULT
from exercises.sandbox import forkserver, landlock, seccomp
{change}
ours, theirs = socket.socketpair()
os.chdir({folder!r})
server = forkserver.Server(configuration("standard", DEFAULT, {folder!r}, None, theirs.fileno()), theirs)
print(json.dumps(server.try_walls()))
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("", []),
        ("seccomp.install = lambda code: None", ["open a socket", "open a local socket", "fork"]),
        (
            "landlock.Rules.enforce = lambda self: None",
            ["read the grader's files", "read /etc/passwd", "read /proc"],
        ),
        ("def no(*a): raise OSError(38, 'no seccomp')\nseccomp.install = no", ["not be locked down"]),
    ],
)
def test_a_level_whose_walls_have_holes_is_not_taken(change, found, tmp_path, at_level):
    at_level("standard")
    program = TRIAL.format(paths=[str(ROOT), str(PACKAGES)], change=change, folder=str(tmp_path))
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    holes = said.stdout.strip().splitlines()[-1]
    assert (holes == "[]") == (found == [])
    assert all(hole in holes for hole in found), holes


def test_server_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr(server, "BOOT", "import nothing_of_that_name")
    with pytest.raises(server.ServerFailed, match="No module named 'nothing_of_that_name'"):
        server.Server("basic", DEFAULT)


def test_next_best_level_is_taken(monkeypatch):
    monkeypatch.setattr(bubblewrap, "available", lambda: None)
    levels._best.cache_clear()
    assert levels.best() in ("standard", "basic")
    levels._best.cache_clear()


def alive(pid):
    """Whether a process runs; one that has ended and was not asked for its status yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


GRADER = """
import os, sys, threading
from pathlib import Path
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission
session = Session(Submission(Path("x.py"), ("def f():\\n    while True: pass",)), 600)
student = RemoteStudent(session)
def family(pid):
    children = [int(c) for t in os.listdir(f"/proc/{pid}/task") for c in
                Path(f"/proc/{pid}/task/{t}/children").read_text().split()]
    return [x for c in children for x in (c, *family(c))]
session.ready()
print(session.worker.server.box, flush=True)
if sys.argv[1] == "fork" and os.fork() == 0:
    import time
    print(os.getpid(), flush=True)
    time.sleep(600)
threading.Timer(0.5, lambda: print("busy", *family(os.getpid()), flush=True)).start()
student.f()
"""


@pytest.mark.parametrize("way", ["alone", "fork"])
def test_servers_and_workers_die_with_the_grader_however_it_ends(way, walled):
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        pytest.skip("this kernel does not list the children of a process")
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, way], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    lingering = 0
    try:
        box = Path(grader.stdout.readline().strip())
        lingering = int(grader.stdout.readline()) if way == "fork" else 0
        family = [int(pid) for pid in grader.stdout.readline().split()[1:] if int(pid) != lingering]
        assert len(family) >= 2
        assert all(map(alive, family))
        grader.kill()
        deadline = time.monotonic() + 20
        while any(map(alive, family)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(alive, family))
        assert not box.exists()
    finally:
        grader.kill()
        grader.wait()
        grader.stdout.close()
        if lingering:
            os.kill(lingering, signal.SIGKILL)


def test_level_basic_leaves_no_children_behind(at_level, run):
    at_level("basic")
    program = """
    import os, time
    def start():
        pids = []
        for _ in range(3):
            read, write = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.write(write, str(os.getpid()).encode())
                    time.sleep(600)
                os._exit(0)
            os.wait()
            pids.append(int(os.read(read, 20)))
        return pids
    """
    student = run(program)
    pids = student.start()
    assert all(map(alive, pids))
    student._session.stop()
    assert not any(map(alive, pids))


UNPRIVILEGED = """
import os, sys
sys.path[:0] = {root!r},
sys.path.append({packages!r})
os.environ["MINIGRAD_SANDBOX"] = {level!r}
from pathlib import Path
from exercises.grading import levels
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission
program = '''
import os, threading, time
def attack(parent):
    said = []
    for act in (lambda: os.kill(parent, 9), lambda: os.fork(), lambda: open("/etc/passwd"), lambda: os.chmod(".", 0)):
        try: act()
        except OSError as error: said.append(type(error).__name__)
    return said
def threads():
    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
'''
with Session(Submission(Path("x.py"), (program,)), 20) as session:
    student = RemoteStudent(session)
    print(os.getuid(), levels.best(), *student.attack(os.getpid()))
    try: student.threads()
    except AssertionError as error: print(error)
"""
NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"]
DOCKER = (
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod"
)
IN_DOCKER = [f"--bounding-set=-all,+{DOCKER.replace(',', ',+')},+audit_write,+setfcap", "--inh-caps=-all"]
POWERLESS_ROOT = ["--bounding-set=-all", "--inh-caps=-all"]


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, to become somebody else"
)
@pytest.mark.parametrize(
    ("options", "uid", "level"),
    [
        (NOBODY, "65534", "strong"),
        (NOBODY, "65534", "standard"),
        (IN_DOCKER, "0", "standard"),
        (POWERLESS_ROOT, "0", "standard"),
    ],
)
def test_levels_need_no_powers(options, uid, level, at_level):
    at_level(level)
    program = UNPRIVILEGED.format(root=str(ROOT), packages=str(PACKAGES), level=level)
    for needed in (ROOT / "minigrad/__init__.py", PACKAGES / "numpy/__init__.py"):
        if subprocess.run(["setpriv", *options, "test", "-r", needed]).returncode:
            pytest.skip(f"only root can read {needed}: chmod a+rx the folders above it to run this test")
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{same}", f"/usr/local/bin/{same}"):
        said = subprocess.run(
            ["setpriv", *options, python, "-B", "-c", program],
            capture_output=True, text=True, cwd="/", env={"PATH": os.defpath, "HOME": "/nonexistent"},
        )  # fmt: skip
        if said.returncode == 0:
            break
        if "ermission denied" not in said.stderr and "No such file" not in said.stderr:
            pytest.fail(said.stderr)
    else:
        pytest.skip("no interpreter that another user than root could run")
    first, second = said.stdout.splitlines()
    assert first.split()[:2] == [uid, level]
    assert first.split()[2:4] == ["PermissionError", "PermissionError"]
    assert len(first.split()) == 6
    assert re.search(r"can't start new thread|started more than 32 threads", second)


def test_other_systems_have_no_landlock(monkeypatch):
    monkeypatch.setattr(landlock.sys, "platform", "darwin")
    assert landlock.version() == 0
    with pytest.raises(OSError, match="this system has no Landlock"):
        landlock.Rules()
