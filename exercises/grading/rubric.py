"""A rubric: other points for the hidden tests than their authors gave.

With this module, one can
- read one:     rubric = Rubric.read(Path("rubric.toml"))
- apply it:     rubric.apply("02_gates", outcomes) -> outcomes with its points

    [02_gates]                 # the exercise
    test_add_forward = 2       # a hidden test and its points; those not named keep theirs
    test_circuit = 0           # is run and shown, but does not count
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from exercises import catalogue
from exercises.grading.results import Outcome
from minigrad.errors import UsageError


@dataclass(frozen=True)
class Rubric:
    """Points by exercise and test; an empty one changes nothing."""

    points: dict[str, dict[str, float]] = field(default_factory=dict)
    path: Path = Path("rubric.toml")

    @classmethod
    def read(cls, path: Path) -> Rubric:
        """The rubric in a TOML file.

        Raises:
            UsageError: it cannot be read, is no TOML, names an unknown exercise, or gives no numbers.
        """
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is no TOML file: {error}") from None
        points: dict[str, dict[str, float]] = {}
        for name, tests in content.items():
            if not isinstance(tests, dict):
                raise UsageError(
                    f"{path}: {name} stands outside an exercise; begin with a line like [02_gates]"
                )
            for test, value in tests.items():
                if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
                    raise UsageError(f"{path}: {test} must be a number of points, 0 or more, not {value!r}")
            try:
                points[catalogue.find(name).name] = tests
            except UsageError as error:
                raise UsageError(f"{path}: {error}") from None
        return cls(points, path)

    def apply(self, exercise: str, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
        """The outcomes with this rubric's points.

        Raises:
            UsageError: the rubric names a test that the exercise does not have.

        Example:
            >>> outcome = Outcome("test_add", "Add", 3, passed=True)
            >>> [o.score for o in Rubric({"02_gates": {"test_add": 5}}).apply("02_gates", [outcome])]
            [5]
        """
        outcomes, given = tuple(outcomes), self.points.get(exercise, {})
        known = [outcome.function for outcome in outcomes]
        for test in given:
            if outcomes and test not in known:
                close = difflib.get_close_matches(test, known, 1, 0.5)
                near = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
                raise UsageError(f"{self.path}: {exercise} has no test {test}; {near}")
        return tuple(replace(o, points=given.get(o.function, o.points)) for o in outcomes)
