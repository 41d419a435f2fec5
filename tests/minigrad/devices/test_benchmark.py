"""The benchmark of the GPU runs, on the pretended one; what it finds there means nothing, and is not looked at."""

import itertools
import json
import sys

import numpy as np
import pytest

from tests.benchmarks.gpu import __main__ as command
from tests.benchmarks.gpu import engines, overlap, report
from tests.benchmarks.gpu.clock import ratio
from tests.benchmarks.gpu.tasks import TASKS
from tests.minigrad.devices import pretended
from tests.minigrad.devices.kernels import COMPILER

needs_a_compiler = pytest.mark.skipif(
    COMPILER is None, reason="there is no C++ compiler that could run the kernels"
)


def test_without_a_gpu_one_sentence_and_exit_status_2(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert command.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith('device="cuda" needs an NVIDIA GPU with its driver, and CuPy: install ')
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("wrong", [["--tasks", "X"], ["--tasks", ""], ["--rounds", "0"]])
def test_options_that_make_no_sense(wrong):
    with pytest.raises(SystemExit, match="2"):
        command.main(wrong)


@needs_a_compiler
@pytest.mark.slow
def test_everything_runs_and_is_written_down(monkeypatch, tmp_path, capsys):
    pretended.install(monkeypatch)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert command.main(["--small", "--rounds", "2", "--tasks", "D,E,F", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "RESULTS.md", "overlap.png", "overlap.svg", "samples.json",
    ]  # fmt: skip
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    for part in (
        "**GPU**: Pretended GPU 0",
        "PyTorch is not installed",
        "minigrad_compiled",
        "TF32 off in CuPy",
        "GB/s",
    ):
        assert part in text
    samples = json.loads((tmp_path / "samples.json").read_text(encoding="utf-8"))
    assert len(samples["seconds"]["D"]["minigrad"]) == 2
    assert samples["overlap"]["spans"]["2"]


@needs_a_compiler
@pytest.mark.parametrize("letter", TASKS)
@pytest.mark.parametrize("engine", ["minigrad", "minigrad_compiled"])
def test_steps_agree_with_the_cpu(letter, engine, monkeypatch):
    pretended.install(monkeypatch)
    task = TASKS[letter](True)
    here, there = engines.minigrad(task, "cpu"), engines.ENGINES[engine](task)
    for _ in range(3):
        command.agree(letter, command.first(there), command.first(here))


def test_an_engine_that_computes_something_else_is_not_timed():
    right = {"loss": np.array(1.0), "W1": np.ones(3)}
    command.agree("D, someone", right, right)
    with pytest.raises(ValueError, match="D, someone: 'W1' differs from minigrad on the CPU by"):
        command.agree("D, someone", {**right, "W1": np.ones(3) * 1.1}, right)
    with pytest.raises(ValueError, match="by nan"):
        command.agree("D, someone", {**right, "loss": np.array(np.nan)}, right)


def test_ratios_are_taken_within_a_round():
    found = {"minigrad": [1.0, 2.0, 30.0], "torch": [2.0, 4.0, 10.0]}
    assert ratio(found, "minigrad", "torch") == 0.5


def row(letter, seconds):
    return report.Row(TASKS[letter](True), seconds, {})


def test_targets_are_met_or_missed():
    rows = [
        row("D", {"minigrad": [9.0], "torch": [1.0]}),
        row("E", {"minigrad": [1.3], "minigrad_compiled": [1.05], "torch": [1.0]}),
        row("W", {"minigrad": [1.2], "minigrad_compiled": [1.2], "torch": [1.0]}),
    ]
    rates = {4096: 2.0 * rows[2].task.work}
    found = overlap.Overlap(0.001, 0.002, {0: 0.003, 2: 0.00205}, {}, 10)
    assert report.verdicts(rows, rates, found) == [
        ["E ≤ 1.1 × PyTorch", "1.05 ×", "met"],
        ["W ≤ 1.1 × PyTorch", "1.20 ×", "**missed**"],
        ["W ≥ 70% of the product's rate", "42%", "**missed**"],
        ["prefetch hides ≥ 90% of the copies", "95%", "met"],
    ]
    alone = [row("E", {"minigrad": [1.3]})]
    assert report.verdicts(alone, {}, None) == [["E ≤ 1.1 × PyTorch", "–", "not measured"]]
    short = found._replace(step=0.0005)
    assert report.verdicts([], {}, short) == [["prefetch hides ≥ 90% of the copies", "–", "not measured"]]


def test_the_work_of_a_step_is_that_of_its_products():
    task = TASKS["D"](True)
    sizes, batch = (6, 5, 4, 3), 7
    products = [n * m for n, m in itertools.pairwise(sizes)]
    assert task.work == 2 * batch * (3 * sum(products) - products[0])


def test_the_figures():
    rows = [
        row("E", {"minigrad": [1.3], "minigrad_compiled": [1.05], "torch": [1.0], "torch_float32": [1.2]})
    ]
    files = report.figure(rows, "a GPU, today")
    assert files["png"].startswith(b"\x89PNG")
    assert b"PyTorch" in files["svg"]
    assert report.figure([row("E", {"minigrad": [1.3]})], "") == {}
    spans = {
        k: [("copy", 0.0, 1.0), ("step", 1.0, 3.0), ("copy", 1.0, 2.0), ("step", 3.0, 5.0)] for k in (0, 2)
    }
    found = overlap.Overlap(0.001, 0.002, {0: 0.003, 2: 0.002}, spans, 10)
    assert b"prefetch=2, copying" in report.timeline(found, "a GPU, today")["svg"]
    assert "100% of their time is hidden" in report.told(found)
