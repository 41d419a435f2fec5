"""draw(): a Tensor in, pictures out."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad as mg
import visuals
from visuals.drawing import Drawing


@pytest.fixture
def f() -> mg.Tensor:
    """f = (x + y) z at (-2, 5, -4), nothing but f named."""
    x, y, z = (mg.Parameter(v, name=n) for v, n in ((-2.0, "x"), (5.0, "y"), (-4.0, "z")))
    f = (x + y) * z
    return f


def test_gradients_appear_after_backward(f: mg.Tensor) -> None:
    assert "gradient not computed" in visuals.draw(f).svg
    assert ">grad —<" in visuals.draw(f).svg
    f.backward()
    assert "gradient not computed" not in visuals.draw(f).svg
    assert ">grad —<" not in visuals.draw(f).svg


def test_gradients_can_be_left_out(f: mg.Tensor) -> None:
    drawing = visuals.draw(f, grads=False)
    assert "mg-grad" not in "".join(re.findall(r'<text class="([^"]+)"', drawing.svg))
    assert "grad" not in repr(drawing)


def test_messages_can_be_written(f: mg.Tensor) -> None:
    assert ">1 × −4 = −4<" in visuals.draw(f, messages=True).svg
    assert ">1 × −4 = −4<" not in visuals.draw(f).svg


def test_variables_give_their_names() -> None:
    weight = mg.Parameter(2.0)
    result = weight * weight
    assert "result = multiply(weight, weight)" in repr(visuals.draw(result))
    assert "weight" not in repr(visuals.draw(result, names=None))
    assert "= multiply(w, w)" in repr(visuals.draw(result, names={"w": weight}))


def test_a_trace_is_drawn_as_well(f: mg.Tensor) -> None:
    run = mg.Trace.from_json(mg.trace(f).to_json())
    assert visuals.draw(run).svg == visuals.draw(f, names=None).svg


def test_a_tensor_without_a_graph_is_one_node() -> None:
    alone = mg.tensor([1.0, 2.0])
    drawing = visuals.draw(alone)
    assert len(drawing.layout.nodes) == 1
    assert "Computation graph of alone: 1 node, 0 edges" in drawing.svg


@pytest.mark.parametrize(
    ("wrong", "described"),
    [
        (3.0, r"a float: 3\.0"),
        (np.ones((2, 3)), r"a numpy\.ndarray of shape \(2, 3\)"),
        (None, "a NoneType: None"),
        ([1, 2], r"a list: \[1, 2\]"),
    ],
)
def test_what_is_no_tensor_is_refused(wrong: Any, described: str) -> None:
    with pytest.raises(
        TypeError, match=rf"draw shows the graph of a Tensor or a Trace, but got {described}.*mg\.tensor\("
    ):
        visuals.draw(wrong)


def chain(calls: int) -> mg.Tensor:
    x = mg.Parameter(1.0, name="x")
    for _ in range(calls):
        x = x + 1.0
    return x


def test_a_deep_chain_folds_its_middle() -> None:
    drawing = visuals.draw(chain(5000), names=None)
    assert [n["symbol"] for n in drawing.trace.nodes[1:]] == ["+ 1", "+ 1", "… 4,996 more + 1", "+ 1", "+ 1"]
    assert "4,996 more" in drawing.svg
    assert "Computation graph of add: 6 nodes, 5 edges" in drawing.svg


def test_the_tensor_view_folds_nothing_and_refuses_what_nobody_could_read() -> None:
    assert len(visuals.draw(chain(999), view="tensor", names=None).layout.nodes) == 1000
    with pytest.raises(ValueError, match=r"would show 1,001 nodes; more than 1,000 .* Leave view= away"):
        visuals.draw(chain(1000), view="tensor", names=None)


@pytest.mark.parametrize("calls", [3, 23])
def test_a_small_graph_is_drawn_whole(calls: int) -> None:
    assert len(visuals.draw(chain(calls), names=None).layout.nodes) == calls + 1


def test_an_unknown_view_is_refused(f: mg.Tensor) -> None:
    with pytest.raises(ValueError, match=r'view is "auto", "tensor".* or ".*", not .graph.'):
        visuals.draw(f, view="graph")
    with pytest.raises(ValueError, match=r'depth= goes with view="modules", not with view="tensor"'):
        visuals.draw(f, view="tensor", depth=2)


def test_a_graph_is_drawn_as_its_output(f: mg.Tensor) -> None:
    assert repr(visuals.draw(mg.Graph(f), names=None)) == repr(visuals.draw(f, names=None))


def test_a_module_without_an_input_has_nothing_to_show() -> None:
    net = mg.nn.Sequential(mg.nn.Linear(2, 1, np.random.default_rng(0)))
    for wrong in (net, type(net)):
        with pytest.raises(
            TypeError, match=r"draw\(Sequential\) has nothing to show: .* Write draw\(net\(x\)\)"
        ):
            visuals.draw(wrong)
    assert len(visuals.draw(net([1.0, 2.0]), names=None).trace.nodes) == 5


def test_several_tensors_are_refused_with_what_to_write(f: mg.Tensor) -> None:
    with pytest.raises(
        TypeError, match=r"graph of one Tensor, but got 2 of them. Show one, draw\(results\[0\]\)"
    ):
        visuals.draw([f, f])


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"grads": 1}, TypeError, "grads is True or False, not 1"),
        ({"messages": "yes"}, TypeError, "messages is True or False, not 'yes'"),
        ({"values": "some"}, ValueError, r'values is "auto" .*, "full" .* or "none" .*, not \'some\''),
        ({"heat": True}, ValueError, r'heat is "auto" .* or "grad" .*, not True'),
        ({"direction": "RL"}, ValueError, r'direction is "LR" .* or "TB" .*, not \'RL\''),
    ],
)
def test_an_option_that_there_is_not_is_refused(
    f: mg.Tensor, wrong: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        visuals.draw(f, **wrong)


def test_a_graph_that_nobody_could_read_is_refused_before_it_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = chain(100_001)
    monkeypatch.setattr(mg, "trace", None)
    with pytest.raises(ValueError, match=r"has 100001 nodes; more than 100000 .* Show a smaller part"):
        visuals.draw(x)


def test_a_small_picture_brings_a_png_along_and_a_large_one_does_not_make_anybody_wait() -> None:
    assert "image/png" in visuals.draw(chain(3))._repr_mimebundle_()
    assert sorted(visuals.draw(chain(200), view="tensor")._repr_mimebundle_()) == ["text/html", "text/plain"]


def test_a_picture_without_messages_asks_for_no_frames() -> None:
    drawing = visuals.draw(mg.trace(chain(3)))
    assert drawing.svg
    assert "frames" not in vars(drawing.trace)


def test_an_unknown_theme_is_refused(f: mg.Tensor) -> None:
    with pytest.raises(ValueError, match=r"theme is .* not 'blue'"):
        visuals.draw(f, theme="blue")


BEGINNINGS = {
    "svg": b"<svg",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
    "html": b"<!doctype html>",
    "dot": b"digraph",
    "json": b"{",
}


@pytest.mark.parametrize("ending", [*BEGINNINGS, "SVG"])
@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_save_writes_the_format_of_the_name(f: mg.Tensor, tmp_path: Path, ending: str, theme: str) -> None:
    path = visuals.draw(f, theme=theme).save(tmp_path / f"graph.{ending}")
    assert path.read_bytes().startswith(BEGINNINGS[ending.lower()])
    assert os.listdir(tmp_path) == [path.name]


def test_saved_files_hold_the_graph(f: mg.Tensor, tmp_path: Path) -> None:
    drawing = visuals.draw(f)
    ET.parse(drawing.save(tmp_path / "f.svg"))
    assert mg.Trace.from_json(drawing.save(tmp_path / "f.json").read_text()).output == drawing.trace.output
    source = drawing.save(str(tmp_path / "f.dot")).read_text(encoding="utf-8")
    assert source.count("->") == 4
    assert "value −12" in source
    page = drawing.save(tmp_path / "f.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count("<h1>") == page.count("<main>") == 1
    assert "f = multiply(" in page


def test_a_file_is_replaced_as_a_whole(f: mg.Tensor, tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    path.write_text("old")
    path.chmod(0o640)
    visuals.draw(f).save(path)
    assert path.read_text().startswith("<svg")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["graph", "graph.jpeg", "graph.svg.zip"])
def test_an_unknown_ending_is_refused(f: mg.Tensor, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"must end in one of \.svg, \.png, \.pdf, \.html, \.dot, \.json"):
        visuals.draw(f).save(tmp_path / name)
    assert not os.listdir(tmp_path)


def test_a_path_that_cannot_be_written_leaves_nothing_behind(f: mg.Tensor, tmp_path: Path) -> None:
    drawing = visuals.draw(f)
    with pytest.raises(FileNotFoundError, match=r"the folder .*missing does not exist. Create it first"):
        drawing.save(tmp_path / "missing" / "f.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        drawing.save(tmp_path / "folder.svg")
    assert os.listdir(tmp_path) == ["folder.svg"]


def test_a_disk_that_fails_leaves_the_old_file(
    f: mg.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f.svg").write_text("old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"Cannot write .*f\.svg: No space left on device"):
        visuals.draw(f).save(tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_text() == "old"
    assert os.listdir(tmp_path) == ["f.svg"]


def test_a_notebook_gets_an_image_and_words(f: mg.Tensor) -> None:
    f.backward()
    drawing = visuals.draw(f)
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    image = ET.fromstring(bundle["text/html"].replace(">", "/>"))
    assert image.tag == "img"
    head, data = image.get("src", "").split(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == drawing.svg
    assert "f = multiply(" in image.get("alt", "")
    assert "grad −4" in image.get("alt", "").replace("-4", "−4")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"].splitlines()[0] == "Computation graph of f: 5 nodes, 4 edges"
    json.dumps(bundle)


def test_names_cannot_become_markup_anywhere(tmp_path: Path) -> None:
    x = mg.Parameter(1.0, name='"><script>alert(1)</script>')
    drawing = visuals.draw(x * 2.0)
    assert "<script" not in drawing._repr_mimebundle_()["text/html"]
    assert "<script" not in drawing.save(tmp_path / "x.html").read_text()
    assert '\\"><script>' in drawing.save(tmp_path / "x.dot").read_text()


def test_importing_visuals_imports_none_of_the_heavy_libraries() -> None:
    heavy = ("matplotlib", "pygraphviz", "anywidget", "numpy")
    code = f"import sys, visuals; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names() -> None:
    assert isinstance(visuals.draw(mg.tensor(1.0)), Drawing)
    assert visuals.Drawing is Drawing
    assert set(visuals.__all__) <= set(dir(visuals))
    with pytest.raises(AttributeError, match=r"visuals has no 'drwa'; it has .*draw"):
        _ = visuals.drwa
