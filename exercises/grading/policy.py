"""What an exercise forbids its answers: the literal `SANDBOX` of its tests.py.

With this module, one can
- read it:      policy_of(Path("course/05_autograd/tests.py")) -> Policy(engine=False)

    SANDBOX = {"engine": False}                         # no autograd at all: it is what students write
    SANDBOX = {"forbid": ["minigrad.func.hvp"]}         # the engine without these functions, classes or modules
    SANDBOX = {"hide": ["minigrad/data/digits.npz"]}    # files of the engine that stay shut
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Policy:
    """What a worker offers.

    Attributes:
        engine: whether minigrad is there; if not, `mg.Function` is an empty base class, and all else refuses.
        forbid: names of functions, classes and modules of the engine that refuse to work.
        hide: files of the engine that cannot be opened, relative to the folder that minigrad lies in.
    """

    engine: bool = True
    forbid: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()


DEFAULT = Policy()


def policy_of(tests: Path) -> Policy:
    """The policy in a file of hidden tests, which is read and not run; the default if it has none.

    Raises:
        ValueError: `SANDBOX` is there but is not a dict of these three entries.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "tests.py")
        >>> _ = path.write_text('SANDBOX = {"engine": False}')
        >>> policy_of(path)
        Policy(engine=False, forbid=(), hide=())
    """
    text = tests.read_text(encoding="utf-8")
    for statement in ast.parse(text).body if "SANDBOX" in text else ():  # to parse takes a moment
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "SANDBOX":
            try:
                return _policy(ast.literal_eval(statement.value))
            except (ValueError, TypeError, SyntaxError) as error:
                forms = '{"engine": False}, {"forbid": ["minigrad.func.hvp"]} or {"hide": [...]}'
                raise ValueError(f"{tests}: SANDBOX must be such as {forms} ({error})") from None
    return DEFAULT


def _policy(said: dict) -> Policy:
    unknown = set(said) - {"engine", "forbid", "hide"}
    lists = [said.get("forbid", []), said.get("hide", [])]
    if unknown or not isinstance(said.get("engine", True), bool):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}" if unknown else "engine is True or False")
    if any(
        not isinstance(names, (list, tuple)) or not all(isinstance(n, str) for n in names) for names in lists
    ):
        raise ValueError("forbid and hide are lists of names")
    return Policy(said.get("engine", True), tuple(lists[0]), tuple(lists[1]))
