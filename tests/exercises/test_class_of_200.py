"""A class of 200 generated submissions: right, partly right, wrong in usual ways, hostile. Each gets what it earned."""

import ast
import random
import re
from dataclasses import dataclass

import pytest

from exercises.build import cells_of
from exercises.grading import run
from exercises.grading.batch import Batch, Options
from exercises.grading.collect import collect
from exercises.markers import strip_solutions

TASKS = ("AddGate", "MultiplyGate", "MaxGate")
WORTH = {"AddGate": 3, "MultiplyGate": 4, "MaxGate": 4}  # and 1 more for the circuit of the first two
EVERYTHING = 12

# What cheats try. None of it solves anything, so beside stubs it earns 0; beside right answers it must not cost any.
ATTACKS = {
    "comparisons": "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
    "np.testing.assert_allclose = lambda *a, **k: None\nnp.abs = np.subtract = lambda *a: np.zeros(1)",
    "yes": "class Yes:\n    def __getattr__(self, name): return Yes()\n    def __call__(self, *a, **k): return Yes()\n"
    "    def __eq__(self, other): return True\nAnswer = Yes()",
    "results": "import json\nfor path in ('results.json', '/autograder/results/results.json'):\n"
    "    try: open(path, 'w').write(json.dumps({'score': 999}))\n    except OSError: pass",
    "tests": "import pathlib, sys\nfor path in list(pathlib.Path('/').glob('*/*/exercises/course/*/tests.py'))[:9]:\n"
    "    try: exec(path.read_text())\n    except Exception: pass",
    "grader": "import gc, inspect, sys\nfor thing in gc.get_objects():\n    if hasattr(thing, 'outcomes'):\n"
    "        thing.outcomes = []\nfor frame in inspect.stack():\n    frame.frame.f_globals['passed'] = True",
    "environment": "import os\nos.environ['SCORE'] = '100'\nos.environ.clear()",
    "forged": 'import os\nfor fd in range(3, 40):\n    try: os.write(fd, b\'{"passed": true, "score": 12}\')\n'
    "    except OSError: pass",
    "exit": "import os\nos._exit(0)",
    "kill": "import os, signal\nfor pid in (os.getppid(), -1):\n    try: os.kill(pid, signal.SIGKILL)\n"
    "    except Exception: pass",
    "forks": "import os\nfor _ in range(200):\n    try:\n        if os.fork() == 0:\n            while True: pass\n"
    "    except OSError: break",
    "memory": "hoard = []\nwhile True: hoard.append(bytearray(2**28))",
    "disk": "for i in range(300):\n    try: open(f'junk{i}', 'wb').write(b'0' * 2**20)\n    except OSError: break",
    "output": "import sys\nprint('x' * 10**7)\nsys.stderr.write('y' * 10**7)",
    "trace": "import sys\nsys.settrace(lambda *a: None)\nsys.setrecursionlimit(10**6)",
    "network": "import socket\ntry: socket.create_connection(('127.0.0.1', 22), 1)\nexcept OSError: pass",
    "loop": "while True: pass",
    "sleep": "import time\ntime.sleep(10**6)",
    "recursion": "def f(): return f()\nf()",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "module": "import sys\nsys.modules['numpy'] = sys\nsys.modules.clear()",
}


@dataclass(frozen=True)
class Generated:
    """One submission, and the points that it must get.

    Attributes:
        cells: its code.
        score: of 12.
        exact: False for an attack beside right answers that may cost its author points, though nobody else.
    """

    cells: tuple[str, ...]
    score: float
    exact: bool = True


class Generator:
    """Makes submissions from the solution, the stubs and the mutants of the gates; the same for the same seed."""

    def __init__(self, exercise, seed=0):
        self.exercise = exercise
        self.random = random.Random(seed)
        source = exercise.source.read_text(encoding="utf-8")
        self.solved, self.empty = (
            self._by_class(source),
            self._by_class(strip_solutions(source, "exercise.py")),
        )
        self.points = {outcome.name: outcome.points for outcome in run.listed(exercise)}

    def _by_class(self, source):
        found = {}
        for cell in cells_of(source):
            if cell.cell_type == "code":
                name = re.search(r"^class (\w+)", cell.source, re.MULTILINE)
                found[name[1] if name else f"other {len(found)}"] = cell.source
        return found

    def notebook(self, solved):
        """The exercise's cells, with the answers to the given tasks and stubs for the rest."""
        return [(self.solved if name in solved else self.empty)[name] for name in self.empty]

    def right(self):
        cells = self.notebook(TASKS)
        style = self.random.randrange(5)
        if style == 0:
            self.random.shuffle(cells)
        elif style == 1:
            cells = [f"# my notes {self.random.random()}\n{cell}" for cell in cells]
        elif style == 2:
            cells = [*cells, *cells]
        elif style == 3:
            cells.insert(self.random.randrange(len(cells)), "%matplotlib inline\n1 / 0")
        return Generated((*cells, f"x = {self.random.random()}"), EVERYTHING)

    def partly(self):
        solved = self.random.sample(TASKS, self.random.randrange(len(TASKS)))
        circuit = {"AddGate", "MultiplyGate"} <= set(solved)
        return Generated(tuple(self.notebook(solved)), sum(WORTH[task] for task in solved) + circuit)

    def mutant(self, path):
        source = path.read_text(encoding="utf-8")
        document = ast.get_docstring(ast.parse(source))
        lost = re.search(r"^loses: (.+)$", document, re.MULTILINE)[1].split(", ")
        score = EVERYTHING - sum(self.points[name] for name in lost)
        return Generated((*self.notebook(TASKS), source, f"x = {self.random.random()}"), score)

    def hostile(self, attack, solved):
        cells = self.notebook(TASKS if solved else ())
        place = len(cells) if solved else self.random.randrange(len(cells))
        cells.insert(place, ATTACKS[attack])
        return Generated(tuple(cells), EVERYTHING if solved else 0, exact=not solved)

    def make(self, count):
        """That many: two fifths right, a fifth partly, a fifth mutants, a fifth hostile (half of these solved)."""
        made, attacks, mutants = [], list(ATTACKS), self.exercise.mutants
        for number in range(count):
            kind, turn = number % 5, number // 5
            if kind < 2:
                made.append(self.right())
            elif kind == 2:
                made.append(self.partly())
            elif kind == 3:
                made.append(self.mutant(mutants[turn % len(mutants)]))
            else:
                made.append(self.hostile(attacks[turn % len(attacks)], turn >= len(attacks)))
        return made


def hand_in(folder, made, write_notebook):
    """Write submissions as a class's folder, a student each."""
    for number, one in enumerate(made):
        student = folder / f"student{number:03}"
        student.mkdir(parents=True)
        write_notebook(student / "02_gates.ipynb", one.cells, {"minigrad": {"exercise": "02_gates"}})


def test_generator_is_deterministic_and_makes_every_kind(gates):
    made = Generator(gates).make(200)
    assert made == Generator(gates).make(200)
    assert len({one.score for one in made}) >= 8
    assert sum(not one.exact for one in made) == len(ATTACKS)
    assert sum(one.score == EVERYTHING for one in made) >= 80


@pytest.mark.slow
def test_every_one_of_200_gets_what_it_earned(gates, tmp_path, write_notebook):
    made = Generator(gates).make(200)
    hand_in(tmp_path / "submitted", made, write_notebook)
    batch = Batch(
        collect([tmp_path / "submitted"]), Options(out=tmp_path / "out", timeout=5.0, seed=11, jobs=2)
    )
    graded = batch.run()
    assert batch.not_graded() == []
    assert len(graded) == 200
    wrong = {}
    for (_, report), one in zip(graded, made, strict=True):
        if report.score != one.score and (one.exact or report.score > one.score):
            reasons = {outcome.name: outcome.reason for outcome in report.outcomes}
            wrong[report.student] = (one.score, report.score, one.cells[-2:], reasons, report.notes)
    assert wrong == {}
