"""Execute notebooks from a clean kernel: to test them, and to commit them executed.

uv run --group test python -m tests.notebook_runner            # refresh notebooks/*.ipynb in place
uv run --group test python -m tests.notebook_runner FILE…      # only these
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from visuals.plots.movies import lighter

ROOT = Path(__file__).parents[1]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(path: Path) -> nbformat.NotebookNode:
    """Run all cells; raises CellExecutionError for the first that fails. Returns what would be committed."""
    notebook = nbformat.read(path, as_version=4)
    # Widget state holds the stepper's whole program once per widget; the saved picture says as much to a reader.
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", store_widget_state=False, coalesce_streams=True
    )
    client.execute(cwd=str(ROOT))
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for k, cell in enumerate(notebook.cells):
        cell.metadata = {key: value for key, value in cell.metadata.items() if key != "execution"}
        cell.id = f"cell-{k:02}"
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):  # of few colours: a third of the bytes, and as sharp
                picture = lighter(base64.b64decode(output.data["image/png"]))
                output.data["image/png"] = base64.b64encode(picture).decode("ascii")
    return notebook


def told(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """The words of every code cell's output: what must not differ from what is committed."""
    words = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
            words.append(["".join(text) for text in texts])
    return words


def main(paths: list[str]) -> None:
    for path in map(Path, paths or sorted(map(str, (ROOT / "notebooks").glob("*.ipynb")))):
        notebook = execute(path)
        nbformat.write(notebook, path)
        print(f"executed {path.name}: {len(notebook.cells)} cells")


if __name__ == "__main__":
    main(sys.argv[1:])
