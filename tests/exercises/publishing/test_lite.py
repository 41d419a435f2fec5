"""JupyterLite: what a browser asks for is there or at Pyodide's own server, and nothing gives solutions away.

MINIGRAD_PYODIDE   a folder with Pyodide and its NumPy, such as `.ci/pyodide.py` makes (else npm's, without NumPy)
"""

import json
import os
import re
import tarfile
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from nbformat import v4

from exercises import catalogue
from minigrad.__main__ import main
from minigrad.errors import UsageError

lite = pytest.importorskip("exercises.publishing.lite", reason="the extra 'lite' is not installed")
packages = pytest.importorskip("exercises.publishing.lite_packages")
GIVEN = Path(os.environ["MINIGRAD_PYODIDE"]) if os.environ.get("MINIGRAD_PYODIDE") else None


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A JupyterLite with one notebook, and what it says it will ask another server for."""
    course, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("out") / "lite"
    for folder in lite.FOLDERS:
        (course / folder).mkdir(parents=True)
    nbformat.write(
        v4.new_notebook(cells=[v4.new_markdown_cell("# One")]), course / "notebooks" / "00_one.ipynb"
    )
    return out, lite.build(out, course, GIVEN)


@pytest.mark.slow
def test_every_package_is_there_or_at_pyodides_server(built):
    out, elsewhere = built
    folder = out / "static" / "pyodide"
    locked = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    needed, todo = set(), ["minigrad-toolkit", *packages.KERNEL]
    while todo:
        name = todo.pop()
        needed.add(name)
        todo += [other for other in locked[name]["depends"] if other not in needed]
    assert {"numpy", "anywidget", "ipywidgets", "matplotlib", "ipython"} <= needed
    assert "sympy" not in needed  # one lecture imports it: browsers load it then
    assert (folder / locked["sympy"]["file_name"]).is_file()
    assert not needed & {"pygraphviz", "jupyterlab", "jupytext", "widgetsnbextension", "jupyterlab-widgets"}
    for name in needed:
        file = folder / locked[name]["file_name"]
        if name in elsewhere:
            assert locked[name]["file_name"].startswith(lite.PYODIDE_CDN_URL)
            assert not file.name.endswith(packages.PURE)
        else:
            assert sha256(file.read_bytes()).hexdigest() == locked[name]["sha256"]
    assert set(elsewhere) <= needed
    assert ("numpy" in elsewhere) == (GIVEN is None)


@pytest.mark.slow
def test_the_page_has_the_notebook_the_widgets_and_both_themes(built):
    out, _ = built
    assert (out / "files" / "notebooks" / "00_one.ipynb").is_file()
    listed = json.loads((out / "api" / "contents" / "notebooks" / "all.json").read_text())
    assert [file["name"] for file in listed["content"]] == ["00_one.ipynb"]
    data = json.loads((out / "jupyter-lite.json").read_text())["jupyter-config-data"]
    assert {extension["name"] for extension in data["federated_extensions"]} == set(lite.EXTENSIONS)
    assert data["settingsOverrides"]["@jupyterlab/apputils-extension:themes"] == {"adaptive-theme": True}
    settings = data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert settings["pyodideUrl"] == "./static/pyodide/pyodide.mjs"


def test_students_get_the_toolkit_without_solutions_and_hidden_tests(tmp_path):
    wheel = packages.own_wheel(tmp_path)
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        sources = {name: archive.read(name).decode() for name in names if name.endswith("/exercise.py")}
        hidden = [archive.read(name) for name in names if re.match(r"exercises/course/\w+/tests\.py", name)]
        pictures = [name for name in names if name.startswith("visuals/stepper/stepper.")]
    assert {path.parent.name for path in map(Path, sources)} == {
        found.name for found in catalogue.exercises()
    }
    for name, text in sources.items():
        original = (packages.ROOT / name).read_text(encoding="utf-8")
        for solution in re.findall(r"# BEGIN SOLUTION\n(.*?)\s*# END SOLUTION", original, re.DOTALL):
            assert max(solution.splitlines(), key=len) not in text
    assert set(hidden) == {b"# Hidden tests stay with the course's staff.\n"}
    assert not [
        name for name in names if "mutants" in name or "alternatives" in name or "__pycache__" in name
    ]
    assert not [name for name in names if name.endswith(".ipynb")]
    assert {"visuals/stepper/stepper.js", "visuals/stepper/stepper.css"} <= set(pictures)


def test_what_is_no_pyodide_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"there is no .*nowhere: give a folder with Pyodide"):
        lite.core(tmp_path / "nowhere", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"empty has no pyodide\.mjs: give a folder with Pyodide"):
        lite.core(tmp_path / "empty", tmp_path)
    (tmp_path / "words.tar.bz2").write_text("no archive")
    with pytest.raises(UsageError, match=r"words\.tar\.bz2 is not an archive of Pyodide"):
        lite.core(tmp_path / "words.tar.bz2", tmp_path)


def test_another_python_is_refused_and_an_archive_is_unpacked(tmp_path):
    (tmp_path / "pyodide").mkdir()
    (tmp_path / "pyodide" / "pyodide.mjs").touch()
    lock = tmp_path / "pyodide" / "pyodide-lock.json"
    lock.write_text('{"info": {"python": "3.10.2"}, "packages": {}}')
    with pytest.raises(
        UsageError, match=rf"is Python 3\.10\.2, but this JupyterLite runs {lite.PYODIDE_PYTHON_VERSION}"
    ):
        lite.core(tmp_path / "pyodide", tmp_path)
    lock.write_text(f'{{"info": {{"python": "{lite.PYODIDE_PYTHON_VERSION}.0"}}, "packages": {{}}}}')
    with tarfile.open(tmp_path / "all.tar.bz2", "w:bz2") as archive:
        archive.add(tmp_path / "pyodide", "pyodide")
    (tmp_path / "scratch").mkdir()
    assert sorted(
        path.name for path in lite.core(tmp_path / "all.tar.bz2", tmp_path / "scratch").iterdir()
    ) == [
        "pyodide-lock.json",
        "pyodide.mjs",
    ]


def test_registries_that_do_not_answer_are_said(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(UsageError, match=r"could not be fetched from the npm registry: code ECONNREFUSED"):
        lite.core(None, tmp_path)
    monkeypatch.setattr(
        packages.subprocess, "run", lambda *_, **__: type("Done", (), {"returncode": 1, "stderr": "No"})
    )
    with pytest.raises(UsageError, match="pip could not fetch what runs in browsers: No"):
        packages._fetch(["anywidget"], tmp_path, "3.14")


def test_pyodide_without_lite_is_refused(capsys):
    assert main(["pages", "--pyodide", "somewhere"]) == 2
    assert "give --lite, too" in capsys.readouterr().err
