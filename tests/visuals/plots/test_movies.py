"""Movies: frames, players, files."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from visuals.plots import Movie, caption


@pytest.fixture
def movie() -> Movie:
    figure = Figure((2, 1.5), layout="constrained")
    ax = figure.subplots()
    (line,) = ax.plot([0, 1, 2], [0, 1, 4])

    def show(k: int) -> None:
        line.set_data(range(k + 1), [j * j for j in range(k + 1)])
        ax.set_title(f"frame {k}")

    return Movie(figure, show, 3, 'Squares of "0" to 2 & <more>.', interval=250)


def test_frames_can_be_drawn_in_any_order(movie: Movie) -> None:
    for k in (2, 0, -1, -3):
        assert movie.draw(k).axes[0].get_title() == f"frame {k % 3}"
    with pytest.raises(IndexError, match="There is no frame 3: this movie has 3, from 0 on"):
        movie.draw(3)
    with pytest.raises(ValueError, match="at least one frame"):
        Movie(movie.figure, movie.show, 0, "")


def test_nothing_jumps_from_frame_to_frame(movie: Movie) -> None:
    places = {movie.draw(k).axes[0].get_position().bounds for k in range(3)}
    assert len(places) == 1


def test_the_player_needs_nothing_from_the_network(movie: Movie) -> None:
    page = movie.html()
    assert page.count("data:image/png;base64,") == 4  # three frames, and the one for where scripts do not run
    assert "://" not in re.sub(r'base64,[^"]*', "", page)
    assert "fa-" not in re.sub(r'base64,[^"]*', "", page)
    buttons = re.findall("<button.*?</button>", page, re.S)
    assert [re.sub("<.*?>", "", button).strip() for button in buttons] == [
        "−", "|◀", "‹", "◀", "II", "▶", "›", "▶|", "+"
    ]  # fmt: skip
    assert 'alt="Squares of &quot;0&quot; to 2 &amp; &lt;more&gt;."' in page


def test_a_notebook_gets_a_player_an_image_and_words(movie: Movie) -> None:
    bundle = movie._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == f"Movie of 3 frames: {caption(movie)}"


@pytest.mark.parametrize("ending", ["gif", "html", "png", "GIF"])
def test_save_writes_the_format_of_the_name(movie: Movie, tmp_path: Path, ending: str) -> None:
    path = movie.save(tmp_path / f"movie.{ending}")
    assert os.listdir(tmp_path) == [path.name]
    data = path.read_bytes()
    if ending.lower() == "gif":
        with Image.open(io.BytesIO(data)) as image:
            assert image.n_frames == 3
            assert image.info["duration"] == 250
    else:
        assert data.startswith(b"\x89PNG" if ending == "png" else b"<!doctype html>")


def test_another_ending_is_refused(movie: Movie, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.gif, \.html or \.png; .*movie\.mp4"):
        movie.save(tmp_path / "movie.mp4")
    with pytest.raises(FileNotFoundError, match=r"does not exist\. Create it first"):
        movie.save(tmp_path / "missing" / "movie.gif")
    assert not os.listdir(tmp_path)
