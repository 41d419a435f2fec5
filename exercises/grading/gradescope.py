"""What run_autograder runs on Gradescope: grade the one submission in a folder and write results/results.json.

With this module, one can
- grade there:    autograde(Path("/autograder"), "02_gates")

Whatever a student has uploaded, there is a results.json: one that cannot be read gets 0 points and a sentence. Only
when the grader itself fails there is none, and Gradescope says so to the staff.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect_one
from exercises.grading.results import write_results

TIMEOUT = 5.0  # seconds per call: Gradescope grants ten minutes for the whole submission


def autograde(root: Path, exercise: str | None = None, seed: int | None = None) -> Path:
    """Grade `root/submission`, write `root/results/results.json` and return its path.

    Raises:
        UsageError: there is no such exercise, or the results cannot be written.
        RuntimeError: the hidden tests are broken, or no worker can be started.
    """
    found = collect_one(root / "submission", "submission")
    batch = Batch(found, Options(exercise=exercise, timeout=TIMEOUT, seed=seed, jobs=1))
    [(_, report), *_] = batch.run()
    return write_results(report, root / "results")


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m exercises.grading.gradescope ROOT [EXERCISE]`."""
    parser = argparse.ArgumentParser(prog="run_autograder", description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, help="Gradescope's folder, /autograder")
    parser.add_argument("exercise", nargs="?", help="which exercise it is (found from the submission)")
    options = parser.parse_args(arguments)
    print(f"wrote {autograde(options.root, options.exercise)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
