"""The command: python -m tests.benchmarks. Its help says what it can do."""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from tests.benchmarks.driver import check, measure
from tests.benchmarks.job import Workload
from tests.benchmarks.results import Outcome
from tests.benchmarks.table import document, section, targets
from tests.benchmarks.workloads import WORKLOADS
from visuals.files import write_whole

HERE = Path(__file__).parent / "results"


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure minigrad and every installed peer in one run, each workload interleaved.",
        epilog="; ".join(f"{letter}: {workload.title}" for letter, workload in WORKLOADS.items()),
    )
    options.add_argument("--workloads", default=",".join(WORKLOADS), help="letters, such as B or A,B,D")
    options.add_argument("--peers", default="*", help="names or patterns, such as 'minigrad*,hand,torch'")
    options.add_argument("--threads", default="1,2", help="numbers of threads (default 1,2)")
    options.add_argument("--rounds", type=int, help="how often each peer is asked (default 15; quick: 5)")
    options.add_argument("--quick", action="store_true", help="1 thread, short repeats, 100,000 nodes in C")
    options.add_argument("--small", action="store_true", help="tiny sizes: only to see that everything runs")
    options.add_argument(
        "--out", type=Path, help=f"folder for RESULTS.md, ratios.png, ratios.svg and samples.json. A run of all "
        f"workloads and peers writes to {HERE.name}/ beside this program; any other only prints, without this option",
    )  # fmt: skip
    return options


def chosen(
    options: argparse.Namespace, fail: argparse.ArgumentParser
) -> tuple[list[Workload], list[int], int]:
    """The workloads, the numbers of threads, and how many cores there are; a wrong option ends with exit code 2."""
    letters = [letter.strip().upper() for letter in options.workloads.split(",") if letter.strip()]
    unknown = [letter for letter in letters if letter not in WORKLOADS]
    if unknown or not letters:
        fail.error(
            f"there is no workload {', '.join(unknown) or 'chosen'}; there are {', '.join(WORKLOADS)}."
        )
    try:
        threads = sorted({int(word) for word in options.threads.split(",")})
    except ValueError:
        fail.error(f"--threads {options.threads}: write numbers, such as 1,2.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads[0] < 1 or (options.rounds is not None and options.rounds < 1):
        fail.error("--threads and --rounds are at least 1.")
    if options.quick:
        threads = threads[:1]
    return [WORKLOADS[letter] for letter in letters], threads, cores


def wanted(workload: Workload, patterns: str) -> list[str]:
    """The peers of a workload that were asked for."""
    return [
        peer
        for peer in workload.peers
        if any(fnmatch.fnmatchcase(peer, word.strip()) for word in patterns.split(","))
    ]


def effort(options: argparse.Namespace) -> tuple[str, float, int]:
    """The size of the tasks, seconds for a repeat, and how many rounds."""
    size = "small" if options.small else "quick" if options.quick else "full"
    return size, 0.03 if options.quick else 0.1, options.rounds or (5 if options.quick else 15)


def run(options: argparse.Namespace, workloads: Sequence[Workload], threads: Sequence[int]) -> list[Outcome]:
    """Everything, with a progress bar; each table is printed as soon as it is known."""
    size, seconds, most = effort(options)
    plan = []
    for workload in workloads:
        counts = [n for n in threads if n in workload.threads] or [1]
        plan.append((workload, wanted(workload, options.peers), min(most, workload.rounds), counts))
    asks = sum(len(peers) * (1 + len(counts) * (1 + rounds)) for _, peers, rounds, counts in plan)
    outcomes = []
    with tqdm(total=asks, unit="", disable=None, smoothing=0) as bar:

        def tell(what: str) -> None:
            bar.set_description_str(f"{what:48}", refresh=False)
            bar.update()

        for workload, peers, rounds, counts in plan:
            if not peers:
                continue
            outcome = Outcome(workload, *check(workload, peers, size, tell))
            left = [peer for peer in peers if peer not in {*outcome.skipped, *outcome.wrong}]
            bar.update((len(peers) - len(left)) * len(counts) * (1 + rounds))
            for count in counts:
                outcome.samples[count] = measure(
                    workload, left, size=size, threads=count, rounds=rounds, seconds=seconds, tell=tell
                )
            outcomes.append(outcome)
            bar.write("\n".join(["", *section(outcome)]))
    return outcomes


def write(
    folder: Path, head: dict[str, str], outcomes: Sequence[Outcome], options: argparse.Namespace
) -> None:
    """The four files, each whole."""
    from tests.benchmarks import figure

    folder.mkdir(parents=True, exist_ok=True)
    pictures = figure.draw(outcomes, f"{head['machine']}, {head['date']}")
    alt = figure.alternative(figure.ratios(outcomes)) if pictures else ""
    _, seconds, rounds = effort(options)
    text = document(head, outcomes, seconds=seconds, rounds=rounds, picture=alt)
    raw = {"head": head, "workloads": {o.workload.letter: o.raw() for o in outcomes}}
    for kind, content in pictures.items():
        write_whole(folder / f"ratios.{kind}", content)
    write_whole(folder / "samples.json", json.dumps(raw, ensure_ascii=False) + "\n")
    print(f"\nwritten: {write_whole(folder / 'RESULTS.md', text)}, with ratios.png, ratios.svg, samples.json")


def shown(options: argparse.Namespace) -> list[str]:
    """The options that change what is measured, as they would be typed; not where it is written."""
    usual = parser().parse_args([])
    found = []
    for name, value in vars(options).items():
        if name != "out" and value != getattr(usual, name):
            found.append(f"--{name}" if value is True else f"--{name} {value}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1: a peer disagrees; 2: a wrong option."""
    from tests.benchmarks.machine import described

    fail = parser()
    options = fail.parse_args(arguments)
    workloads, asked, cores = chosen(options, fail)
    threads = [n for n in asked if n <= cores] or [1]
    left_out = [n for n in asked if n > cores]
    head = described(["python -m tests.benchmarks", *shown(options)], threads, left_out)
    outcomes = run(options, workloads, threads)
    print("\n" + "\n".join(targets(outcomes)))
    everything = len(workloads) == len(WORKLOADS) and options.peers == "*"
    if options.out or (everything and not options.quick and not options.small):
        write(options.out or HERE, head, outcomes, options)
    wrong = [message for outcome in outcomes for message in outcome.wrong.values()]
    for message in wrong:
        print(f"error: {message}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
