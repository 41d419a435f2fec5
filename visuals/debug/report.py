"""What all reports on a graph have in common: text in a terminal, the stepper in a notebook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from visuals.svg import escape


class Report:
    """A finding about the graph of `output`: `print` it, or let a notebook show it as a stepper.

    Attributes:
        view, followed: which part of the stepper's debug card is open, and what it begins with.
    """

    view = ""
    followed: Mapping[str, Any] = {}

    def __init__(self, output: Any, names: Mapping[str, Any], gradient: Any, **wishes: Any) -> None:
        self._of = output, {"mode": "debug", "names": dict(names), "gradient": gradient, **wishes}

    @cached_property
    def stepper(self) -> Any:
        """The stepper that shows it, made when it is first asked for."""
        from visuals.stepper import BackpropStepper  # here: text needs no widget

        output, wishes = self._of
        made = BackpropStepper(output, **wishes)
        made.view, made.followed = self.view, dict(self.followed)
        return made

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = self.stepper._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, about = bundle
        told = "\n".join(map(escape, str(self).splitlines()))  # line by line: a name may not break one
        html = f'{data["text/html"]}<pre style="white-space:pre-wrap">{told}</pre>'
        return {**data, "text/html": html, "text/plain": str(self)}, about


def told_error(error: float) -> str:
    """A relative error in few characters: "3e-11"; nothing where there is no number.

    >>> told_error(3.21e-11), told_error(math.inf)
    ('3e-11', '')
    """
    return f"{error:.0e}" if math.isfinite(error) else ""
