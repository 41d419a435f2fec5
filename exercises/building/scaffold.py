"""`minigrad new NN_topic`: a new exercise, small but whole, that builds and proves at once.

With this module, one can
- make one:    scaffold("13_square", Path("exercises/course")) -> its folder

It asks for one function and its gradient rule. Replace the mathematics, keep the form; WRITING.md explains each file.
"""

from __future__ import annotations

import re
from pathlib import Path

from exercises.grading.results import write_atomically
from minigrad.errors import UsageError

EXERCISE = '''# %% [markdown]
# # Exercise {number}: {title}
#
# **When you are done** you can write the gradient of one function by hand.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 {title} | ●○○○ | 10 min | 3 |

# %%
import numpy as np

import exercises

# %% [markdown]
# ## Task 1: {title}
# *●○○○, about 10 minutes, 3 points*
#
# $$z = x^2 \\qquad \\frac{{\\partial z}}{{\\partial x}} = 2x$$
#
# At $x = 3$, $z = 9$; if $\\bar z = 10$ comes back, $x$ receives $10 \\cdot 6 = 60$.
#
# <details><summary>Hint: "ignores the upstream gradient"</summary>
#
# What flows on is *upstream times local*: the local derivative alone is not enough.
# </details>


# %% task="{task}"
def {task}(x):
    """The square of each entry of x."""
    # BEGIN SOLUTION
    return x * x
    # END SOLUTION


def {task}_backward(g, x):
    """[the gradient for x], given the upstream gradient g."""
    # BEGIN SOLUTION
    return [g * 2.0 * x]
    # END SOLUTION


# %%
exercises.check("{task}")
'''

CHECKS = '''"""Public checks of exercise {number}. Students may read this file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.answers import check_value
from exercises.blocks import check_rule


def check_{task}(student: Any) -> Iterator[str]:
    x = np.array([[3.0, -1.5], [0.5, 2.0]])
    yield "values"
    check_value(student.{task}, [x], x * x, "{task}")
    yield "gradient, against measured slopes"
    check_rule(student.{task}_backward, np.square, [x], "{task}_backward", names=("x",), seeds=(0, 1))
'''

TESTS = '''"""Hidden tests of exercise {number}. `rng` and `seeds` are fresh for each grading."""

import numpy as np
import pytest

from exercises.answers import check_value
from exercises.blocks import check_rule


@pytest.mark.points(1)
def test_{task}_values(student, rng):
    """Values"""
    for shape in [(2, 3), (4,), ()]:
        x = np.asarray(rng.normal(size=shape))
        check_value(student.{task}, [x], x * x, "{task}")


@pytest.mark.points(2)
def test_{task}_backward(student, rng, seeds):
    """Gradient"""
    for shape in [(2, 3), (4,), ()]:
        x = np.asarray(rng.normal(size=shape))
        check_rule(student.{task}_backward, np.square, [x], "{task}_backward", names=("x",), seeds=seeds)
'''

MUTANTS = {
    "forgets_upstream": (
        "Returns the local derivative alone.\n\n    loses: test_{task}_backward\n    says: ignores the upstream",
        "def {task}_backward(g, x):\n    return [2.0 * x]\n",
    ),
    "forgets_two": (
        "The exponent does not come down.\n\n    loses: test_{task}_backward\n    says: factor",
        "def {task}_backward(g, x):\n    return [g * x]\n",
    ),
    "doubles": (
        "Doubles where it should square.\n\n    loses: test_{task}_values\n    says: wrong value",
        "def {task}(x):\n    return 2.0 * x\n",
    ),
}


def scaffold(name: str, course: Path) -> Path:
    """Write a new exercise into `course/name` and return that folder.

    Raises:
        UsageError: the name is not of the form NN_topic, or there is such a folder already.
    """
    match = re.fullmatch(r"(\d\d)_([a-z][a-z0-9_]*)", name)
    if match is None:
        raise UsageError(f"{name!r} is no name for an exercise; write two digits and a topic, e.g. 13_square")
    folder = course / name
    if folder.exists():
        raise UsageError(f"{folder} exists already")
    number, task = match[1], match[2]
    words = {"number": number, "task": task, "title": task.replace("_", " ")}
    files = {"exercise.py": EXERCISE, "checks.py": CHECKS, "tests.py": TESTS}
    for mutant, (said, code) in MUTANTS.items():
        document = said.replace("\n    ", "\n")
        files[f"mutants/{mutant}.py"] = f'"""{document}\n"""\n\n\n{code}'
    for path, text in files.items():
        write_atomically(folder / path, text.format(**words))
    return folder


def main(name: str, course: Path | None = None) -> int:
    """`minigrad new NN_topic`: write it, and say what comes next."""
    from exercises import catalogue

    folder = scaffold(name, course or catalogue.COURSE)
    for path in sorted(folder.rglob("*.py")):
        print(f"wrote {path}")
    print(f"It builds already: minigrad build {name}. How to go on: exercises/WRITING.md")
    return 0
