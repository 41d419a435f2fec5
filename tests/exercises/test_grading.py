"""Right answers earn everything, stubs nothing, and every plausible wrong answer loses what it should."""

import ast
import re
import sys

import pytest

from exercises import catalogue
from exercises.build import cells_of, code_of
from exercises.checking import examine
from exercises.grading import grade
from exercises.grading.submission import Submission
from exercises.markers import strip_solutions
from exercises.sandbox.cells import run_cell
from exercises.sandbox.standins import Silent

GATES = catalogue.find("gates")


def expectation(path, key):
    """What a mutant's docstring says about itself: `loses: test, test` or `says: words of the diagnosis`."""
    document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return re.search(rf"^{key}: (.+)$", document, re.MULTILINE)[1]


def test_solution_earns_all_points(solution, grade_cells):
    report = grade_cells(solution)
    assert (report.score, report.points) == (12, 12)
    assert report.notes == ()


def test_stubs_earn_nothing_and_are_called_not_written(gates, grade_cells, failed):
    release = strip_solutions(gates.source.read_text(encoding="utf-8"), "exercise.py")
    report = grade_cells(code_of(cells_of(release)))
    assert report.score == 0
    assert all("not written yet" in reason for reason in failed(report).values())


def test_empty_submission_earns_nothing(grade_cells, failed):
    report = grade_cells([])
    assert report.score == 0
    assert failed(report)["test_max_tie"] == "MaxGate is not defined"


@pytest.mark.parametrize("mutant", GATES.mutants, ids=lambda path: path.stem)
def test_mutant_loses_exactly_what_it_gets_wrong(mutant, solution, grade_cells, failed):
    reasons = failed(grade_cells([*solution, mutant.read_text(encoding="utf-8")], seed=1))
    assert sorted(reasons) == sorted(expectation(mutant, "loses").split(", "))
    assert any(expectation(mutant, "says") in reason for reason in reasons.values()), reasons


@pytest.mark.parametrize("mutant", GATES.mutants, ids=lambda path: path.stem)
def test_public_check_finds_the_mutant_too(mutant, solution, monkeypatch):
    for name in ("exercises", "visuals"):
        monkeypatch.setitem(sys.modules, name, Silent(name))
    namespace = {}
    for cell in (*solution, mutant.read_text(encoding="utf-8")):
        run_cell(cell, "cell", namespace)
    results = [examine(task, GATES.check(task), namespace) for task in GATES.tasks]
    assert not all(results)
    assert all(result.details for result in results if not result and "not defined" not in result.diagnosis)


def test_there_are_enough_mutants():
    assert len(GATES.mutants) >= 8


def test_every_hint_is_titled_with_an_error_that_some_mutant_causes(solution, grade_cells, failed):
    titles = re.findall(r'<summary>Hint: "(.+?)"</summary>', GATES.source.read_text(encoding="utf-8"))
    said = " ".join(
        reason
        for mutant in GATES.mutants
        for reason in failed(grade_cells([*solution, mutant.read_text(encoding="utf-8")])).values()
    )
    assert titles
    assert [title for title in titles if title not in said] == []


def test_same_seed_gives_the_same_report_and_other_seeds_other_numbers(
    solution, add_gate, grade_cells, failed
):
    tells = add_gate("raise ValueError(x.ravel()[0])")
    reasons = [failed(grade_cells([*solution, tells], seed=s))["test_add_forward"] for s in (5, 5, 6)]
    assert reasons[0] == reasons[1] != reasons[2]


def test_hidden_tests_show_no_numbers(solution, add_gate, grade_cells, failed):
    report = grade_cells([*solution, add_gate("return x + y + 1", "return [output_diff + 1, output_diff]")])
    reasons = failed(report)
    assert set(reasons) == {"test_add_forward", "test_add_backward", "test_circuit"}
    assert not any(re.search(r"\d\.\d", reason) for reason in reasons.values()), reasons


def test_broken_hidden_tests_are_not_blamed_on_the_student(tmp_path, gates):
    exercise = make_exercise(tmp_path, "01_broken", "import nothing_of_that_name\n")
    with pytest.raises(RuntimeError, match="cannot be run"):
        grade(Submission(gates.source, ()), exercise)


def test_hidden_test_without_points_is_refused(tmp_path, gates):
    exercise = make_exercise(tmp_path, "01_free", "def test_free(student):\n    pass\n")
    with pytest.raises(RuntimeError, match=r"test_free needs a mark such as @pytest.mark.points\(2\)"):
        grade(Submission(gates.source, ()), exercise)


def test_two_exercises_in_one_process_keep_their_own_tests(tmp_path, gates):
    names = []
    for name in ("01_one", "02_two"):
        test = f"import pytest\n\n@pytest.mark.points(1)\ndef test_{name[3:]}(student):\n    assert False\n"
        report = grade(Submission(gates.source, ()), make_exercise(tmp_path, name, test))
        names += [(outcome.name, outcome.reason) for outcome in report.outcomes]
    assert names == [("test_one", "not the expected result"), ("test_two", "not the expected result")]


def make_exercise(tmp_path, name, tests):
    folder = tmp_path / "course" / name
    folder.mkdir(parents=True)
    (folder / "exercise.py").write_text("# %%\nx = 1\n")
    (folder / "tests.py").write_text(tests)
    return catalogue.Exercise(folder)
