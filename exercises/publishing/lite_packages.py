"""The Python packages of a JupyterLite: which the course needs, and where a browser finds each.

With this module, one can
- put them beside Pyodide:      gather(Path("pyodide"), Path("lite/static/pyodide"), elsewhere="https://…")
- pack this toolkit:            own_wheel(folder), without solutions and hidden tests

Pyodide reads `pyodide-lock.json`: name, version, file, hash and dependencies of every package. When a cell says
`import minigrad`, it loads what is locked under that name, and everything that depends on.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pkginfo import Wheel
from wheel.wheelfile import WheelFile

from exercises import catalogue
from exercises.markers import strip_solutions
from minigrad.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
OURS = ("minigrad", "visuals", "exercises")
KERNEL = ("micropip", "ipython", "jedi", "comm")  # the kernel itself imports these, before any cell runs
LECTURES = ("sympy",)  # a lecture imports it, and a browser loads it then
IN_THE_PAGE = {"jupyterlab-widgets", "widgetsnbextension"}  # the JavaScript of widgets: there, an extension
PURE = "-none-any.whl"


def gather(pyodide: Path, out: Path, elsewhere: str) -> list[str]:
    """Put Pyodide, this toolkit and what both need into `out`, with a lock that says where each package is.

    Args:
        pyodide: a folder with Pyodide and any of its packages.
        out: the folder to write.
        elsewhere: the address of the packages that are neither in `pyodide` nor pure Python.

    Returns:
        The names of the packages that will be loaded from `elsewhere`.

    Raises:
        UsageError: the package index cannot be reached, or does not have a package.
    """
    out.mkdir(parents=True)
    for path in pyodide.iterdir():
        if path.is_file() and path.suffix not in (".whl", ".tar", ".map"):
            shutil.copy(path, out)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    packages, python = lock["packages"], ".".join(lock["info"]["python"].split(".")[:2])
    wheel = own_wheel(out)
    packages["minigrad-toolkit"] = _entry(wheel, python)
    asked = [Requirement(name) for name in KERNEL + LECTURES] + list(_requirements(wheel, python))
    seen: set[str] = set(IN_THE_PAGE)
    while asked:
        names = {str(canonicalize_name(need.name)): need for need in asked}
        fresh = {name: need for name, need in names.items() if name not in seen}
        seen |= set(fresh)
        to_fetch = []
        for name, need in fresh.items():
            file_name = packages[name]["file_name"] if name in packages else PURE
            if (pyodide / file_name).is_file():
                shutil.copy(pyodide / file_name, out)
            elif file_name.endswith(PURE):
                version = f"=={packages[name]['version']}" if name in packages else need.specifier
                to_fetch.append(f"{name}{version}")
        for name, path in _fetch(to_fetch, out, python).items():
            packages[name] = packages.get(name, {}) | _entry(path, python)
        asked = [Requirement(name) for name in fresh for name in packages[name]["depends"]]
    for package in packages.values():
        package["depends"] = [
            need for need in package["depends"] if canonicalize_name(need) not in IN_THE_PAGE
        ]
    missing = [name for name, package in packages.items() if not (out / package["file_name"]).is_file()]
    for name in missing:
        packages[name]["file_name"] = f"{elsewhere}/{packages[name]['file_name']}"
    (out / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return sorted(seen & set(missing))


def _entry(wheel: Path, python: str) -> dict[str, Any]:
    """What the lock says of a wheel."""
    known = Wheel(str(wheel))
    with ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    return {
        "name": canonicalize_name(str(known.name)),
        "version": known.version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(
            top.removesuffix(".py") for top in tops if not top.endswith((".dist-info", ".data"))
        ),
        "depends": [canonicalize_name(need.name) for need in _requirements(wheel, python)],
        "unvendored_tests": False,
    }


def _requirements(wheel: Path, python: str) -> Iterator[Requirement]:
    """What a wheel needs in a browser."""
    there = {
        "sys_platform": "emscripten",
        "platform_system": "Emscripten",
        "python_version": python,
        "extra": "",
    }
    for text in Wheel(str(wheel)).requires_dist:
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate(there):
            yield need


def _fetch(needs: list[str], folder: Path, python: str) -> dict[str, Path]:
    """Wheels of pure Python from the package index, by the names of their packages."""
    if not needs:
        return {}
    with TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch]
        command += ["--only-binary=:all:", "--platform=any", f"--python-version={python}", *needs]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise UsageError(f"pip could not fetch what runs in browsers: {done.stderr.strip()[-300:]}")
        paths = [Path(shutil.move(path, folder)) for path in sorted(Path(scratch).glob("*.whl"))]
    return {canonicalize_name(str(Wheel(str(path)).name)): path for path in paths}


def own_wheel(folder: Path) -> Path:
    """This toolkit as a wheel for students: exercises as they are handed out, hidden tests left out."""
    known = distribution("minigrad-toolkit")
    path = folder / f"minigrad_toolkit-{known.version}-py3{PURE}"
    write_wheel(path, _files(), known.read_text("METADATA") or "")
    return path


def write_wheel(path: Path, files: Iterable[tuple[str, bytes]], metadata: str) -> None:
    """Write a wheel; package, version and tag are those in the name of its file.

    Args:
        path: of the file.
        files: places in the wheel, and what is in them.
        metadata: the text of METADATA.
    """
    name, version, *tag = path.stem.split("-")
    pure = "true" if path.name.endswith(PURE) else "false"
    about = f"Wheel-Version: 1.0\nGenerator: minigrad\nRoot-Is-Purelib: {pure}\nTag: {'-'.join(tag)}\n"
    with WheelFile(path, "w") as wheel:
        for place, content in files:
            wheel.writestr(place, content)
        info = f"{name}-{version}.dist-info"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", about)


def _files() -> Iterator[tuple[str, bytes]]:
    """The files of the toolkit that students may have, by their places in a wheel."""
    ours = (path for room in OURS for path in sorted((ROOT / room).rglob("*")))
    for path in ours:
        place = path.relative_to(ROOT)
        if not path.is_file() or "__pycache__" in place.parts or path.suffix == ".ipynb":
            continue
        content = path.read_bytes()
        if catalogue.COURSE in path.parents:
            if path.parent.name in ("mutants", "alternatives"):
                continue
            if path.name == "exercise.py":
                content = strip_solutions(path.read_text(encoding="utf-8"), str(place)).encode()
            elif path.name == "tests.py":
                content = b"# Hidden tests stay with the course's staff.\n"
        yield place.as_posix(), content
