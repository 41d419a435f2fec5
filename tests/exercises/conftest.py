"""What the tests of the exercises share: the exercise on gates, its solution, and a way to grade cells."""

import json

import pytest

from exercises import catalogue
from exercises.build import cells_of, code_of
from exercises.grading import grade
from exercises.grading.submission import Submission

ADD_GATE = """
class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        {forward}

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        {backward}
"""


@pytest.fixture(scope="session")
def gates():
    return catalogue.find("gates")


@pytest.fixture(scope="session")
def solution(gates):
    """The code cells of the solved exercise."""
    return code_of(cells_of(gates.source.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def add_gate():
    """The source of an AddGate, right unless told otherwise."""

    def source(forward="return x + y", backward="return [output_diff, output_diff]"):
        return ADD_GATE.format(forward=forward, backward=backward)

    return source


@pytest.fixture(scope="session")
def grade_cells(gates):
    """Grade code cells as if they were a notebook."""

    def run(cells, timeout=20.0, seed=0):
        return grade(Submission(gates.source, tuple(cells)), gates, timeout, seed)

    return run


@pytest.fixture(scope="session")
def write_notebook():
    """Write code cells as a notebook file."""

    def write(path, cells, metadata=None):
        cells = [{"cell_type": "code", "source": c, "metadata": {}, "outputs": []} for c in cells]
        book = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def failed():
    """The reasons of a report's failed tests, by test name."""
    return lambda report: {o.name: o.reason for o in report.outcomes if not o.passed}
