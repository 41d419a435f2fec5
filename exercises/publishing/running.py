"""Notebooks, run for publication: their steppers become pages that step without a kernel.

With this module, one can
- run one:      run(Path("notebooks/00_welcome.ipynb")) -> the executed notebook
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from minigrad.errors import UsageError

TIMEOUT = 300  # seconds for a cell: a notebook takes less than a minute in all
# Runs before the notebook's own cells, and is taken out again: from now on a stepper shows itself as a page.
FRAMES = "import exercises.publishing.frames as _frames\n_frames.instead_of_widgets()\ndel _frames"


def read(path: Path) -> NotebookNode:
    """The notebook in a file.

    Raises:
        UsageError: there is no such file, or it is no notebook.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise UsageError(f"{path} is not a notebook: {str(error).splitlines()[0]}") from None


def run(path: Path, tick: Callable[[], Any] = lambda: None, allow_errors: bool = False) -> NotebookNode:
    """The notebook with the outputs of a fresh run.

    Args:
        path: of the notebook.
        tick: called after each cell, for a progress bar.
        allow_errors: for exercises, whose stubs fail: go on, and leave out what failed.

    Raises:
        UsageError: no notebook, or a cell that fails: the message says which, and why.
    """
    notebook = read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FRAMES))
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        store_widget_state=False,
        allow_errors=allow_errors,
        on_cell_complete=lambda **_: tick(),
    )
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    try:
        running = client.async_execute(cwd=str(path.parent), env=environment, stderr=subprocess.DEVNULL)
        with ThreadPoolExecutor(
            1
        ) as thread:  # of its own: here, a loop may be running (in Jupyter, for example)
            thread.submit(asyncio.run, running).result()
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".splitlines()[0]
        raise UsageError(f"{path.name} does not run: {reason}") from None
    if any(output.output_type == "error" for output in notebook.cells[0].outputs):
        raise RuntimeError(f"steppers could not be made into pages: {notebook.cells[0].outputs}")
    del notebook.cells[0]
    for cell in notebook.cells:
        cell["outputs"] = [output for output in cell.get("outputs", []) if output.output_type != "error"]
    return notebook
