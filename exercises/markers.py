"""Solutions between markers: take them out for the student, with an error that names file and line.

With this module, one can
- make the student's version of a source:   strip_solutions(text, "exercise.py")

    # BEGIN SOLUTION                     # write your code here
    return x + y               becomes   ...
    # END SOLUTION
"""

from __future__ import annotations

import re

from minigrad.errors import UsageError

MARK = re.compile(r"^(?P<indent>\s*)# (?P<which>BEGIN|END) SOLUTION\s*$")
LOOSE_MARK = re.compile(r"(begin|end)[ _]solution", re.IGNORECASE)  # anything that was probably meant as one
STUB = ["# write your code here", "..."]


def strip_solutions(text: str, name: str) -> str:
    """The source with every solution replaced by a stub.

    Raises:
        UsageError: a marker that is misspelt, nested, unclosed, or without its partner; or no marker at all.

    Example:
        >>> source = "def f(x):\\n    # BEGIN SOLUTION\\n    return x\\n    # END SOLUTION"
        >>> print(strip_solutions(source, "f.py"))
        def f(x):
            # write your code here
            ...
    """
    lines: list[str] = []
    opened = 0  # the line of the BEGIN that is open, or 0
    found = False
    for number, line in enumerate(text.splitlines(), 1):
        mark = MARK.match(line)
        if mark is None:
            if LOOSE_MARK.search(line):
                raise UsageError(
                    f"{name}:{number}: a marker is a line of its own, '# BEGIN SOLUTION' or '# END SOLUTION'"
                )
            if not opened:
                lines.append(line)
        elif mark["which"] == "BEGIN":
            if opened:
                raise UsageError(f"{name}:{number}: BEGIN SOLUTION inside the solution of line {opened}")
            opened, found = number, True
            lines += [mark["indent"] + stub for stub in STUB]
        elif opened:
            opened = 0
        else:
            raise UsageError(f"{name}:{number}: END SOLUTION without a BEGIN SOLUTION before it")
    if opened:
        raise UsageError(f"{name}:{opened}: BEGIN SOLUTION is never closed by an END SOLUTION")
    if not found:
        raise UsageError(
            f"{name}: there is no '# BEGIN SOLUTION' in it, so students would have nothing to write"
        )
    return "\n".join(lines) + "\n" * text.endswith("\n")
