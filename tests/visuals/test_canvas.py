"""How matplotlib is given a picture: few collections, letters where they belong, text as text in a PDF."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from visuals import raster
from visuals.canvas import Canvas, parsed
from visuals.glyphs import Text, is_simple, outline
from visuals.layout import layout
from visuals.options import Options
from visuals.pieces import Heat
from visuals.text import width
from visuals.theme import palette


def axes() -> Any:
    made = Figure(figsize=(2, 2), dpi=72).add_axes((0, 0, 1, 1))
    made.set(xlim=(0, 144), ylim=(144, 0))
    return made


def pixels(canvas: Canvas) -> np.ndarray:
    """What is seen of a canvas, dark against white, 144 × 144."""
    on = axes()
    on.axis("off")
    canvas.fill(on, text_as_outlines=True)
    agg = FigureCanvasAgg(on.figure)
    agg.draw()
    return 255 - np.asarray(agg.buffer_rgba())[:, :, :3].min(axis=2).astype(int)


def test_everything_of_one_look_is_one_collection() -> None:
    canvas, on = Canvas("light"), axes()
    for k in range(50):
        canvas.path("shapes", "mg-kind-data .mg-shape", "M0,0 L9,0 L9,9 Z", k, k)
        canvas.text("mg-name", k, k, f"node {k}", 12)
        canvas.heat(Heat("value", 0, 0, 2, 2, 5, 5), {"thumbnail": [[1.0, -1.0], [0.0, 1.0]]}, k, k)
    canvas.fill(on, text_as_outlines=True)
    assert len(on.collections) == 1 + 1 + 1 + 3  # shapes, texts, frames, and tiles of three colours
    assert not on.texts


def test_text_stands_where_the_svg_has_it() -> None:
    canvas = Canvas("light")
    canvas.text("mg-name", 72, 80, "HHHH", 20)
    rows, columns = np.nonzero(pixels(canvas) > 128)
    half = width("HHHH", 20, True) / 2
    assert (columns.min() + columns.max()) / 2 == pytest.approx(72, abs=1.5)
    assert 72 - half <= columns.min() <= columns.max() <= 72 + half
    assert rows.max() == pytest.approx(79, abs=1)  # letters stand on their baseline
    assert rows.max() - rows.min() == pytest.approx(0.73 * 20, abs=2)


def test_text_can_begin_at_a_place() -> None:
    left = outline(Text(10.0, 20.0, "HH", 10.0, False, "#000000", "start")).get_extents()
    middle = outline(Text(10.0, 20.0, "HH", 10.0, False, "#000000", "middle")).get_extents()
    assert left.x0 > 10.0 > middle.x0
    assert left.width == pytest.approx(middle.width)


@pytest.mark.parametrize("text", ["grad −4", "⊛ Σ √ ∛", "W₁", "≈ 0", "x²"])
def test_what_the_usual_font_has_is_drawn_letter_by_letter(text: str) -> None:
    assert is_simple(text)


@pytest.mark.parametrize("text", ["שלום", "مرحبا", "日本", "🙂", "e\u0301"])
def test_other_writing_is_left_to_the_engine_that_knows_it(text: str) -> None:
    assert not is_simple(text)


def test_the_width_table_is_never_too_narrow_for_the_font() -> None:
    for text in ("value −0.00123", "cross-entropy", "kernel_size=2", "= −0.99 − 5 + 3 + 3", "64×32"):
        drawn = outline(Text(0.0, 0.0, text, 100.0, False, "#000000", "start")).get_extents()
        assert drawn.width <= width(text, 100.0)


def test_outlines_of_all_kinds_are_read() -> None:
    codes, points = parsed("M0,0 L1,0 C1,1 2,1 2,2 Z M5,5 L6,6")
    assert codes == [1, 2, 4, 4, 4, 79, 1, 2]
    assert points[-2:] == [(5.0, 5.0), (6.0, 6.0)]


def test_a_dotted_line_has_gaps() -> None:
    lines = []
    for dash in ("", "0.1 8", "9 4"):
        canvas = Canvas("light")
        canvas.path("lines", "mg-line", "M10,72 L130,72", width=3.0, dash=dash)
        lines.append(int((pixels(canvas)[72] > 40).sum()))
    solid, dotted, dashed = lines
    assert dotted < dashed < solid


def test_a_large_png_has_fewer_pixels_per_pixel(builder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    b = builder()
    trace = (b.node("x", 1.0), b.trace())[1]
    options = Options(theme="light")
    place = layout(trace, options)
    for budget, scale in (
        (raster.PIXELS, 2.0),
        (2.25 * place.width * place.height, 1.5),
        (1.0, raster.FEWEST),
    ):
        monkeypatch.setattr(raster, "PIXELS", budget)
        size = struct.unpack(">II", raster.picture(trace, place, options)[16:24])
        assert size == pytest.approx((scale * place.width, scale * place.height), abs=2)


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_the_paper_is_the_themes(graphs: dict[str, Callable], theme: str) -> None:
    options = Options(theme=theme)
    trace = graphs["gates"]()
    image = Image.open(io.BytesIO(raster.picture(trace, layout(trace, options), options))).convert("RGB")
    paper = palette(theme)["paper"]
    assert image.getpixel((1, 1)) == tuple(int(paper[k : k + 2], 16) for k in (1, 3, 5))
