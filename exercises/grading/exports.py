"""Scores as other programs read them: a CSV table and JUnit XML.

With this module, one can
- write a row per submission:     to_csv(reports) -> text
- write a suite per submission:   to_junit(reports) -> text
"""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from exercises.errors import plain_text
from exercises.grading.results import Report


def to_csv(reports: Sequence[Report]) -> str:
    """A row per submission: who, what, score, and the points of each test.

    Texts that a spreadsheet would take for a formula are written so that it does not.

    Example:
        >>> from pathlib import Path
        >>> from exercises.grading.results import Outcome
        >>> outcomes = (Outcome("test_add", "Add", 3, passed=True),)
        >>> print(to_csv([Report(Path("ann.ipynb"), "02_gates", 7, "standard", outcomes, student="ann")]))
        student,exercise,score,points,late,seed,isolation,file,02_gates/test_add
        ann,02_gates,3,3,0,7,standard,ann.ipynb,3
    """
    tests = list(dict.fromkeys(f"{r.exercise}/{o.name}" for r in reports for o in r.outcomes))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["student", "exercise", "score", "points", "late", "seed", "isolation", "file", *map(_cell, tests)]
    )
    for report in reports:
        scores = {f"{report.exercise}/{o.name}": f"{o.score:g}" for o in report.outcomes}
        row = [
            _cell(report.student or report.submission.stem),
            report.exercise,
            f"{report.score:g}",
            f"{report.points:g}",
            f"{report.penalty:g}",
            report.seed,
            report.level,
            _cell(report.submission),
        ]
        writer.writerow([*row, *(scores.get(test, "") for test in tests)])
    return stream.getvalue()


def _cell(text: object) -> str:
    line = plain_text(text)
    return f"'{line}" if line[:1] in "=+-@" and line else line


def to_junit(reports: Sequence[Report]) -> str:
    """JUnit XML, for dashboards and continuous integration: a testsuite per submission, a testcase per test.

    Format: https://github.com/testmoapp/junitxml

    Example:
        >>> from pathlib import Path
        >>> from exercises.grading.results import Outcome
        >>> outcomes = (Outcome("test_add", "Add", 3, False, "wrong sign"),)
        >>> text = to_junit([Report(Path("ann.ipynb"), "02_gates", 7, "standard", outcomes, student="ann")])
        >>> ET.fromstring(text).find("testsuite/testcase/failure").get("message")
        'wrong sign'
    """
    tests = sum(len(report.outcomes) for report in reports)
    failures = sum(not outcome.passed for report in reports for outcome in report.outcomes)
    root = ET.Element("testsuites", name="minigrad grade", tests=str(tests), failures=str(failures))
    for report in reports:
        failed = sum(not outcome.passed for outcome in report.outcomes)
        name = plain_text(report.student or report.submission.stem)
        counts = {"tests": str(len(report.outcomes)), "failures": str(failed), "errors": "0"}
        suite = ET.SubElement(root, "testsuite", {"name": name, **counts})
        properties = ET.SubElement(suite, "properties")
        about = {"exercise": report.exercise, "score": f"{report.score:g}", "points": f"{report.points:g}"}
        for key, value in {**about, "seed": str(report.seed), "isolation": report.level}.items():
            ET.SubElement(properties, "property", name=key, value=value)
        for outcome in report.outcomes:
            place = f"{report.exercise}.{name}"
            case = ET.SubElement(suite, "testcase", name=plain_text(outcome.title), classname=place)
            if not outcome.passed:
                ET.SubElement(case, "failure", message=plain_text(outcome.reason, 300))
        if report.notes:
            ET.SubElement(suite, "system-out").text = "\n".join(plain_text(n, 400) for n in report.notes)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
