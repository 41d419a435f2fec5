"""The exported page, seen from Python: one whole file that asks nobody for anything."""

import base64
import gzip
import itertools
import json
import os
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper import export, recording


@pytest.fixture
def f():
    """f = (x + y) z at (-2, 5, -4)."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    return (x + y) * z


@pytest.fixture
def network():
    """Arrays with a broadcast bias, and constant data."""
    rng = np.random.default_rng(0)
    inputs, weights = (
        mg.tensor(rng.normal(size=(1, 20)), name="X"),
        mg.Parameter(rng.normal(size=(20, 3)), name="W"),
    )
    return mg.cross_entropy(inputs @ weights + mg.Parameter(np.zeros(3), name="b"), np.array([1]))


def unpacked(page: str) -> dict:
    """All traits of a page, and its program."""
    traits = json.loads(
        re.search(r'<script type="application/json" id="traits">(.*?)</script>', page, re.DOTALL)[1]
    )
    return traits | json.loads(gzip.decompress(base64.b64decode(traits["packed"])))


def test_the_page_holds_the_run_and_is_the_same_each_time(f):
    page = export.page(mg.trace(f))
    assert page == export.page(mg.trace(f))
    assert unpacked(page)["trace"] == mg.trace(f).to_dict()
    assert unpacked(page)["svg"] == BackpropStepper(f, names=None).svg
    assert unpacked(page)["program"] == export.module()


def test_the_page_asks_nobody_for_anything(network):
    """No address but the names of XML, no attribute that loads, and a policy that forbids both."""
    page = export.page(mg.trace(network))
    page += unpacked(page)["program"]
    assert set(re.findall(r"https?://[^\s\"'<)]+", page)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1998/Math/MathML",
    }
    assert page.count("await import(code)") == 1, "its own program"
    page = page.replace("await import(code)", "")
    assert not re.search(
        r"<link|<iframe|<script[^>]* src=|@import|\bimport\s*\(|^import ", page, re.MULTILINE
    )
    assert "default-src 'none'; script-src 'sha256-" in page
    assert "blob: 'unsafe-eval'; style-src 'unsafe-inline'" in page


def test_the_page_is_a_page(f):
    class Outline(HTMLParser):
        tags: list[str] = []

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)

    page = export.page(mg.trace(f), title="f & g")
    Outline().feed(page)
    assert page.startswith('<!doctype html>\n<html lang="en"')
    assert {"main", "h1", "noscript", "title"} <= set(Outline.tags)
    assert "<h1>f &amp; g</h1>" in page


def test_the_program_imports_nothing_and_ends_nothing():
    assert "import" not in re.sub(r"//.*|/\*.*?\*/", "", export.module(), flags=re.DOTALL).split()
    assert "</script" not in (recording.HERE / "page.js").read_text(encoding="utf-8")


def test_browsers_without_script_get_a_picture_or_where_it_is_too_large_words(f):
    x = mg.tensor(0.5, requires_grad=True, name="x")
    chain = x
    for _ in range(300):
        chain = np.tanh(chain) * x
    small, large = (
        re.search("<noscript>(.*?)</noscript>", export.page(mg.trace(t)), re.DOTALL)[1] for t in (f, chain)
    )
    assert small.startswith("<svg")
    assert "1 × −4 = −4" in small
    assert large.startswith("<pre>Computation graph of multiply: 601 nodes")


def test_a_hundred_nodes_stay_under_150_kilobytes(tmp_path):
    weights = [mg.Parameter(np.cos(i), name=f"w{i}") for i in range(26)]
    y = weights[0]
    for before, weight in itertools.pairwise(weights):
        y = np.tanh(y * weight + before)
    assert len(mg.trace(y).nodes) == 101
    notes = {step: f"What will happen at step {step + 1}?" for step in range(100)}
    assert to_html(y, tmp_path / "y.html", notes=notes).stat().st_size < 150_000


def test_paths_may_be_of_any_kind(f, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert to_html(f, "~/a.html") == tmp_path / "a.html"
    assert to_html(f, str(tmp_path / "b.html")) == tmp_path / "b.html"
    assert to_html(f, tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_a_page_that_cannot_be_written_leaves_nothing_behind(f, tmp_path):
    with pytest.raises(OSError, match=r"Cannot write .*no/x\.html: the folder .* does not exist"):
        to_html(f, tmp_path / "no" / "x.html")
    with pytest.raises(OSError, match="is a folder"):
        to_html(f, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_older_page_survives_a_failure(f, tmp_path, monkeypatch):
    page = tmp_path / "x.html"
    page.write_text("older")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match=r"Cannot write .*x\.html: Permission denied"):
        to_html(f, page)
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]
    assert page.read_text() == "older"


def test_a_theme_that_does_not_exist_is_refused_before_anything_is_written(f, tmp_path):
    with pytest.raises(ValueError, match="theme"):
        to_html(f, tmp_path / "x.html", theme="pink")
    assert list(tmp_path.iterdir()) == []
