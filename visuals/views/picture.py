"""What all pictures can do: show themselves in a notebook, and be saved."""

from __future__ import annotations

import base64
import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visuals.files import write_whole
from visuals.svg import escape

AS_PNG = 150  # nodes: where HTML is shown, nobody has to wait for a larger graph's second picture
PREVIEW = 4000  # pixels on one side of the picture that a notebook keeps


class Picture(ABC):
    """A picture. In a notebook it shows itself; `save` writes it to a file."""

    @property
    @abstractmethod
    def svg(self) -> str:
        """The picture as SVG text, complete in itself."""

    @property
    @abstractmethod
    def size(self) -> tuple[float, float]:
        """Its width and height in pixels."""

    @abstractmethod
    def words(self, flat: bool = False) -> str:
        """The picture in words; `flat`: all in one line."""

    @abstractmethod
    def writers(self) -> dict[str, Callable[[], str | bytes]]:
        """What `save` writes, by the ending of the file's name."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the ending of the name says how: .svg .png .pdf .html, and for graphs .dot .json.

        Raises:
            ValueError: the ending is none of these.
            OSError: the file cannot be written; nothing is left behind.
        """
        writers = self.writers()
        ending = Path(path).suffix.lower()
        if ending not in writers:
            known = ", ".join(writers)
            raise ValueError(f"Cannot save as {os.fspath(path)!r}: the name must end in one of {known}.")
        return write_whole(path, writers[ending]())

    def preview(self) -> bytes | None:
        """A small PNG for notebooks that show no HTML; None where it would take too long."""
        return None

    def __repr__(self) -> str:
        return self.words()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks: as an image inside HTML, which even a notebook that is not trusted shows."""
        bundle = {
            "text/html": image(self.svg, self.words(flat=True), self.size[0]),
            "text/plain": repr(self),
        }
        # Where Python itself runs in the browser, HTML is shown, and a PNG would first load matplotlib.
        small = self.preview() if sys.platform != "emscripten" else None
        if small is not None:
            bundle["image/png"] = base64.b64encode(small).decode()
        return bundle


def image(svg: str, alt: str, width: float | None = None) -> str:
    """An SVG as an image, as wide as it is drawn if there is room: HTML that runs nothing and needs no other file.

    Args:
        svg: complete in itself.
        alt: what stands for it where it is not seen.
        width: in pixels; by default that of its viewBox.

    >>> image('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40"></svg>', "x")[-54:]
    'alt="x" style="width:90px;max-width:100%;height:auto">'
    """
    if width is None:
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])  # type: ignore[index]
    data = base64.b64encode(svg.encode()).decode()
    style = f"width:{width:g}px;max-width:100%;height:auto"
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="{style}">'
