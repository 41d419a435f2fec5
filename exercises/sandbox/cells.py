"""Run notebook cells without Jupyter: magics, silenced pictures, and the student's own line of an error.

With this module, one can
- make a namespace to run cells in:    fresh_namespace()
- run one cell:                        run_cell(source, "cell 3", namespace)
- find the student's line of an error: student_line(error, namespace)
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

from exercises.sandbox.standins import Silent


class Shell:
    """Stands in for IPython's shell. Timing magics run their code, every other one does nothing."""

    def __init__(self, namespace: dict):
        self.namespace = namespace

    def run_line_magic(self, name: str, line: str, *_: Any) -> None:
        if name == "time":
            exec(line, self.namespace)

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        if name in ("time", "capture", "prun"):
            exec(body, self.namespace)

    def __getattr__(self, name: str) -> Any:  # system, getoutput, register_..., whatever else is asked
        return lambda *args, **kwargs: None


def fresh_namespace() -> dict:
    """The globals of a module `__main__` that already knows the two usual imports and `display`."""
    import numpy as np

    import minigrad as mg

    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    namespace = module.__dict__
    shell = Shell(namespace)
    namespace.update(np=np, mg=mg, get_ipython=lambda: shell, display=Silent("display"))
    return namespace


def run_cell(source: str, name: str, namespace: dict) -> None:
    """Execute one cell; whatever it raises is the caller's to catch. `name` appears as its file name."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        code = compile(source, name, "exec")
    except SyntaxError:
        code = compile(_without_magics(source), name, "exec")
    exec(code, namespace)


def load_magics() -> None:
    """Load IPython's transformer of magics, which takes a moment, before the first cell that needs it."""
    global _transform
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        return
    _transform = TransformerManager().transform_cell


def _as_it_is(source: str) -> str:
    return source


_transform: Callable[[str], str] = _as_it_is


def _without_magics(source: str) -> str:
    """The cell as Python: `%time x` and `!ls` become calls on `get_ipython()`."""
    if _transform is _as_it_is:
        load_magics()
    return _transform(source)


def student_line(error: BaseException, namespace: dict) -> tuple[str, int, str]:
    """Where the student's own code was when it failed: file (or cell), line number, and the text of the line.

    Frames of libraries that the student called are passed over. ("", 0, "") when no frame is the student's.
    """
    if isinstance(error, SyntaxError) and error.filename in linecache.cache:
        return error.filename, error.lineno or 0, (error.text or "").strip()
    found = ("", 0, "")
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            name = trace.tb_frame.f_code.co_filename
            found = (name, trace.tb_lineno, linecache.getline(name, trace.tb_lineno).strip())
        trace = trace.tb_next
    return found
