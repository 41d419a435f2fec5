"""What a grading writes: results.json, CSV, JUnit XML, pages, statistics. Nothing in them may break out."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import matplotlib.image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.grading import exports, feedback, statistics
from exercises.grading.figure import class_figure
from exercises.grading.results import Outcome, Report

SCHEMA = json.loads(Path(__file__).with_name("gradescope_schema.json").read_text())
PASSED = Outcome("test_add_forward", "Add, forward", 1, True)
FAILED = Outcome("test_add_backward", "Add, backward", 2, False, "AddGate.backward: wrong sign")
NASTY = "<script>alert('x')</script>\x1b[2J]]>&\"' = \ud800"


def report(*outcomes, student="ann", **options):
    outcomes = outcomes or (PASSED, FAILED)
    return Report(Path(f"{student}.ipynb"), "02_gates", 7, "standard", outcomes, student=student, **options)


nasty = report(
    Outcome("test_add_forward", NASTY, 1, False, NASTY),
    student="=" + NASTY,
    notes=(NASTY, NASTY),
    penalty=0.1,
)


class Tags(HTMLParser):
    """The tags and texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("one", [report(), nasty, report(notes=("Cell 3: ValueError",)), report(penalty=1.0)])
def test_results_have_the_form_that_gradescope_documents(one):
    results = json.loads(json.dumps(one.to_gradescope()))
    jsonschema.validate(results, SCHEMA)
    assert results["score"] == one.score
    assert sum(test["max_score"] for test in results["tests"]) == one.points


def test_schema_refuses_what_gradescope_would():
    good = report().to_gradescope()
    for wrong in ({"score": "12"}, {"visibility": "public"}, {"tests": [{"score": None}]}, {"scores": 3}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **wrong}, SCHEMA)


def test_lateness_is_taken_off_the_score_and_not_off_the_tests():
    late = report(penalty=0.1)
    assert late.score == pytest.approx(0.9)
    results = late.to_gradescope()
    assert (results["score"], results["tests"][0]["score"]) == (late.score, 1)
    assert report(PASSED, penalty=1.0).score == 0


def test_csv_has_a_column_per_test_and_no_formulas():
    other = Report(Path("bob.py"), "03_blocks", 7, "", (replace(PASSED, name="test_relu"),), student="bob")
    rows = list(csv.DictReader(io.StringIO(exports.to_csv([report(), nasty, other]))))
    assert [row["score"] for row in rows] == ["1", "0", "1"]
    assert rows[0]["02_gates/test_add_backward"] == "0"
    assert rows[0]["03_blocks/test_relu"] == ""
    assert rows[2]["03_blocks/test_relu"] == "1"
    assert not any(cell[:1] in tuple("=+-@") for row in rows for cell in row.values() if cell)
    assert not any(ord(c) < 32 for row in rows for cell in row.values() for c in cell)


def test_junit_has_a_suite_per_submission():
    root = ET.fromstring(exports.to_junit([report(), nasty]))
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    suite = root.find("testsuite[@name='ann']")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite.find("properties/property[@name='score']").get("value") == "1"
    [case] = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert (case.get("name"), case.get("classname")) == ("Add, backward", "02_gates.ann")
    assert case.find("failure").get("message") == "AddGate.backward: wrong sign"


def test_feedback_page_shows_score_and_reasons():
    page = feedback.to_html(report(notes=("Cell 3: ValueError: no",)))
    text = " ".join(Tags(page).text)
    for shown in ("1 / 3 points", "Add, forward", "✓ passed", "✗ failed", "wrong sign", "Cell 3", "seed 7"):
        assert shown in text
    assert "test_add" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("page", [feedback.to_html(nasty), statistics.to_html([nasty, report()])])
def test_pages_escape_what_students_wrote(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    page.encode("utf-8")
    assert set(Tags(page).tags) <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "h1",
            "h2",
            "p",
            "div",
            "table",
            "caption",
            "thead",
        ),
        *("tbody", "tr", "th", "td", "ul", "li", "br"),
    }


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_written(reason, student):
    one = report(replace(FAILED, reason=reason, title=reason), student=student, notes=(reason,))
    ET.fromstring(exports.to_junit([one]))
    assert len(list(csv.reader(io.StringIO(exports.to_csv([one]))))) == 2
    assert Tags(feedback.to_html(one)).tags.count("tr") == 2
    Tags(statistics.to_html([one]))


def test_statistics_count_and_put_reasons_into_classes():
    def wrong(reason):
        return report(PASSED, replace(FAILED, reason=reason))

    rows = statistics.statistics(
        [
            report(PASSED, replace(FAILED, passed=True, reason="")),
            wrong("your code raised ValueError: 3 (line 5 of cell 9: raise x)"),
            wrong("your code raised ValueError: 4 (line 7 of cell 2: raise y)"),
            wrong("AddGate.backward: wrong sign"),
        ]
    )
    assert [(row.task, row.passed, row.of) for row in rows] == [("add_gate", 4, 4), ("add_gate", 1, 4)]
    assert rows[1].diagnoses == (("your code raised ValueError", 2), ("AddGate.backward: wrong sign", 1))
    assert statistics.statistics([]) == []


def test_summary_of_a_class():
    assert statistics.summary([report(PASSED), report()]) == (
        "2 submissions: mean 67 %, median 67 %, full marks 1."
    )


def test_figure_is_a_picture_with_a_description():
    png, words = class_figure([report(), report(PASSED, replace(FAILED, passed=True)), nasty])
    assert matplotlib.image.imread(io.BytesIO(png)).shape[0] > 300
    assert words.startswith("3 submissions: mean ")
    assert "Hardest test: Add, backward, passed by 1 of 2." in words
    png, words = class_figure([Report(Path("x"), "", 0, "", ())])
    assert png.startswith(b"\x89PNG")
    assert words == "No submission was graded."


def test_figure_is_the_same_every_time():
    assert class_figure([report()]) == class_figure([report()])
