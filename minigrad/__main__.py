"""The front door: `minigrad demo | lab | watch | build | new | grade | slides | pages`.

The only file here that reaches the other rooms.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
        "demo", help="see backpropagation happen, on real data, in about half a minute", epilog=EPILOG
    )
    demo.add_argument(
        "--out", type=Path, default=Path("demo-output"), metavar="DIR", help="where files go (%(default)s)"
    )
    demo.add_argument("--no-open", action="store_true", help="do not open the page in a browser")
    demo.add_argument("--device", default="cpu", help="where to train: cpu or cuda (%(default)s)")
    demo.add_argument("--seed", type=int, default=0, help="of data split and weights (%(default)s)")

    lab = commands.add_parser("lab", help="open the lecture notebooks in JupyterLab", epilog=EPILOG)
    lab.add_argument("options", nargs=argparse.REMAINDER, metavar="-- …", help="passed on to JupyterLab")

    _add_watch(commands)
    _add_build(commands)
    _add_new(commands)
    _add_grade(commands)
    _add_publish(commands)
    return main


def _add_watch(commands: Any) -> None:
    watch = commands.add_parser(
        "watch",
        help="check an exercise each time its notebook is saved",
        description="Run the public checks of an exercise each time its notebook or script is saved.",
        epilog=EPILOG,
    )
    watch.add_argument("path", type=Path, metavar="FILE", help="a notebook or .py file")
    watch.add_argument("--once", action="store_true", help="check once; exit 1 if something does not pass")
    watch.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds per call (%(default)s)"
    )


def _add_build(commands: Any) -> None:
    build = commands.add_parser(
        "build",
        help="build the student notebooks from the course sources",
        description="Build what students and staff get from the course sources. First each exercise is proved: its "
        "solution earns all points, the stubs earn none, every mutant loses points.",
        epilog=EPILOG,
    )
    build.add_argument("names", nargs="*", metavar="NAME", help="which exercises (all)")
    build.add_argument("--out", type=Path, metavar="DIR", help="where to write (exercises/notebooks)")
    build.add_argument(
        "--check", action="store_true", help="only compare with what is there; exit 1 if stale"
    )
    build.add_argument(
        "--for",
        dest="wanted",
        action="append",
        choices=["student", "nbgrader", "gradescope", "instructor", "all"],
        help="what to build, may be given several times (student)",
    )


def _add_new(commands: Any) -> None:
    new = commands.add_parser(
        "new",
        help="start a new exercise that builds at once",
        description="Write a new exercise, small but whole: source, checks, hidden tests, mutants.",
        epilog=EPILOG,
    )
    new.add_argument("name", metavar="NN_topic", help="its name, e.g. 13_square")
    new.add_argument("--course", type=Path, metavar="DIR", help="the folder of the course (exercises/course)")


def _add_grade(commands: Any) -> None:
    grade = commands.add_parser(
        "grade",
        help="grade submissions: score tables, results.json, feedback pages",
        description="Run the hidden tests on submissions. One notebook gives results.json; a folder, a zip file "
        "or several notebooks also give feedback pages, grades.csv, junit.xml and class statistics.",
        epilog=EPILOG
        + " What was graded and has not changed is not graded again: a batch that was stopped goes on.",
    )
    grade.add_argument(
        "submissions", nargs="+", type=Path, metavar="PATH", help="notebooks, .py files, folders, zip files"
    )
    what = grade.add_argument_group("how to grade")
    what.add_argument("--exercise", metavar="NAME", help="which exercise it is (found from the submission)")
    what.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds per call (%(default)s)"
    )
    what.add_argument("--memory", type=int, metavar="MIB", help="for a student's process (4096)")
    what.add_argument("--seed", type=int, help="of the random inputs (fresh for each batch, and printed)")
    what.add_argument("--jobs", type=int, metavar="N", help="processes (one per core)")
    what.add_argument("--force", action="store_true", help="grade again what has not changed, too")
    what.add_argument(
        "--allow-unsandboxed", action="store_true", help="grade a batch even where no sandbox is offered"
    )
    what.add_argument(
        "--scheduler", metavar="ADDRESS", help="let the workers of a Dask cluster grade, e.g. tcp://host:8786"
    )
    points = grade.add_argument_group("points")
    points.add_argument("--rubric", type=Path, metavar="FILE", help="other points per test (TOML)")
    points.add_argument("--due", metavar="DATE", help="e.g. 2026-11-20 or 2026-11-20T23:59+01:00")
    points.add_argument(
        "--late", type=float, default=10.0, metavar="P", help="percent lost per day after that (%(default)s)"
    )
    points.add_argument(
        "--late-days", type=int, default=0, metavar="N", help="days late that cost nothing (0)"
    )
    to = grade.add_argument_group("where results go")
    to.add_argument("--out", type=Path, metavar="DIR", help="the folder for results (several: grades)")
    to.add_argument(
        "--gradebook", metavar="DB", help="write scores into nbgrader's database, e.g. gradebook.db"
    )
    to.add_argument("--assignment", metavar="NAME", help="nbgrader's name for it (that of the exercise)")


def _add_publish(commands: Any) -> None:
    slides = commands.add_parser(
        "slides", help="make an offline deck of a notebook, in which the steppers still step", epilog=EPILOG
    )
    slides.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="e.g. notebooks/00_welcome.ipynb")
    slides.add_argument("--out", type=Path, metavar="FILE", help="the deck, or its folder (NAME.slides.html)")

    pages = commands.add_parser(
        "pages",
        help="build a site of all lectures, exercises and the API, for a plain file server",
        description="Run all notebooks and write them as pages. Nothing in the site needs a kernel or the network.",
        epilog=EPILOG,
    )
    pages.add_argument(
        "--out", type=Path, default=Path("site"), metavar="DIR", help="where it goes (%(default)s)"
    )
    pages.add_argument("--jobs", type=int, metavar="N", help="notebooks to run at a time (one per core)")
    pages.add_argument(
        "--lite",
        action="store_true",
        help="add a JupyterLite, in which students run everything in their browser, with nothing installed",
    )
    pages.add_argument(
        "--pyodide",
        type=Path,
        metavar="PATH",
        help="the whole distribution of Pyodide, for a JupyterLite that asks nobody else for anything; "
        "without it, students' browsers get NumPy and matplotlib from Pyodide's own server",
    )


def run(options: argparse.Namespace) -> int:
    """Carry out one command. What it needs is imported here, so that the others start fast."""
    if options.command == "demo":
        import visuals.demo

        return visuals.demo.main(options.out, not options.no_open, options.device, options.seed)
    if options.command == "lab":
        return lab(options.options)
    given = {name: value for name, value in vars(options).items() if name != "command"}
    if options.command == "watch":
        import exercises.watch

        return exercises.watch.main(**given)
    if options.command == "build":
        import exercises.build

        return exercises.build.main(**given)
    if options.command == "new":
        import exercises.building.scaffold

        return exercises.building.scaffold.main(**given)
    if options.command in ("slides", "pages"):
        return publish(options)
    import exercises.grading

    return exercises.grading.main(**given)


def publish(options: argparse.Namespace) -> int:
    """Decks and sites; what they are made with comes with the extras "pages" and "lite"."""
    extra = "lite" if options.command == "pages" and options.lite else "pages"
    try:
        from exercises.publishing import site, slides

        if extra == "lite":
            from exercises.publishing import lite
    except ImportError as error:
        raise mg.UsageError(
            f"{options.command} needs {error.name}: install minigrad-toolkit[{extra}], or in a clone write "
            f"uv run --extra {extra} minigrad {options.command}"
        ) from None
    if options.command == "slides":
        return slides.main(options.notebook, options.out)
    if options.pyodide and not options.lite:
        raise mg.UsageError("--pyodide says where a JupyterLite gets Python from: give --lite, too")
    course = course_folder()
    add = (lambda folder: lite.build(folder, course, options.pyodide)) if options.lite else None
    return site.main(options.out, course, options.jobs, lite=add)


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
