"""The command: python -m tests.benchmarks.gpu. Its help says what it can do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

import minigrad as mg
from minigrad.device import check
from tests.benchmarks import machine
from tests.benchmarks.gpu import engines, products, report
from tests.benchmarks.gpu.clock import measured
from tests.benchmarks.gpu.overlap import overlap
from tests.benchmarks.gpu.report import Row
from tests.benchmarks.gpu.tasks import TASKS, Task
from visuals.files import write_whole

HERE = Path(__file__).parent / "results"
SIZES = (2048, 4096, 8192)
TOLERANCE = 5e-3  # of the largest entry of a gradient: float32, and TF32 in PyTorch's convolutions


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.gpu", description="Measure training on a GPU beside PyTorch."
    )
    options.add_argument("--tasks", default=",".join(TASKS), help=f"letters (default {','.join(TASKS)})")
    options.add_argument("--rounds", type=int, default=15, help="how often each engine is asked (default 15)")
    options.add_argument("--small", action="store_true", help="tiny sizes: only to see that everything runs")
    options.add_argument(
        "--out", type=Path, default=HERE, help="folder for the document, figures and numbers"
    )
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; 2 without a GPU, or for options that make no sense."""
    fail = parser()
    options = fail.parse_args(argv)
    letters = [letter.strip().upper() for letter in options.tasks.split(",") if letter.strip()]
    if options.rounds < 1 or not letters or set(letters) - set(TASKS):
        fail.error(f"--tasks are among {', '.join(TASKS)}, --rounds at least 1.")
    try:
        check("cuda")
    except mg.UsageError as error:
        print(error, file=sys.stderr)
        return 2
    repeat = 0.001 if options.small else 0.1
    head = described(sys.argv if argv is None else ["python -m tests.benchmarks.gpu", *argv])
    rows = []
    for letter in tqdm(letters, desc="tasks"):
        rows.append(row(TASKS[letter](options.small), options.rounds, repeat))
    rates = {n: products.rate(n, repeat) for n in ((64,) if options.small else SIZES)}
    found = overlap(options.small)
    options.out.mkdir(parents=True, exist_ok=True)
    title = f"{head['GPU']}, {head['date'][:10]}"
    for name, files in {
        "ratios": report.figure(rows, title),
        "overlap": report.timeline(found, title),
    }.items():
        for kind, content in files.items():
            write_whole(options.out / f"{name}.{kind}", content)
    text = report.document(head, rows, rates, found)
    write_whole(options.out / "RESULTS.md", text)
    samples = {"head": head, "seconds": {r.task.letter: r.seconds for r in rows}, "rates": rates}
    samples["overlap"] = found._asdict()
    write_whole(options.out / "samples.json", json.dumps(samples, indent=1) + "\n")
    print(text)
    return 0


def described(command: Sequence[str]) -> dict[str, str]:
    """What the head of the document says."""
    head = machine.described(command, [])
    kept = {name: head[name] for name in ("date", "command", "machine", "system", "software", "minigrad")}
    versions = [f"{name} {machine.version(name)}" for name in ("cupy-cuda12x", "cupy-cuda13x", "torch")]
    return {"GPU": mg.cuda.name(), **kept, "engines": ", ".join(versions), "precision": products.precision()}


def row(task: Task, rounds: int, repeat: float) -> Row:
    """Measure a task, once all engines have shown that they compute the same."""
    missing = {name: why for name in engines.ENGINES if (why := engines.installed(name))}
    steps = {name: make(task) for name, make in engines.ENGINES.items() if name not in missing}
    reference = engines.minigrad(task, "cpu")
    expected = first(reference)
    for name, made in steps.items():
        agree(f"{task.letter}, {name}", first(made), expected)
    return Row(task, measured(steps, rounds, repeat), missing)


def first(steps: engines.Steps) -> dict[str, np.ndarray]:
    """Loss and gradients of the first step."""
    steps.step()
    return steps.seen()


def agree(who: str, found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Refuse to time something that computes something else.

    Raises:
        ValueError: a loss or a gradient differs.
    """
    for name, value in expected.items():
        scale = np.abs(value).max() or 1.0
        error = np.abs(np.asarray(found[name], np.float64) - value).max() / scale
        if not error <= TOLERANCE:
            raise ValueError(
                f"{who}: {name!r} differs from minigrad on the CPU by {error:.1e} of its largest entry."
            )


if __name__ == "__main__":
    sys.exit(main())
