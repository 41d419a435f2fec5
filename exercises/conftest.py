"""`pytest exercises`: the hidden tests of every exercise, run on its own solution.

The same fixtures as in grading (`exercises/grading/run.py`), but `student` is the solution in this process.
"""

from pathlib import Path

import numpy as np
import pytest

from exercises.local import LocalStudent
from exercises.sandbox.standins import Silent

collect_ignore_glob = ["course/*/exercise.py", "course/*/mutants/*"]
SEED = 0


def pytest_configure(config):
    config.addinivalue_line("markers", "points(n): what a hidden test is worth")
    config.addinivalue_line("markers", "task(name): the task that it belongs to, if its name does not say")


def pytest_collect_file(file_path: Path, parent: pytest.Collector):
    if file_path.name == "tests.py" and file_path.parent.parent.name == "course":
        return pytest.Module.from_parent(parent, path=file_path)
    return None


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> LocalStudent:
    source = request.path.with_name("exercise.py")
    namespace = {"__name__": source.parent.name}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("exercises", "visuals"):  # neither checks nor pictures while importing
            patch.setitem(__import__("sys").modules, name, Silent(name))
        exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), namespace)
    return LocalStudent(namespace)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    from exercises.grading.run import fresh_rng

    return fresh_rng(SEED, request.node.name)


@pytest.fixture
def seeds(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(s) for s in rng.integers(2**31, size=3))
