"""Every exercise of the course, in the real worker and in the public checks: right answers, stubs, wrong answers.

`pytest tests/exercises/test_course.py -k 04_` runs one exercise. `mutants/*.py` are plausible wrong answers, which say
in their docstring what they lose and what they are told; `alternatives/*.py` are right ones, written otherwise.
"""

import ast
import functools
import re
import sys

import pytest

from exercises import catalogue, targets
from exercises.build import cells_of, code_of
from exercises.checking import examine
from exercises.grading import grade
from exercises.grading.submission import Submission
from exercises.markers import strip_solutions
from exercises.sandbox.cells import Silent, run_cell

EXERCISES = {exercise.name: exercise for exercise in catalogue.exercises()}
MUTANTS = [(name, path.stem) for name, exercise in EXERCISES.items() for path in exercise.mutants]
ALTERNATIVES = [
    (name, path.stem)
    for name, exercise in EXERCISES.items()
    for path in sorted((exercise.folder / "alternatives").glob("*.py"))
]


def text_of(name, kind, stem):
    return (EXERCISES[name].folder / kind / f"{stem}.py").read_text(encoding="utf-8")


def expectation(text, key):
    """What a mutant's docstring says about itself, or "": `loses: test, test`, `says: words`, `check: words`."""
    found = re.search(rf"^{key}: (.+)$", ast.get_docstring(ast.parse(text)), re.MULTILINE)
    return found[1] if found else ""


@functools.cache
def solution(name):
    return code_of(cells_of(EXERCISES[name].source.read_text(encoding="utf-8")))


@functools.cache
def graded(name, answer="", seed=1):
    """The report on the solution with one answer cell added."""
    exercise = EXERCISES[name]
    cells = (*solution(name), *([answer] if answer else []))
    return grade(Submission(exercise.source, cells), exercise, 20.0, seed)


def reasons(report):
    return {outcome.name: outcome.reason for outcome in report.outcomes if not outcome.passed}


def namespace(name, answer=""):
    """The names of a notebook with the solution and one answer cell more."""
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        for module in ("exercises", "visuals"):
            patch.setitem(sys.modules, module, Silent(module))
        for cell in (*solution(name), *([answer] if answer else [])):
            run_cell(cell, "cell", names)
    return names


@functools.cache
def checked(name, answer=""):
    """The results of all public checks on the solution with one answer cell added."""
    exercise, names = EXERCISES[name], namespace(name, answer)
    return [examine(task, exercise.check(task), names) for task in exercise.tasks]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_earns_all_points_and_passes_every_check(name):
    report = graded(name)
    assert reasons(report) == {}
    assert report.notes == ()
    assert [str(result) for result in checked(name) if not result] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_other_seeds_do_not_fail_the_solution(name):
    for seed in (2, 3):
        assert reasons(graded(name, seed=seed)) == {}


@pytest.mark.parametrize("name", EXERCISES)
def test_stubs_earn_nothing_and_are_called_not_written(name):
    exercise = EXERCISES[name]
    release = code_of(cells_of(strip_solutions(exercise.source.read_text(encoding="utf-8"), "exercise.py")))
    report = grade(Submission(exercise.source, release), exercise, 20.0, 1)
    assert report.score == 0
    assert all("not written yet" in reason for reason in reasons(report).values()), reasons(report)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "stem"), MUTANTS, ids=str)
def test_mutant_loses_what_it_gets_wrong_and_is_told_why(name, stem):
    text = text_of(name, "mutants", stem)
    lost = reasons(graded(name, text))
    assert sorted(lost) == sorted(expectation(text, "loses").split(", ")), lost
    assert any(expectation(text, "says") in reason for reason in lost.values()), lost
    assert not any(re.search(r"\d\.\d", reason) for reason in lost.values()), lost  # no hidden numbers


@pytest.mark.slow
@pytest.mark.parametrize(("name", "stem"), MUTANTS, ids=str)
def test_public_check_of_the_mutant_gives_a_fitting_diagnosis(name, stem):
    text = text_of(name, "mutants", stem)
    failed = [result for result in checked(name, text) if not result]
    says = expectation(text, "check") or expectation(text, "says")
    assert any(says in result.diagnosis for result in failed), [str(result) for result in failed]
    assert all(result.details for result in failed)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "stem"), ALTERNATIVES, ids=str)
def test_right_answer_written_otherwise_is_right(name, stem):
    text = text_of(name, "alternatives", stem)
    for seed in (1, 2, 3):
        assert reasons(graded(name, text, seed)) == {}
    assert [str(result) for result in checked(name, text) if not result] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_enough_mutants_and_each_task_has_a_target(name):
    exercise = EXERCISES[name]
    assert len(exercise.mutants) >= 8
    for task in re.findall(
        r'^exercises.target\("(\w+)"\)', exercise.source.read_text(encoding="utf-8"), re.M
    ):
        assert targets.target(task) is not None
    own = re.findall(r'^exercises.target\("(\w+)", (.+)\)', exercise.source.read_text(encoding="utf-8"), re.M)
    for task, blocks in own:
        assert targets.target(task, *(namespace(name)[block] for block in blocks.split(", "))) is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_every_hint_is_titled_with_what_some_mutant_is_told(name):
    titles = re.findall(
        r'<summary>Hint: "(.+?)"</summary>', EXERCISES[name].source.read_text(encoding="utf-8")
    )
    assert titles
    said = []
    for _, stem in (mutant for mutant in MUTANTS if mutant[0] == name):
        text = text_of(name, "mutants", stem)
        said += reasons(graded(name, text)).values()
        said += [result.diagnosis for result in checked(name, text)]
    assert [title for title in titles if not any(title in words for words in said)] == []
