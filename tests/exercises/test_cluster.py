"""Grading on a real Dask cluster of processes on this machine, one of which is killed half-way."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from exercises.grading import cluster
from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect
from exercises.grading.job import Job
from minigrad.__main__ import main
from minigrad.errors import UsageError

distributed = pytest.importorskip("distributed", reason="Dask is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of Dask and tornado, not ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def scheduler():
    """The address of a scheduler with two worker processes, each with a nanny that replaces it when it dies."""
    import dask

    settings = {
        "distributed.scheduler.allowed-failures": 0
    }  # a lost task comes back at once, and is sent again
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as made,
    ):
        yield made


@pytest.fixture
def klass(tmp_path, write_notebook, solution, add_gate):
    folder = tmp_path / "submitted"
    for number in range(8):
        extra = add_gate("return x - y") if number % 2 else f"x = {number}"
        (folder / f"s{number}").mkdir(parents=True)
        write_notebook(folder / f"s{number}" / "hw.ipynb", [*solution, extra])
    return folder


def test_class_is_graded_by_the_cluster_though_a_worker_is_killed(scheduler, klass, tmp_path):
    killed = []

    class Progress:
        def advance(self):
            if not killed:  # the first submission has come back: others are under way
                pid = next(iter(workers(scheduler)))
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    batch = Batch(collect([klass]), Options(out=tmp_path / "out", scheduler=scheduler.scheduler_address))
    graded = batch.run(Progress())
    assert killed
    assert batch.not_graded() == []
    assert [report.score for _, report in graded] == [12, 10] * 4
    assert Batch(collect([klass]), Options(out=tmp_path / "out")).waiting() == []


def workers(scheduler):
    with distributed.Client(scheduler.scheduler_address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def test_command_writes_the_same_files(scheduler, klass, tmp_path):
    out = tmp_path / "out"
    assert main(["grade", str(klass), "--out", str(out), "--scheduler", scheduler.scheduler_address]) == 0
    scores = [json.loads((out / f"s{n}" / "results.json").read_text())["score"] for n in range(8)]
    assert scores == [12, 10] * 4


def test_worker_with_other_tests_refuses_the_job(gates):
    job = Job(("x = 1",), str(gates.folder))
    with pytest.raises(
        RuntimeError, match="another version of minigrad, NumPy, Python or of the tests of 02_gates"
    ):
        cluster.task(job, "another key", {}, False)


def test_folder_of_the_exercise_is_looked_up_on_the_worker(gates):
    here = Job(("x = 1",), str(gates.folder))
    elsewhere = Job(("x = 1",), "/somewhere/else/course/02_gates")
    outcomes, done = cluster.task(elsewhere, here.key, {}, False)
    assert len(outcomes) == len(done.order) == 8


def test_address_that_nobody_answers_is_one_line(klass, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        assert main(["grade", str(klass), "--out", str(tmp_path / "out"), "--scheduler", address]) == 2
        said = capsys.readouterr().err
        assert f"no Dask scheduler answers at {address}" in said


def test_scheduler_without_workers_is_said(klass, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 1)
    file = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen([*command, "--scheduler-file", str(file)], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text():
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.1)
        with pytest.raises(UsageError, match=r"has no workers; see exercises/CLUSTER\.md"):
            Batch(collect([klass]), Options(scheduler=json.loads(file.read_text())["address"])).run()
    finally:
        process.kill()
        process.wait()


def test_missing_dask_says_what_to_install(klass, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match="--scheduler needs Dask, which is missing: pip install distributed"):
        Batch(collect([klass]), Options(scheduler="tcp://127.0.0.1:9")).run()
