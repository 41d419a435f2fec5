"""PNG and PDF of the same layout."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from visuals import raster
from visuals.layout import layout


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("messages", [True, False])
def test_png_has_the_size_of_the_layout(small: dict[str, Any], theme: str, messages: bool) -> None:
    place = layout(small, messages=messages)
    data = raster.picture(small, place, messages=messages, theme=theme)
    size = struct.unpack(">II", data[16:24])
    assert size == pytest.approx((2 * place.width, 2 * place.height), abs=2)


def test_a_very_wide_picture_is_shrunk(builder: Any) -> None:
    b = builder()
    node = b.node("x", 1.0)
    for _ in range(400):
        node = b.node("", 1.0, None, "exp", "exp", node)
    trace = b.trace()
    place = layout(trace)
    assert place.width > 5 * raster.LARGEST
    assert max(struct.unpack(">II", raster.picture(trace, place)[16:24])) <= raster.LARGEST + 2
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", raster.picture(trace, place, form="pdf"))
    assert box
    assert float(box[1]) <= raster.LARGEST + 1


def test_pdf_is_vector_with_real_text(graphs: dict[str, Callable]) -> None:
    trace = graphs["gates"]()
    data = raster.picture(trace, layout(trace), form="pdf", messages=True)
    assert b"/FontFile2" in data  # an embedded TrueType font, not outlines
    streams = [
        zlib.decompress(s)
        for s in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S)
        if s[:1] == b"x"
    ]
    assert any(b"Tj" in s or b"TJ" in s for s in streams)


def test_heat_maps_in_pdf(graphs: dict[str, Callable]) -> None:
    trace = graphs["mlp"]()
    assert raster.picture(trace, layout(trace), form="pdf").startswith(b"%PDF")


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_the_same_picture_is_the_same_file(graphs: dict[str, Callable], form: str) -> None:
    trace = graphs["gates"]()
    assert raster.picture(trace, layout(trace), form=form) == raster.picture(trace, layout(trace), form=form)


@pytest.mark.parametrize("name", ["🙂", "$x_1$", r"$\frac{", "日本", "a & <b>", "w" * 200])
def test_names_of_any_kind(named: Callable, name: str) -> None:
    trace = named(name)
    for form in ("png", "pdf"):
        assert len(raster.picture(trace, layout(trace), form=form)) > 1000


def test_a_notebooks_own_figures_are_left_alone() -> None:
    code = "import sys, minigrad as mg, visuals; visuals.draw(mg.Parameter(1.0))._repr_mimebundle_(); "
    code += "print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert done.stderr == ""
