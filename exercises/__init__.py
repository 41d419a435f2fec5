"""The course: exercises with instant checks, and the graders behind them.

With this package, one can
- check an answer in a student notebook:   exercises.check("add_gate")
- see what a task is aiming at:            exercises.target("add_gate")
- build the student notebooks:             minigrad build
- grade submissions:                       minigrad grade 02_gates.ipynb
"""

from typing import Any

__all__ = ["check", "target"]


def __getattr__(name: str) -> Any:
    """Loads each on first use, so that `import exercises` costs nothing."""
    if name == "check":
        from exercises.checking import check

        return check
    if name == "target":
        from exercises.targets import target

        return target
    raise AttributeError(f"module 'exercises' has no attribute {name!r}")
