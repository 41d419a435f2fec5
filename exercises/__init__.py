"""The course: exercises with instant checks, and the graders behind them.

With this package, one can
- check an answer in a student notebook:   exercises.check("add_gate")
- build the student notebooks:             minigrad build
- grade submissions:                       minigrad grade 02_gates.ipynb
"""

from typing import Any

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    """Loads the check on first use, so that `import exercises` costs nothing."""
    if name == "check":
        from exercises.checking import check

        return check
    raise AttributeError(f"module 'exercises' has no attribute {name!r}")
