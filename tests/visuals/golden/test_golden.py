"""The structure of pictures is as it was written down; python -m tests.visuals.golden writes it down anew."""

from __future__ import annotations

import difflib

import pytest

from tests.visuals.golden.pictures import HERE, PICTURES, path_of, structure


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_made_of_what_it_was_made_of(name: str) -> None:
    kept, now = path_of(name).read_text(encoding="utf-8"), structure(PICTURES[name]())
    if kept != now:
        lines = difflib.unified_diff(
            kept.splitlines(),
            now.splitlines(),
            f"{name}.txt as kept",
            f"{name} as drawn now",
            lineterm="",
            n=2,
        )
        changes = "\n".join(list(lines)[:60])
        pytest.fail(
            f"The picture {name!r} is made of something else than before:\n{changes}\n\nIf that is wanted: "
            "python -m tests.visuals.golden, and commit the files."
        )


def test_every_file_belongs_to_a_picture() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == set(PICTURES)


def test_the_structure_tells_words_and_not_places() -> None:
    source = (
        '<svg class="a b" width="3"><g role="img"><rect x="1"/><rect x="2"/></g><text y="1">hi</text></svg>'
    )
    assert structure(source) == "svg.a.b\n  g role='img'\n    rect  × 2\n  text 'hi'\n"
