"""`minigrad pages`: all lectures, the exercises without their solutions, and the API, for a plain file server.

With this module, one can
- build the site:                  main(Path("site"), jobs=2)
- let students run it, too:        main(Path("site"), lite=lambda folder: lite.build(folder, course))

The folder can be copied to any web server, or opened from a disk: there is no kernel, and nothing comes from the
network. Lectures keep their places (`notebooks/…`, `exercises/notebooks/…`), so that their links stay right. A
JupyterLite, where wanted, is a folder of its own in it, which must be served.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from tqdm import tqdm

import minigrad as mg
from exercises.publishing import cells, running, slides
from visuals.files import write_whole

LINK = re.compile(r'(href="(?!https?:)[^"#]*?)\.ipynb(["#])')
LITE = "lite"  # the folder of JupyterLite
FOLDERS = {"notebooks": "Lectures", "exercises/notebooks": "Exercises"}


class Page(NamedTuple):
    """One notebook on its way to the site."""

    source: Path
    folder: str
    title: str
    summary: str

    @property
    def address(self) -> str:
        return f"{self.folder}/{self.source.stem}.html"

    @property
    def in_lite(self) -> str:
        """Its address in JupyterLite."""
        return f"{LITE}/lab/index.html?path={self.folder}/{self.source.name}"


def main(
    out: Path,
    course: Path,
    jobs: int | None = None,
    progress: bool = True,
    lite: Callable[[Path], list[str]] | None = None,
) -> int:
    """Build the site in `out`; prints where. An older one there is replaced when the new one is complete.

    Args:
        out: the folder to write.
        course: where `notebooks` and `exercises/notebooks` are.
        jobs: notebooks to run at a time; one per core by default.
        progress: show a bar.
        lite: writes a JupyterLite, in which students run the notebooks, into the folder it is given, and returns
            what browsers will ask another server for, as `exercises.publishing.lite.build` does.

    Raises:
        UsageError: a notebook that does not run, or a folder with something else in it.
    """
    if out.exists() and any(out.iterdir()) and not (out / "index.html").exists():
        raise mg.UsageError(f"{out} holds something else: give an empty folder, or one with an older site")
    pages = pages_of(course)
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    try:
        with tqdm(total=len(pages) + 1 + bool(lite), desc="pages", disable=not progress, leave=False) as bar:
            # First: what it needs from elsewhere may be missing, and is not missed after minutes of work.
            if lite:
                asked_for = lite(building / LITE)
                bar.update()
            with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
                for _ in pool.map(lambda page: _publish(page, pages, building, bool(lite)), pages):
                    bar.update()
            api(building / "api")
            bar.update()
        write_whole(building / "index.html", index(pages, bool(lite)))
        shutil.rmtree(out, ignore_errors=True)
        building.rename(out)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    print(f"Wrote {out / 'index.html'}: {len(pages)} notebooks, {len(written(out))} pages.")
    if lite:
        print(
            f"Notebooks run in the browser where the site is served: python -m http.server --directory {out}"
        )
    if lite and asked_for:
        names = ", ".join(asked_for)
        print(f"They load {names} from Pyodide's server, if --pyodide does not name its whole distribution.")
    return 0


def written(out: Path) -> list[Path]:
    """The pages of a site; JupyterLite's own are not counted."""
    return [page for page in out.rglob("*.html") if LITE not in page.relative_to(out).parts]


def pages_of(course: Path) -> list[Page]:
    """The notebooks of the course, in order."""
    found = []
    for folder in FOLDERS:
        for path in sorted((course / folder).glob("*.ipynb")):
            notebook = running.read(path)
            found.append(Page(path, folder, slides.title_of(notebook, path.stem), summary_of(notebook)))
    if not found:
        raise mg.UsageError(f"there are no notebooks in {course / 'notebooks'}")
    return found


def summary_of(notebook: NotebookNode) -> str:
    """What one can do afterwards: the first goal of the first cell, else its first sentence; without marks."""
    text = notebook.cells[0].source if notebook.cells else ""
    found = re.search(r"^- (.+?)(?=\n- |\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    found = found or re.search(r"^(?!#)(\S.+?)(?=[.:]\s|\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return re.sub(r"[*_`$\\]", "", " ".join(found[1].split())).rstrip(";.") if found else ""


def _publish(page: Page, pages: list[Page], out: Path, lite: bool) -> None:
    """The page of one notebook, its deck if it is a lecture, and the notebook itself to be downloaded."""
    lecture = page.folder == "notebooks"
    ran = running.run(page.source, allow_errors=not lecture)
    (out / page.folder).mkdir(parents=True, exist_ok=True)
    write_whole(out / page.address, document(page, ran, pages, lite))
    shutil.copy(page.source, out / page.folder / page.source.name)
    if lecture:
        write_whole(out / page.folder / f"{page.source.stem}.slides.html", slides.deck(ran, page.title))


def document(page: Page, ran: NotebookNode, pages: list[Page], lite: bool = False) -> str:
    """The HTML of a notebook that was run, with links to its neighbours."""
    up = "../" * page.address.count("/")
    neighbours = [other for other in pages if other.folder == page.folder]
    here = neighbours.index(page)
    links = [f'<a href="{up}index.html">all pages</a>']
    if here > 0:
        links.insert(0, _link(neighbours[here - 1], "← "))
    if page.folder == "notebooks":
        links.append(f'<a href="{page.source.stem}.slides.html">as slides</a>')
    links.append(f'<a href="{page.source.name}" download>notebook</a>')
    if lite:
        links.append(f'<a href="{up}{page.in_lite}">run it here</a>')
    if here + 1 < len(neighbours):
        links.append(_link(neighbours[here + 1], "", " →"))
    body = LINK.sub(r"\1.html\2", cells.html_of(ran.cells))
    return _page(page.title, f'<nav aria-label="Pages">{" · ".join(links)}</nav>\n<main>{body}</main>')


def _link(page: Page, before: str, after: str = "") -> str:
    return f'<a href="{page.source.stem}.html">{before}{escape(page.title)}{after}</a>'


def index(pages: list[Page], lite: bool = False) -> str:
    """The first page: every lecture and exercise with what one learns, and the API."""
    parts = [f"<h1>minigrad</h1>\n<p>{escape(mg.__doc__.strip().splitlines()[0])}</p>" if mg.__doc__ else ""]
    if lite:
        parts.append(
            f'<p><a href="{pages[0].in_lite}">Run everything in your browser</a>: nothing needs to be installed. '
            "What you write stays in this browser.</p>"
        )
    for folder, name in FOLDERS.items():
        rows = [
            f'<li><a href="{page.address}">{_number(page)} · {escape(page.title)}</a><br>'
            f"<small>{escape(page.summary)}</small></li>"
            for page in pages
            if page.folder == folder
        ]
        if rows:
            parts.append(f'<h2>{name}</h2>\n<ul class="index">{"".join(rows)}</ul>')
    parts.append(
        '<h2>Reference</h2>\n<ul class="index"><li><a href="api/index.html">API documentation</a></li></ul>'
    )
    return _page("minigrad", f"<main>{''.join(parts)}</main>")


def _number(page: Page) -> str:
    return page.source.stem.partition("_")[0]


def _page(title: str, body: str) -> str:
    style = files("exercises.publishing").joinpath("site.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f"<style>\n{cells.code_style()}\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def api(out: Path) -> None:
    """The documentation of the public modules, from their docstrings, by pdoc."""
    # In a process of its own: it imports everything, and speaks of annotations that it cannot read.
    command = [
        sys.executable,
        "-m",
        "pdoc",
        "--docformat",
        "google",
        "--no-show-source",
        "--output-directory",
        str(out),
    ]
    done = subprocess.run([*command, "minigrad", "visuals"], capture_output=True, text=True)
    if done.returncode:
        raise mg.UsageError(
            f"pdoc could not write the API documentation: {done.stderr.strip().splitlines()[-1:]}"
        )
