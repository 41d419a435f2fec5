"""The benchmarks run, and refuse to time a peer that computes something else. Nothing here asserts a time."""

import json
import math

import numpy as np
import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import figure, table
from tests.benchmarks.agreement import Disagreement, compare
from tests.benchmarks.driver import PeerFailed, Samples, Worker, check, measure
from tests.benchmarks.job import Target, Workload
from tests.benchmarks.results import Outcome
from tests.benchmarks.worker import Bench
from tests.benchmarks.workloads import WORKLOADS

OURS = [
    (letter, peer)
    for letter, workload in WORKLOADS.items()
    for peer in workload.peers
    if not peer.endswith(("_tuned", "_gc"))
    and peer.startswith(("hand", "minigrad", "layers", "trace", "backward"))
]


def small_answers(letter, peer, dtype):
    return Bench(letter, peer, "small", threads=1).answers(dtype, 3)


@pytest.mark.parametrize(("letter", "peer"), OURS)
def test_minigrad_and_the_hand_written_peers_agree_with_the_reference(letter, peer):
    workload = WORKLOADS[letter]
    reference = small_answers(letter, "reference", "float64")
    for dtype in {"float64", workload.dtype}:
        compare(workload, peer, dtype, small_answers(letter, peer, dtype), reference)


def test_every_row_of_the_issue_is_there_with_its_targets():
    assert "".join(WORKLOADS) == "ABCDEFGHIJKL"
    for workload in WORKLOADS.values():
        assert workload.targets
        for target in workload.targets:
            assert target.peer in workload.peers
            assert target.against is None or target.against in workload.peers


def test_a_wrong_gradient_is_named_with_its_peer():
    reference = {"value of step 1": np.array(1.0), "W": np.ones((2, 3))}
    say = lambda found, dtype="float64": compare(WORKLOADS["D"], "someone", dtype, found, reference)
    say(reference)
    say({**reference, "W": np.ones((2, 3)) * (1 + 1e-7)}, "float32")
    with pytest.raises(
        Disagreement, match=r"D, someone in float64: 'W' differs from the reference by 1\.0e-07"
    ):
        say({**reference, "W": np.ones((2, 3)) * (1 + 1e-7)})
    with pytest.raises(Disagreement, match="'W' is missing"):
        say({"value of step 1": np.array(1.0)})
    with pytest.raises(Disagreement, match=r"'W' has shape \(3, 2\) instead of \(2, 3\)"):
        say({**reference, "W": np.ones((3, 2))})
    with pytest.raises(Disagreement, match="differs from the reference by nan"):
        say({**reference, "W": np.full((2, 3), math.nan)})


def test_a_peer_that_is_missing_or_gives_up_is_named_with_the_reason():
    worker = Worker("B", "hand", "small", threads=1)
    with pytest.raises(PeerFailed, match="no result within 0 s"):
        worker.ask("prepare", 0.1, patience=0)
    worker.stop()
    worker = Worker("B", "hand", "small", threads=1)
    worker.process.kill()
    with pytest.raises(PeerFailed, match="its process ended with exit code -9"):
        worker.ask("prepare", 0.1)
    worker.stop()
    skipped, wrong = check(WORKLOADS["J"], ["cupy", "numpy"], "small", lambda what: None)
    assert set(skipped) <= {"cupy"}
    assert all(reason == "not installed (cupy)" for reason in skipped.values())
    assert not wrong


def test_peers_are_asked_in_turn():
    asked = []
    samples = measure(
        WORKLOADS["C"], ["minigrad"], size="small", threads=1, rounds=2, seconds=0.01, tell=asked.append
    )
    assert asked == ["C minigrad, 1 thread"] * 3  # once to get ready, then the rounds
    assert [set(taken) for taken in samples["minigrad"].rounds] == [
        {"time", "forward", "backward", "free", "bytes a node"}
    ] * 2
    assert samples["minigrad"].once["bytes a node"] > 0


def outcome():
    """Two rounds of three peers, of which one gave up in the second."""
    made = lambda *times: Samples([{"time": t} if t else {} for t in times], {"first": 1.0})
    workload = Workload(
        "X", "A title", None, None, dict.fromkeys(("hand", "minigrad", "torch", "absent")), unit="ms",
        targets=(Target("minigrad", "torch", 0.5), Target("minigrad", "hand", 1.0), Target("minigrad", None, 3.0),
                 Target("absent", "torch", 1.0)), note="A note.", short="an x",
    )  # fmt: skip
    found = Outcome(workload, skipped={"absent": "not installed (absent)"})
    found.samples[1] = {"minigrad": made(0.002, 0.004), "hand": made(0.001, 0.001), "torch": made(0.005, 0)}
    return found


def test_ratios_are_taken_within_a_round():
    found = outcome()
    assert found.median("minigrad") == pytest.approx(0.003)
    assert found.ratio("minigrad", "hand") == pytest.approx(3.0)  # of 2 and 4
    assert found.ratio("minigrad", "torch") == pytest.approx(0.4)  # torch has no second round
    assert found.ratio("absent", "torch") is None
    assert [verdict.met for verdict in found.verdicts()] == [True, False, True, None]


def test_the_document_says_what_was_met_and_who_was_skipped():
    text = table.document({"machine": "a machine"}, [outcome()], seconds=0.1, rounds=2, picture="In words.")
    assert "- **machine**: a machine" in text
    assert "![In words.](ratios.png)" in text
    assert "| X | minigrad ≤ 0.5 × torch | 0.4 | met |" in text
    assert "| X | minigrad ≤ 1 × hand | 3 | **missed by 200%** |" in text
    assert "| X | minigrad ≤ 3 ms | 3 | met |" in text
    assert "| X | absent ≤ 1 × torch | – | not measured |" in text
    assert "| minigrad | 3 | 3 | 0.4 | 1 |" in text
    assert "Skipped: `absent`: not installed (absent)." in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0"), (0.00012345, "0.000123"), (0.5, "0.5"), (3.14159, "3.14"), (1234.5, "1234")],
)
def test_numbers_have_three_digits(value, text):
    assert table.digits(value) == text


def test_the_figure_is_drawn_and_told():
    files = figure.draw([outcome()], "a machine")
    assert files["png"].startswith(b"\x89PNG")
    svg = files["svg"].decode()
    told = figure.alternative(figure.ratios([outcome()]))
    assert (
        told
        == "Time as a multiple of PyTorch's, one thread, by workload. X: NumPy by hand 0.2, minigrad 0.4."
    )
    assert told.replace("'", "&#39;") in svg or told in svg
    assert "an x  X" in svg
    assert figure.draw([], "nothing") == {}


def test_the_command_writes_everything(tmp_path, capsys):
    given = ["--workloads", "b,g", "--peers", "hand,minigrad*,torch", "--small", "--quick", "--rounds", "2"]
    assert command.main([*given, "--out", str(tmp_path / "new")]) == 0
    written = {path.name for path in (tmp_path / "new").iterdir()}
    assert {"RESULTS.md", "samples.json"} <= written
    text = (tmp_path / "new" / "RESULTS.md").read_text()
    assert (
        "python -m tests.benchmarks --workloads b,g --peers hand,minigrad*,torch --rounds 2 --quick --small"
        in text
    )
    assert str(tmp_path) not in text
    raw = json.loads((tmp_path / "new" / "samples.json").read_text())
    hand = raw["workloads"]["B"]["threads"]["1"]["hand"]
    assert len(hand["rounds"]["time"]) == 2
    assert hand["once"]["first"] > 0
    assert "torch" in raw["workloads"]["B"]["skipped"] or "ratios.png" in written
    assert "| minigrad_compiled |" in capsys.readouterr().out


def test_a_peer_that_is_not_chosen_is_not_run(capsys):
    assert command.main(["--workloads", "B", "--peers", "nobody", "--quick"]) == 0
    assert "hand" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workloads", "Z"], "there is no workload Z; there are A, B"),
        (["--threads", "two"], "--threads two: write numbers"),
        (["--threads", "0"], "at least 1"),
        (["--rounds", "0"], "at least 1"),
    ],
)
def test_wrong_options_end_with_exit_code_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err
