"""The site: every page is there, every link leads somewhere, nothing comes from the network."""

import re
from urllib.parse import unquote

import nbformat
import pytest
from nbformat import v4

from exercises.publishing import site
from minigrad.errors import UsageError

pytestmark = pytest.mark.slow
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
STEP = "import minigrad as mg\nfrom visuals import BackpropStepper\nx = mg.Parameter(2.0)\nBackpropStepper(x * x)"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A course of two lectures and an exercise, and its site."""
    course, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("out") / "site"
    for folder, name, cells in (
        ("notebooks", "00_one", ["# One <&>\n\n- draw $x$;\n- step.\n\nSee [two](01_two.ipynb#end)."]),
        ("notebooks", "01_two", ["# Two\n\n[do it](../exercises/notebooks/01_do.ipynb)", STEP]),
        (
            "exercises/notebooks",
            "01_do",
            ["# Do\n\n[look](../../notebooks/00_one.ipynb)", "1 / 0", "print('on')"],
        ),
    ):
        (course / folder).mkdir(parents=True, exist_ok=True)
        made = [v4.new_markdown_cell(cells[0]), *map(v4.new_code_cell, cells[1:])]
        nbformat.write(v4.new_notebook(cells=made), course / folder / f"{name}.ipynb")
    site.main(out, course, jobs=1, progress=False)
    return out


def test_every_link_resolves(built):
    pages = [page for page in built.rglob("*.html") if "api" not in page.relative_to(built).parts]
    assert len(pages) == 6  # index, three notebooks, two decks
    for page in pages:
        for address in re.findall(
            r'(?:href|src)="([^"#]+)', SCRIPT.sub("", page.read_text(encoding="utf-8"))
        ):
            if not address.startswith(("data:", "http")):
                assert (page.parent / unquote(address)).exists(), f"{page.name} links to {address}"


def test_nothing_is_loaded_from_the_network(built):
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(script|img|iframe|link)\b[^>]*\b(src|href)=\"https?:", text), page


def test_titles_are_text_and_goals_are_shown(built):
    index = (built / "index.html").read_text(encoding="utf-8")
    assert "One &lt;&amp;&gt;" in index
    assert "draw x" in index


def test_steppers_are_frames_and_failed_cells_are_silent(built):
    assert (built / "notebooks" / "01_two.html").read_text(encoding="utf-8").count("<iframe") == 1
    exercise = (built / "exercises" / "notebooks" / "01_do.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" not in exercise
    assert "on\n" in exercise


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("# One\n\n*After it you can*\n\n- draw **x**;\n- step.", "draw x"),
        (
            "# One\n\n- draw $x$, and what\n  is made of it;\n- step.\n\nMore.",
            "draw x, and what is made of it",
        ),
        ("# One\n\n- draw.\n\nMore.", "draw"),
        ("# One\n\nA gate\nis *small*. It adds.", "A gate is small"),
        ("# One", ""),
    ],
)
def test_the_first_goal_is_shown_whole(text, summary):
    assert site.summary_of(v4.new_notebook(cells=[v4.new_markdown_cell(text)])) == summary


def test_the_documentation_of_the_modules_is_there(built):
    assert "gradcheck" in (built / "api" / "minigrad.html").read_text(encoding="utf-8")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        site.main(tmp_path, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_course_without_notebooks_says_so(tmp_path):
    with pytest.raises(UsageError, match="no notebooks in"):
        site.main(tmp_path / "out", tmp_path)


@pytest.mark.parametrize(
    ("asked_for", "said"), [(["numpy"], "They load numpy from Pyodide's server"), ([], "")]
)
def test_every_page_leads_to_its_notebook_in_jupyterlite(tmp_path, capsys, monkeypatch, asked_for, said):
    monkeypatch.setattr(site, "api", lambda out: None)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(
        v4.new_notebook(cells=[v4.new_markdown_cell("# One")]), tmp_path / "notebooks" / "00_one.ipynb"
    )

    def lite(folder):
        (folder / "lab").mkdir(parents=True)
        (folder / "lab" / "index.html").write_text("JupyterLite")
        return asked_for

    site.main(tmp_path / "site", tmp_path, jobs=1, progress=False, lite=lite)
    for page, address in (
        ("index.html", 'href="lite/lab/index.html?path=notebooks/00_one.ipynb"'),
        ("notebooks/00_one.html", 'href="../lite/lab/index.html?path=notebooks/00_one.ipynb"'),
    ):
        assert address in (tmp_path / "site" / page).read_text(encoding="utf-8")
    told = capsys.readouterr().out
    assert "1 notebooks, 3 pages" in told
    assert "python -m http.server" in told
    assert ("Pyodide's server" in told) == bool(said)
    assert said in told


def test_a_site_without_jupyterlite_does_not_speak_of_it(built):
    assert not list(built.rglob("lite"))
    assert "run it here" not in (built / "notebooks" / "00_one.html").read_text(encoding="utf-8")
