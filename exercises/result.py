"""What `exercises.check` shows: a few lines, as HTML in a notebook and as text in a terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html import escape
from typing import Any

from exercises.pictures import Pair

PASSED = "all public checks passed"
PASSED_NOTE = "Public checks are a part of the tests: grading also uses hidden ones."


@dataclass
class CheckResult:
    """The outcome of a check; it is true if all public checks passed.

    Attributes:
        task: the name of the task.
        passed: the steps that passed, in order.
        failed: the step that did not, or "".
        diagnosis: what is wrong, in a sentence; "" if nothing is.
        details: the evidence, with numbers.
        begun: False if the answer is still the stub that was handed out.
        picture: target against yours, if something with more than one number was compared.
    """

    task: str
    passed: list[str]
    failed: str = ""
    diagnosis: str = ""
    details: str = ""
    begun: bool = True
    picture: Pair | None = None
    _shown_in: Any = field(default=None, repr=False, compare=False)

    def __bool__(self) -> bool:
        return not self.diagnosis

    def __repr__(self) -> str:
        return f"<check {self.task}: {PASSED if self else self.diagnosis}>"

    def __str__(self) -> str:
        lines = [f"{self.task}: {self._headline()}"]
        lines += [f"  ✓ {step}" for step in self.passed]
        if not self:
            step = f"{self.failed}: " if self.failed else ""
            lines.append(f"  {'✗' if self.begun else '…'} {step}{self.diagnosis}")
            lines += [f"    {line}" for line in self.details.splitlines()]
            if self.picture:
                lines += [f"    {line}" for line in self.picture.text().splitlines()]
        return "\n".join(lines)

    def _headline(self) -> str:
        return PASSED if self else "not passed yet"

    def _repr_html_(self) -> str:
        mark, colour = ("✓", "#009e73") if self else ("✗", "#d55e00") if self.begun else ("…", "#999999")
        rows = [f"<div>✓ {escape(step)}</div>" for step in self.passed]
        if not self:
            step = f"{escape(self.failed)}: " if self.failed else ""
            rows.append(f"<div>{mark} {step}<b>{escape(self.diagnosis)}</b></div>")
            if self.details:
                rows.append(
                    f'<pre style="margin:.3em 0 0 1.2em;white-space:pre-wrap">{escape(self.details)}</pre>'
                )
        else:
            rows.append(f'<div style="opacity:.75">{PASSED_NOTE}</div>')
        if self.picture:
            rows.append(self.picture.html())
        headline = self._headline().replace("public", "<i>public</i>")
        head = f"<div><b>{mark} {escape(self.task)}</b>: {headline}</div>"
        box = f"border-left:4px solid {colour};padding:.3em .8em;margin:.3em 0"
        return f'<div role="status" style="{box}">{head}{"".join(rows)}</div>'

    def show(self) -> None:
        """Show it now, even if it is not the last thing in its cell."""
        shell = _notebook()
        if shell is None:
            print(self)
            return
        from IPython.display import display

        self._shown_in = shell.execution_count
        display({"text/plain": str(self), "text/html": self._repr_html_()}, raw=True)

    def _ipython_display_(self) -> None:
        """As the last value of the cell that has just shown it, it is not shown twice."""
        shell = _notebook()
        if shell is None:
            print(repr(self))
        elif self._shown_in != shell.execution_count:
            self.show()


def _notebook() -> Any:
    """The running Jupyter shell; None in a terminal or script."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None
