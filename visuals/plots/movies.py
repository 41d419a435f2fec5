"""Movie: a plot in frames, for notebooks, pages and slides.

With this module, one can
- look at one frame:        movie.draw(3)
- play it in a notebook:    movie
- keep it:                  movie.save("race.gif"), movie.save("race.html")
"""

from __future__ import annotations

import base64
import io
import os
import re
import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from visuals.files import write_whole
from visuals.plots.cells import contrast
from visuals.plots.inputs import several
from visuals.theme import FONT

DPI = 100
# matplotlib's player takes its icons from the network; a page of ours needs none, and no rare font either.
SIGNS = {
    "fa-minus": "−", "fa-fast-backward": "|◀", "fa-step-backward": "‹", "fa-flip-horizontal": "◀",
    "fa-pause": "II", "fa-play": "▶", "fa-step-forward": "›", "fa-fast-forward": "▶|", "fa-plus": "+",
}  # fmt: skip
FRAME = re.compile(
    r"data:image/png;base64,([A-Za-z0-9+/=\\\n]+)"
)  # as matplotlib writes it, with line breaks


class Movie:
    """A figure that shows one of several frames.

    In a notebook it is a player with buttons; where scripts are not allowed, its last frame. Nothing moves
    before somebody presses a button.

    Args:
        figure: what is drawn on.
        show: show(k) changes the figure to frame k.
        frames: how many there are.
        caption: what it shows, in words.
        interval: milliseconds from frame to frame.

    Raises:
        ValueError: no frames.

    Example:
        >>> from matplotlib.figure import Figure
        >>> figure = Figure()
        >>> text = figure.text(0.5, 0.5, "")
        >>> movie = Movie(figure, lambda k: text.set_text(str(k)), frames=3, caption="Counting to 2.")
        >>> movie, movie.draw(2).texts[0].get_text()
        (Movie of 3 frames: Counting to 2., '2')
    """

    def __init__(
        self, figure: Figure, show: Callable[[int], Any], frames: int, caption: str, interval: int = 400
    ) -> None:
        if frames < 1:
            raise ValueError("A movie has at least one frame.")
        self.figure, self.show, self.frames, self.caption, self.interval = (
            figure, show, frames, caption, interval,
        )  # fmt: skip
        self._settled = False

    def draw(self, k: int) -> Figure:
        """The figure with frame k on it; -1 is the last one.

        Raises:
            IndexError: there is no such frame.
        """
        if not -self.frames <= k < self.frames:
            raise IndexError(f"There is no frame {k}: this movie has {self.frames}, from 0 on.")
        if not self._settled:  # places are found once, with everything there, and then kept: nothing jumps
            self.show(self.frames - 1)
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
            self._settled = True
        self.show(k % self.frames)
        return self.figure

    def png(self, k: int = -1) -> bytes:
        """Frame k as a PNG."""
        out = io.BytesIO()
        self.draw(k).savefig(out, format="png", dpi=DPI, metadata={"Software": None})
        return out.getvalue()

    def html(self) -> str:
        """A player with all frames in it, which needs nothing from the network."""
        text = self._animation().to_jshtml(default_mode="once")
        text = FRAME.sub(
            lambda found: data_uri(lighter(base64.b64decode(found[1].replace("\\\n", "")))), text
        )
        text = re.sub(r'<link rel="stylesheet"\s*href="https?://[^"]*">', "", text)
        for icon, sign in SIGNS.items():
            text = re.sub(rf'<i class="fa [^"]*{icon}[^"]*"></i>', sign, text)
        still = f'alt="{escape(self.caption)}" src="{data_uri(self.png())}"'
        return text.replace('<img id="', f'<img {still} style="max-width:100%" id="', 1)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the movie: .gif or .html for all frames, .png for the last one.

        Raises:
            ValueError: another ending.
            OSError: it cannot be written there; an older file of that name is still there.
        """
        ending = Path(path).suffix.lower()
        if ending not in (".gif", ".html", ".png"):
            raise ValueError(f"A movie's file must end in .gif, .html or .png; {os.fspath(path)!r} does not.")
        makers: dict[str, Callable[[], bytes | str]] = {
            ".gif": self._gif,
            ".html": self._page,
            ".png": self.png,
        }
        return write_whole(path, makers[ending]())

    def _gif(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "movie.gif"
            writer = PillowWriter(fps=max(1, round(1000 / self.interval)))
            self._animation().save(file, writer=writer, dpi=DPI)
            return file.read_bytes()

    def _page(self) -> str:
        title, ground = escape(self.caption), to_hex(self.figure.get_facecolor())
        ink = max(("#1f2328", "#eef1f4"), key=lambda colour: contrast(to_rgb(colour), to_rgb(ground)))
        return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem; font-family: {FONT};
       background: {ground}; color: {ink} }}
h1 {{ font-size: 1rem; font-weight: normal }}
</style>
<main>
<h1>{title}</h1>
{self.html()}
</main>
</html>
"""

    def _animation(self) -> FuncAnimation:
        self.draw(0)

        def frame(k: int) -> list:
            self.show(k)
            return []

        return FuncAnimation(
            self.figure, frame, frames=self.frames, interval=self.interval, blit=False, cache_frame_data=False
        )

    def __repr__(self) -> str:
        return f"Movie of {several(self.frames, 'frame')}: {self.caption}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/html": self.html(),
            "image/png": base64.b64encode(self.png()).decode("ascii"),
            "text/plain": repr(self),
        }


def lighter(png: bytes) -> bytes:
    """The same picture in 256 colours: a quarter of the bytes, and nobody sees the difference in a film."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE).save(
        out, format="png", optimize=True
    )
    return out.getvalue()


def data_uri(png: bytes) -> str:
    """A PNG inside of a page."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
