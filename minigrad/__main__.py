"""The front door: `minigrad demo | lab | build | grade`. The only file here that reaches the other rooms."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import minigrad as mg

EPILOG = (
    "Exit status: 0 all went well, 1 a check failed, 2 the request could not be served (one line says why)."
)


def parser() -> argparse.ArgumentParser:
    """The command line, with its --help."""
    main = argparse.ArgumentParser(prog="minigrad", description=mg.__doc__.partition("\n")[0], epilog=EPILOG)
    main.add_argument("--version", action="version", version=f"minigrad {mg.__version__}")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser(
        "demo", help="see backpropagation happen, on real data, in about half a minute"
    )
    demo.add_argument(
        "--out", type=Path, default=Path("demo-output"), metavar="DIR", help="where files go (%(default)s)"
    )
    demo.add_argument("--no-open", action="store_true", help="do not open the page in a browser")
    demo.add_argument("--device", default="cpu", help="where to train: cpu or cuda (%(default)s)")
    demo.add_argument("--seed", type=int, default=0, help="of data split and weights (%(default)s)")

    lab = commands.add_parser("lab", help="open the lecture notebooks in JupyterLab")
    lab.add_argument("options", nargs=argparse.REMAINDER, metavar="-- …", help="passed on to JupyterLab")

    build = commands.add_parser("build", help="build the student notebooks from the course sources")
    build.add_argument("--out", type=Path, metavar="DIR", help="where to write (exercises/notebooks)")
    build.add_argument(
        "--check", action="store_true", help="only compare with what is there; exit 1 if stale"
    )

    grade = commands.add_parser("grade", help="grade submissions: a score table, and results.json")
    grade.add_argument(
        "submissions", nargs="+", type=Path, metavar="SUBMISSION", help="notebooks or .py files"
    )
    grade.add_argument("--out", type=Path, metavar="DIR", help="where results go (the current folder)")
    grade.add_argument("--exercise", metavar="NAME", help="which exercise it is (found from the submission)")
    grade.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds per call (%(default)s)"
    )
    grade.add_argument("--seed", type=int, help="of the random inputs (fresh each time, and printed)")
    return main


def run(options: argparse.Namespace) -> int:
    """Carry out one command. What it needs is imported here, so that the others start fast."""
    if options.command == "demo":
        import visuals.demo

        return visuals.demo.main(options.out, not options.no_open, options.device, options.seed)
    if options.command == "lab":
        return lab(options.options)
    if options.command == "build":
        import exercises.build

        return exercises.build.main(options.out, options.check)
    import exercises.grading

    return exercises.grading.main(
        options.submissions, options.out, options.exercise, options.timeout, options.seed
    )


def lab(options: list[str]) -> int:
    """Start JupyterLab on the lecture notebooks; the exercises are one folder away."""
    options = options[1:] if options[:1] == ["--"] else options
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={course_folder()}"]
    return subprocess.call([*command, "--LabApp.default_url=/lab/tree/notebooks", *options])


def course_folder() -> Path:
    """The folder that holds `notebooks` and `exercises/notebooks`: the checkout, or an editable copy."""
    checkout = Path(__file__).parent.parent
    if any(checkout.glob("notebooks/*.ipynb")):
        return checkout
    lectures = Path(sys.prefix) / "share" / "minigrad-toolkit" / "notebooks"
    if not any(lectures.glob("*.ipynb")):
        raise mg.UsageError(f"No notebooks are installed: looked in {checkout / 'notebooks'} and {lectures}.")
    copy = Path("minigrad-course").resolve()
    if not copy.exists():
        shutil.copytree(lectures, copy / "notebooks")
        shutil.copytree(checkout / "exercises" / "notebooks", copy / "exercises" / "notebooks")
    return copy


def main(arguments: Sequence[str] | None = None) -> int:
    """The `minigrad` command. Returns the exit status; bad input gives 2 and one line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show − or ∂ shows ? instead of failing
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    try:
        return run(options)
    except (mg.UsageError, OSError) as error:
        print(f"minigrad {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nminigrad {options.command}: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
