"""How a class did: per hidden test and task the share that passed, and the most common diagnoses.

With this module, one can
- count:                 rows = statistics(reports) -> [TestStatistics(title, passed, of, diagnoses), …]
- make a page of it:     to_html(reports, picture) -> text

The reasons of single students are put into classes first: what differs only in a line number is one class.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import mean, median

from exercises import catalogue
from exercises.errors import plain_text
from exercises.grading.feedback import HEAD
from exercises.grading.results import Report
from minigrad.errors import UsageError

COMMON = 3  # diagnoses that are shown for each test
RAISED = re.compile(r"^(your code raised \w+).*", re.DOTALL)
CELL = re.compile(r"(is not defined): cell \d+ raised (\w+).*", re.DOTALL)


@dataclass(frozen=True)
class TestStatistics:
    """One hidden test, over a class.

    Attributes:
        exercise, task, name, title, points: which test it is.
        passed: how many submissions passed it.
        of: how many there are.
        diagnoses: the most common reasons of failing, with their numbers.
    """

    __test__ = False  # not a test class of pytest

    exercise: str
    task: str
    name: str
    title: str
    points: float
    passed: int
    of: int
    diagnoses: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        return self.passed / self.of


def statistics(reports: Sequence[Report]) -> list[TestStatistics]:
    """A row per hidden test, in the order of the tests, exercise by exercise.

    Example:
        >>> from pathlib import Path
        >>> from exercises.grading.results import Outcome
        >>> wrong = [Outcome("test_add_forward", "Add", 1, False, f"your code raised KeyError: {k}") for k in "ab"]
        >>> reports = [Report(Path("x"), "02_gates", 0, "", (outcome,)) for outcome in wrong]
        >>> [row] = statistics(reports)
        >>> row.task, row.share, row.diagnoses
        ('add_gate', 0.0, (('your code raised KeyError', 2),))
    """
    rows = []
    for exercise in sorted({report.exercise for report in reports if report.outcomes}):
        of_this = [report for report in reports if report.exercise == exercise and report.outcomes]
        tasks = _tasks(exercise)
        for outcome in max(of_this, key=lambda report: len(report.outcomes)).outcomes:
            same = [o for report in of_this for o in report.outcomes if o.name == outcome.name]
            reasons = Counter(diagnosis_class(o.reason) for o in same if not o.passed)
            rows.append(
                TestStatistics(
                    exercise,
                    tasks.get(outcome.function, ""),
                    outcome.name,
                    outcome.title,
                    outcome.points,
                    sum(o.passed for o in same),
                    len(same),
                    tuple(reasons.most_common(COMMON)),
                )
            )
    return rows


def _tasks(exercise: str) -> dict[str, str]:
    try:
        return catalogue.find(exercise).task_of
    except UsageError:  # an exercise that is graded from another folder than `course/`
        return {}


def diagnosis_class(reason: str) -> str:
    """A reason without what belongs to one student alone.

    Example:
        >>> diagnosis_class("your code raised ValueError: 3 is no 4 (line 5 of cell 9: raise …)")
        'your code raised ValueError'
        >>> diagnosis_class("AddGate is not defined: cell 2 raised SyntaxError: invalid syntax (line 3 …)")
        'AddGate is not defined: its cell raised SyntaxError'
    """
    return CELL.sub(r"\1: its cell raised \2", RAISED.sub(r"\1", reason))


def summary(reports: Sequence[Report]) -> str:
    """One sentence on the scores.

    Example:
        >>> summary([])
        'No submission was graded.'
    """
    shares = [100 * report.score / report.points for report in reports if report.points]
    if not shares:
        return "No submission was graded."
    full = sum(share >= 100 for share in shares)
    return (
        f"{len(shares)} submission{'s' * (len(shares) != 1)}: mean {mean(shares):.0f} %, "
        f"median {median(shares):.0f} %, full marks {full}."
    )


def to_html(reports: Sequence[Report], picture: bytes = b"", alt: str = "") -> str:
    """The page for the staff: the figure, and the table behind it.

    Args:
        reports: those of the class.
        picture: a PNG.
        alt: what it shows, in words.
    """
    parts = [HEAD.format(title="Class statistics"), "<h1>Class statistics</h1>"]
    parts.append(f"<p>{escape(summary(reports))}</p>")
    if picture:
        data = base64.b64encode(picture).decode()
        parts.append(f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">')
    parts.append(
        '<table><thead><tr><th scope="col">exercise</th><th scope="col">task</th><th scope="col">test</th>'
        '<th scope="col" class="n">points</th><th scope="col" class="n">passed</th>'
        '<th scope="col">common diagnoses</th></tr></thead><tbody>'
    )
    for row in statistics(reports):
        said = "<br>".join(f"{count} × {escape(plain_text(text, 300))}" for text, count in row.diagnoses)
        passed = f"{row.passed} of {row.of} ({100 * row.share:.0f} %)"
        parts.append(
            f"<tr><td>{escape(row.exercise)}</td><td>{escape(row.task)}</td><td>{escape(plain_text(row.title))}</td>"
            f'<td class="n">{row.points:g}</td><td class="n">{passed}</td><td class="why">{said}</td></tr>'
        )
    parts.append("</tbody></table></body></html>\n")
    return "\n".join(parts)
