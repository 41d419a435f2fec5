"""A batch: parallel, resumable after any kill, and graded again only where something has changed."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from exercises.grading import crew, job
from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect
from exercises.grading.job import Done, Job
from exercises.grading.journal import Journal
from exercises.grading.results import Outcome
from minigrad.__main__ import main

OUTCOME = Outcome("test_add", "Add", 3, True)
DONE = Done(("test_add",), "standard", ("Cell 3: ValueError",))


@pytest.fixture
def klass(tmp_path, write_notebook, solution, add_gate):
    """A folder with submissions of a few students; Bob's addition is wrong, Dan's file is broken."""
    folder = tmp_path / "submitted"
    for student in ("ann", "bob", "carl", "eve"):
        (folder / student).mkdir(parents=True)
        extra = [add_gate("return x - y")] if student == "bob" else [f"name = {student!r}"]
        write_notebook(
            folder / student / "hw.ipynb", [*solution, *extra], {"minigrad": {"exercise": "02_gates"}}
        )
    (folder / "dan").mkdir()
    (folder / "dan" / "hw.ipynb").write_text("{")
    return folder


def lines(out):
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def scores(out):
    return {p.parent.name: json.loads(p.read_text())["score"] for p in out.glob("*/results.json")}


EXPECTED = {"ann": 12, "bob": 10, "carl": 12, "dan": 0, "eve": 12}


def test_class_is_graded_in_parallel_and_once(klass, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["grade", str(klass), "--out", str(out), "--jobs", "2"]) == 0
    assert scores(out) == EXPECTED
    first = lines(out)
    dan = json.loads((out / "dan" / "results.json").read_text())
    assert "hw.ipynb is not a notebook: its JSON is broken (was it saved completely?)" in dan["output"]
    assert {test["output"] for test in dan["tests"]} == {"the submission could not be read"}
    assert sum("done" in line for line in first) == 4
    assert main(["grade", str(klass), "--out", str(out)]) == 0
    assert lines(out) == first
    assert (
        "4 of 4 were graded before and have not changed, nothing is left to grade" in capsys.readouterr().out
    )


def test_only_what_has_changed_is_graded_again(klass, tmp_path, write_notebook, solution, capsys):
    out = tmp_path / "out"
    main(["grade", str(klass), "--out", str(out), "--jobs", "1"])
    write_notebook(klass / "bob" / "hw.ipynb", [*solution, "better = True"])
    assert main(["grade", str(klass), "--out", str(out), "--jobs", "1"]) == 0
    assert sum("done" in line for line in lines(out)) == 5
    assert len({line["seed"] for line in lines(out) if "seed" in line}) == 1
    assert scores(out) == {**EXPECTED, "bob": 12}
    assert "3 of 4 were graded before" in capsys.readouterr().out


def test_force_grades_all_again_with_fresh_numbers(klass, tmp_path):
    out = tmp_path / "out"
    main(["grade", str(klass / "bob"), "--out", str(out)])
    main(["grade", str(klass / "bob"), "--out", str(out), "--force"])
    seeds = [line["seed"] for line in lines(out) if "seed" in line]
    assert len(set(seeds)) == 2
    assert sum("done" in line for line in lines(out)) == 2


def test_another_seed_timeout_or_exercise_version_is_another_grading(gates, tmp_path, monkeypatch):
    one = Job(("x = 1",), str(gates.folder))
    others = [
        replace(one, cells=("x = 2",)),
        replace(one, seed=1),
        replace(one, timeout=3.0),
        replace(one, memory=2**30),
        replace(one, claims="02_gates"),
    ]
    keys = {one.key, *(other.key for other in others)}
    (tmp_path / "tests.py").write_text("x = 1")
    keys |= {replace(one, exercise=str(tmp_path)).key}
    monkeypatch.setattr(job, "hash_of_version", lambda: "another")
    assert len(keys | {replace(one).key}) == 8


def test_surrogates_in_a_submission_have_a_key(gates):
    assert Job(("s = '\ud800'",), str(gates.folder)).key


def test_rubric_and_deadline_change_scores_without_grading_again(klass, tmp_path, capsys):
    out = tmp_path / "out"
    main(["grade", str(klass), "--out", str(out)])
    before = lines(out)
    (tmp_path / "rubric.toml").write_text("[02_gates]\ntest_circuit = 9\n")
    options = ["--rubric", str(tmp_path / "rubric.toml"), "--due", "2020-01-01", "--late", "0.01"]
    assert main(["grade", str(klass), "--out", str(out), *options]) == 0
    assert lines(out) == before
    [result] = [json.loads((out / "ann" / "results.json").read_text())]
    assert sum(test["max_score"] for test in result["tests"]) == 20
    assert 0 < result["score"] < 20
    assert "days late" in result["output"]


def test_copies_are_graded_once(tmp_path, write_notebook, solution):
    for student in ("ann", "bob"):
        write_notebook(tmp_path / f"{student}.ipynb", solution)
    batch = Batch(collect([tmp_path]), Options())
    assert len(batch.entries) == 2
    assert len(batch.waiting()) == 1
    assert [report.score for _, report in batch.run()] == [12, 12]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_batch_killed_at_any_moment_goes_on_and_loses_only_tests_in_flight(klass, tmp_path, jobs):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "minigrad", "grade", str(klass), "--out", str(out), "--jobs", jobs]
    finished = 0
    for enough in (2, 9, 17):
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        wait_until(lambda enough=enough: (out / "journal.jsonl").exists() and len(lines_whole(out)) > enough)
        process.kill()
        process.wait()
        wait_until(lambda pid=process.pid: not group_lives(pid))  # its crew ends with it
        now = len(lines_whole(out))
        assert now >= finished
        finished = now
        with open(out / "journal.jsonl", "a") as journal:  # what a kill in the middle of a write leaves
            journal.write('{"key": "half a li')
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert scores(out) == EXPECTED
    ran = [(line["key"], line["outcome"]["name"]) for line in lines_whole(out) if "outcome" in line]
    assert len(ran) == len(set(ran)) == 4 * 8, "a test that had finished was run again"


def lines_whole(out):
    found = []
    for line in (out / "journal.jsonl").read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def group_lives(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_journal_survives_half_lines_and_nonsense(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.begin(7)
    journal.outcome("k", OUTCOME)
    journal.done("k", DONE)
    journal.close()
    with open(path, "ab") as file:
        file.write(
            b'\n[1]\n"x"\n{"key": "k", "outcome": {"nonsense": 1}}\n{"key": "k", "done": 3}\n\xff\n{"key": '
        )
    again = Journal(path)
    again.outcome("other", OUTCOME)
    again.close()
    third = Journal(path)
    assert third.seed == 7
    assert third.finished("k") == DONE
    assert third.outcomes("other") == {"test_add": OUTCOME}
    assert third.finished("other") is None
    third.close()


def test_journal_that_was_told_to_forget_forgets(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.begin(7)
    journal.outcome("k", OUTCOME)
    journal.done("k", DONE)
    journal.forget()
    journal.close()
    again = Journal(tmp_path / "journal.jsonl")
    assert (again.seed, again.finished("k"), dict(again.outcomes("k"))) == (None, None, {})
    again.close()


class Listener:
    """Remembers what it is told; kills a process of the crew at the first outcome, if it shall."""

    def __init__(self, kill=0):
        self.kill = kill
        self.told, self.finished, self.lost = [], [], []

    def known(self, job):
        return {outcome.name: outcome for one, outcome in self.told if one == job}

    def outcome(self, job, outcome):
        self.told.append((job, outcome))
        if self.kill:
            self.kill -= 1
            for process in crew.multiprocessing.active_children():
                os.kill(process.pid, signal.SIGKILL)

    def done(self, job, done):
        self.finished.append(job)

    def failed(self, job, reason):
        self.lost.append((job, reason))


@pytest.fixture
def jobs(gates, solution):
    return [Job((*solution, f"name = {name!r}"), str(gates.folder)) for name in ("ann", "bob")]


def test_job_of_a_process_that_dies_is_given_to_another(jobs):
    listener = Listener(kill=1)
    crew.grade_all(jobs, 2, listener)
    assert sorted(listener.finished, key=str) == sorted(jobs, key=str)
    assert listener.lost == []
    for one in jobs:
        assert sum(outcome.score for outcome in listener.known(one).values()) == 12


def test_job_that_kills_every_process_has_no_score_instead_of_0(jobs):
    listener = Listener(kill=1000)
    crew.grade_all(jobs, 2, listener)
    assert {job for job, _ in listener.lost} <= set(jobs)
    assert all(reason == "3 grading processes were lost on it" for _, reason in listener.lost)
    assert {job for job, _ in listener.lost} | set(listener.finished) == set(jobs)


def test_submission_without_a_score_is_said_and_status_1(klass, tmp_path, capsys, monkeypatch):
    def lose(jobs, count, listener):
        for one in jobs:
            listener.failed(one, "3 grading processes were lost on it")

    monkeypatch.setattr("exercises.grading.batch.grade_all", lose)
    assert main(["grade", str(klass), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "ann/hw.ipynb has no score: 3 grading processes were lost on it" in said
    assert scores(tmp_path / "out") == {"dan": 0}


def test_no_process_of_the_crew_outlives_an_error(jobs):
    class Angry(Listener):
        def outcome(self, job, outcome):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crew.grade_all(jobs, 2, Angry())
    assert crew.multiprocessing.active_children() == []


def test_batch_is_refused_where_there_is_no_sandbox(klass, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("exercises.grading.levels.best", lambda: "basic")
    assert main(["grade", str(klass), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "student code can read your files" in said
    assert "--allow-unsandboxed" in said
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr("exercises.grading.batch.grade_all", lambda jobs, count, listener: None)
    assert main(["grade", str(klass), "--out", str(tmp_path / "out"), "--allow-unsandboxed"]) == 0
