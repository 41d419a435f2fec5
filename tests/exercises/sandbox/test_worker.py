"""What a locked-in worker is and has: no privileges, two pipes, a folder that never gets full, a few threads."""

import os
from pathlib import Path

import numpy as np
import pytest

from exercises.errors import CheckFailed
from exercises.grading import server
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission
from exercises.sandbox import folders

ROOT = Path(__file__).resolve().parents[3]

STATE = """
import os
def ids(): return [*os.getresuid(), *os.getresgid(), *os.getgroups()]
def descriptors():
    found = []
    for fd in range(256):
        try: found.append((fd, os.fstat(fd).st_mode >> 12))
        except OSError: pass
    return found
def environment(): return dict(os.environ)
def arguments():
    import sys
    return sys.argv
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_root_becomes_somebody_else(walled, run):
    first, second = set(run(STATE).ids()), set(run(STATE).ids())
    assert first | second <= set(server.UIDS)
    assert len(first) == len(second) == 1
    assert first != second  # two at the same time are strangers to each other


def test_worker_holds_its_two_pipes_and_nothing_else(walled, run):
    character_device, pipe = 0o020000 >> 12, 0o010000 >> 12
    standard, others = [], []
    for fd, kind in run(STATE).descriptors():
        (standard if fd < 3 else others).append(kind)
    assert standard == [character_device] * 3
    assert others == [pipe] * 2


def test_environment_holds_nothing_of_the_graders(walled, run, monkeypatch):
    monkeypatch.setenv("GRADEBOOK_TOKEN", "tuna")
    names = set(run(STATE).environment())
    assert names <= {"PATH", "HOME", "TMPDIR", "LC_ALL", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS",
                     "PYTHONDONTWRITEBYTECODE", "PWD", "LC_CTYPE"}  # fmt: skip
    assert run(STATE).arguments() == [""]


def test_files_may_be_written_and_are_gone_afterwards(walled, run):
    program = """
    import os, tempfile
    import numpy as np
    def save():
        np.savez("weights.npz", a=np.arange(3.0))
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "x"), "w").write("y")
        os.makedirs("a/b")
        os.rename("weights.npz", "a/b/w.npz")
        return np.load("a/b/w.npz")["a"]
    def look(): return os.listdir(".")
    """
    first = run(program)
    np.testing.assert_array_equal(first.save(), np.arange(3.0))
    assert first.look() == ["a"]
    first._session.stop()
    assert run(program).look() == []


def test_workers_at_the_same_time_do_not_see_each_other(walled, run):
    program = """
    import os
    def put(): open("mine", "w").write("secret"); return os.path.abspath("mine")
    def look(path):
        try: return open(path).read()
        except OSError as error: return type(error).__name__
    """
    first, second = run(program), run(program)
    place = first.put()
    assert second.look(place) in ("PermissionError", "FileNotFoundError")


FILLS = {
    "one file": ("open('a', 'wb').write(b'x' * 2**24)", r"OSError: \[Errno 27\] File too large"),
    "many files": (
        "n = 0\n    while True:\n        open(str(n), 'wb').write(b'x' * 2**20); n += 1",
        r"wrote more than 64 MiB of files|No space left",
    ),
    "files without end": (
        "n = 0\n    while True:\n        open(str(n), 'wb').close(); n += 1",
        r"wrote more than 64 MiB of files|No space left",
    ),
    "folders in folders": (
        "while True:\n        os.mkdir('x' * 200); os.chdir('x' * 200)",
        r"wrote more than 64 MiB of files|No space left",
    ),
    "deleted files": (
        "kept = []\n    while True:\n"
        "        kept.append(open('a', 'wb', buffering=0)); kept[-1].write(b'x' * 2**20); os.remove('a')",
        r"Too many open files|No space left",
    ),
}


@pytest.mark.parametrize("name", FILLS)
def test_disks_are_not_filled(name, walled, run):
    body, sentence = FILLS[name]
    with pytest.raises(CheckFailed, match=sentence):
        run(f"import os\ndef attack():\n    {body}").attack()
    assert run("import os\ndef look(): return os.listdir('.')").look() == []


def test_threads_are_allowed_but_not_without_end(walled, run):
    program = """
    import threading, time
    def few():
        got = []
        threads = [threading.Thread(target=got.append, args=(i,)) for i in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
        return sorted(got)
    def many():
        threading.stack_size(32768)
        while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    """
    student = run(program)
    assert student.few() == [0, 1, 2, 3]
    with pytest.raises(CheckFailed, match=r"can't start new thread|started more than 32 threads"):
        student.many()


def test_threads_left_running_spoil_only_their_own_replies(walled, run):
    program = """
    import os, threading, time
    def f():
        def forge():
            while True:
                for fd in range(3, 60):
                    try: os.write(fd, bytes(8) + b'{"id": 2, "value": true}')
                    except OSError: pass
        threading.Thread(target=forge, daemon=True).start()
        time.sleep(0.2)
        return 1
    """
    student = run(program)
    with pytest.raises(CheckFailed, match=r"your code (answered with|took longer)"):
        print([student.f() for _ in range(5)])
    assert run("def f(): return 1").f() == 1


def test_many_slow_calls_end_together(run):
    student = run("import time\ndef f(): time.sleep(0.4)", timeout=0.5)
    student._session.spent = 30 * 0.5 - 0.5
    with pytest.raises(CheckFailed, match="your code took longer than 15 s in all"):
        print([student.f() for _ in range(5)])


def test_many_slow_cells_end_together():
    cells = ("import time\ntime.sleep(0.4)",) * 9 + ("x = 1",)
    with Session(Submission(Path("x.py"), cells), 0.5) as session:
        session.ready()
    assert session.cell_errors[9] == "was not run: the cells before it took too long"


def test_workers_yield_to_the_grader(walled, run):
    student = run("import os\ndef f(): return os.getpriority(os.PRIO_PROCESS, 0)")
    assert student.f() == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)


def test_processor_time_is_limited(run, monkeypatch):
    session = Session(Submission(Path("x.py"), ("def f():\n    while True: pass",)), 30.0)
    session.limits = {"processor": 1}
    with session, pytest.raises(CheckFailed, match=r"used too much processor time|was killed"):
        RemoteStudent(session).f()


def test_folder_of_a_hostile_worker_is_emptied(tmp_path):
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1500):  # deeper than Python recurses, and than a path can name
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
        Path("file").write_text("x")
    finally:
        os.chdir(here)
        (tmp_path / "closed").mkdir(mode=0)
        (tmp_path / "link").symlink_to(ROOT)
        too_much, emptied = folders.exceeds(str(tmp_path), 10**9), folders.empty(str(tmp_path))
    assert too_much
    assert emptied
    assert list(tmp_path.iterdir()) == []
    assert (ROOT / "minigrad").is_dir()


def test_folder_sizes_do_not_follow_links(tmp_path):
    (tmp_path / "a").write_bytes(bytes(5000))
    (tmp_path / "link").symlink_to("/usr")
    assert not folders.exceeds(str(tmp_path), 10**5)
    assert folders.exceeds(str(tmp_path), 1000)
