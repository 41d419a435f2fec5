"""Read a submission: the code cells of a notebook or script, and nothing else of it is believed.

With this module, one can
- read one:                   read("02_gates.ipynb") -> Submission, parse(path, data)
- see what it claims to be:   submission.exercise
- find a definition:          submission.defining("AddGate") -> cell indices

Reading never runs or parses the student's Python: that happens in the worker.
"""

from __future__ import annotations

import dataclasses
import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minigrad.errors import UsageError

MAX_FILE = 50 * 2**20  # bytes; outputs with pictures make notebooks large
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # bytes that no text in a one-byte encoding holds
CELL_MARK = re.compile(r"^# ?%%(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Submission:
    """A student's code, cell by cell.

    Attributes:
        path: where it was read from.
        cells: the sources of its code cells, in order.
        exercise: the exercise that its metadata names, or "".
        notes: what the student should know about the file itself.
    """

    path: Path
    cells: tuple[str, ...]
    exercise: str = ""
    notes: tuple[str, ...] = ()

    def defining(self, name: str) -> list[int]:
        """The cells that define `name`, last one first: the last definition is the one that counts."""
        pattern = re.compile(rf"^(?:class|def)\s+{re.escape(name)}\b", re.MULTILINE)
        return [i for i, cell in reversed(list(enumerate(self.cells))) if pattern.search(cell)]


def read(path: Path) -> Submission:
    """The submission in a notebook (nbformat 3 to 5) or a Python script (percent cells, or one cell).

    Raises:
        UsageError: there is no such file, or it is not one of the two; the message says what it is instead.
    """
    if not path.exists():
        raise UsageError(f"{path}: there is no such file")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the notebook in it, e.g. {path / 'submission.ipynb'}")
    _check_kind(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever, a device never end
            raise UsageError(f"{path} is no ordinary file")
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return parse(path, data)


def parse(path: Path, data: bytes) -> Submission:
    """The submission in the bytes of a file; `path` tells what kind it is, and appears in messages.

    Raises:
        UsageError: the bytes are no notebook and no script; the message says what is wrong with them.

    Example:
        >>> parse(Path("ann.py"), b"# %%\\nx = 1\\n# %%\\ny = 2").cells
        ('x = 1', 'y = 2')
    """
    _check_kind(path)
    if len(data) > MAX_FILE:
        raise UsageError(f"{path} is larger than {MAX_FILE // 2**20} MiB; clear its outputs first")
    text, notes = _text(path, data)
    if not text.strip():
        raise UsageError(f"{path} is empty")
    found = _notebook(path, text) if path.suffix.lower() == ".ipynb" else _script(path, text)
    return dataclasses.replace(found, notes=notes)


def _check_kind(path: Path) -> None:
    if path.suffix.lower() not in (".ipynb", ".py"):
        raise UsageError(f"{path} is neither a notebook (.ipynb) nor a Python script (.py)")


def _text(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The characters of a file; one old editor's encoding is forgiven, since it costs a few accents at most."""
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        looks_like_json = data.lstrip()[:1] == b"{"
        if CONTROL.search(data) or (path.suffix.lower() == ".ipynb" and not looks_like_json):
            raise UsageError(f"{path} is not UTF-8 text, so it is no notebook or script") from None
        line = data.count(b"\n", 0, error.start) + 1
        return data.decode("latin-1"), (f"The file is not UTF-8 text (line {line}): it was read as Latin-1.",)


def _notebook(path: Path, text: str) -> Submission:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not a notebook: its JSON is broken (was it saved completely?)") from None
    if isinstance(content, dict) and isinstance(sheets := content.get("worksheets"), list):  # nbformat 3
        pages = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and "cells" in sheet]
        content["cells"] = [cell for page in pages if isinstance(page, list) for cell in page]
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise UsageError(f"{path} is not a notebook: it has no list of cells")
    cells = []
    for cell in content["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cells.append(_source(cell.get("source", cell.get("input", ""))))
    metadata = content.get("metadata")
    named = metadata.get("minigrad") if isinstance(metadata, dict) else None
    exercise = named.get("exercise", "") if isinstance(named, dict) else ""
    return Submission(path, tuple(cells), exercise if isinstance(exercise, str) else "")


def _source(source: Any) -> str:
    """nbformat allows one text or a list of lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _script(path: Path, text: str) -> Submission:
    parts = CELL_MARK.split(text)  # text before the first mark, then (mark, cell) pairs
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    cells = [parts[0], *(cell for mark, cell in pairs if "[markdown]" not in mark and "[raw]" not in mark)]
    return Submission(path, tuple(cell.strip("\n") for cell in cells if cell.strip()))
