"""The hidden tests find every mutant whatever numbers they draw: on the solution's process, with many seeds."""

import ast
import importlib.util
import inspect
import re
import sys

import numpy as np
import pytest

from exercises import catalogue
from exercises.build import cells_of, code_of
from exercises.grading.run import fresh_rng
from exercises.local import LocalStudent
from exercises.sandbox.cells import Silent, run_cell

SEEDS = range(4)
HAND_MADE = ("01_", "02_", "03_", "04_", "05_", "06_", "11_")  # quick enough to be run so often
EXERCISES = [exercise for exercise in catalogue.exercises() if exercise.name.startswith(HAND_MADE)]


def hidden_tests(exercise):
    spec = importlib.util.spec_from_file_location(f"seeds_{exercise.name}", exercise.tests)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: test for name, test in vars(module).items() if name.startswith("test_")}


def passes(name, test, student, seed):
    rng = fresh_rng(seed, name)
    given = {"student": student, "rng": rng}
    if "seeds" in inspect.signature(test).parameters:
        given["seeds"] = tuple(int(s) for s in rng.integers(2**31, size=3))
    try:
        with np.errstate(all="ignore"):
            test(**{key: given[key] for key in inspect.signature(test).parameters})
    except Exception:
        return False
    return True


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnknownMarkWarning")
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_mutant_loses_with_every_seed(exercise, monkeypatch):
    tests = hidden_tests(exercise)
    solution = code_of(cells_of(exercise.source.read_text(encoding="utf-8")))
    for mutant in exercise.mutants:
        text = mutant.read_text(encoding="utf-8")
        loses = re.search(r"^loses: (.+)$", ast.get_docstring(ast.parse(text)), re.M)[1].split(", ")
        names = {}
        with monkeypatch.context() as patch:
            for module in ("exercises", "visuals"):
                patch.setitem(sys.modules, module, Silent(module))
            for cell in (*solution, text):
                run_cell(cell, "cell", names)
        student = LocalStudent(names)
        found = {(name, s) for name in loses for s in SEEDS if not passes(name, tests[name], student, s)}
        assert found == {(name, s) for name in loses for s in SEEDS}, mutant.stem
