"""Names, values and whole traces of any kind: a picture is drawn or an error says why, and nothing becomes markup."""

from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals import raster, svg
from visuals.export import page
from visuals.layout import layout
from visuals.options import Options
from visuals.text import clean, width

NAMES = [
    "</text><script>alert(1)</script>",
    "\" onload='alert(1)' x=\"",
    "a&b <c> \"d\" 'e' &lt; &#60;",
    "]]><!-- --><![CDATA[",
    "</script></style></svg>",
    "javascript:alert(1)",
    "url(https://example.org/x)",
    "nul\x00 and \ud83d alone \x1b[31m",
    "🙂🙃👨‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "$x_1$ \\n {braces} %s \\frac{",
    "שלום עולם, مرحبا",
    "\u202egpj.exe \u2066x\u2069",
    "w" * 200,
    "a\u200bb\ufeffc\u00ad",
    "e" + "\u0301" * 80,
    "two\nlines\tand\u2028more",
    "日本語の重み",
]
OPTIONS = [Options(), Options(theme="dark", messages=True), Options(theme="high-contrast", values="full")]


class Html(HTMLParser):
    """Counts elements and attributes as a browser's parser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, *sorted(name for name, _ in attrs)] += 1


def drawn(trace: Any, options: Options) -> str:
    return svg.render(trace, layout(trace, options), options, interactive=False)


def skeleton(source: str) -> list[tuple[str, list[str]]]:
    return [(element.tag, sorted(element.attrib)) for element in ET.fromstring(source).iter()]


def elements(text: str) -> Counter[tuple[str, ...]]:
    parser = Html()
    parser.feed(text)
    parser.close()
    return parser.found


def network(name: str) -> Any:
    """A graph in which everything that has a name has this one."""
    x, w = mg.Parameter(2.0, name=name), mg.tensor([1.0, -3.0], name=name)
    y = np.tanh(x * w)
    y.name = name
    loss = np.sum(y)
    loss.name = name
    loss.backward()
    return mg.trace(loss)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.theme)
def test_a_name_cannot_become_markup(name: str, options: Options) -> None:
    named, plain = drawn(network(name), options), drawn(network("x"), options)
    assert skeleton(named) == skeleton(plain)
    named.encode("utf-8")


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60) | st.text(min_size=1, max_size=20))
def test_no_name_at_all_can(name: str) -> None:
    name = f"x{name}"
    source, plain = drawn(network(name), OPTIONS[0]), drawn(network("x"), OPTIONS[0])
    assert skeleton(source) == skeleton(plain)
    whole, usual = (page(network(n), drawn(network(n), OPTIONS[0])) for n in (name, "x"))
    assert elements(whole) == elements(usual)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_picture_of_pixels(name: str) -> None:
    run = network(name)
    place = layout(run, OPTIONS[0])
    assert raster.picture(run, place, OPTIONS[0]).startswith(b"\x89PNG")
    assert raster.picture(run, place, OPTIONS[0], form="pdf").startswith(b"%PDF")


def strings(part: Any, way: tuple = ()) -> Iterator[tuple]:
    """The way to every text in a trace."""
    if isinstance(part, str):
        yield way
    elif isinstance(part, (dict, list)):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from strings(inner, (*way, key))


EVIL = "\"'></title></style><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_no_text_of_a_strange_file_can_become_markup() -> None:
    """A trace may come from anybody's JSON: each of its texts in turn is an attack."""
    data = json.loads(mg.trace(small()).to_json())
    allowed = {tag for tag, _ in skeleton(drawn(data, OPTIONS[1]))}
    attributes = {name for _, names in skeleton(drawn(data, OPTIONS[1])) for name in names} | {"marker-end"}
    for way in strings(data):
        changed = copy.deepcopy(data)
        inner = changed
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = EVIL
        try:
            source = drawn(changed, OPTIONS[1])
        except (KeyError, ValueError, TypeError):
            continue  # refused
        for tag, names in skeleton(source):
            assert tag in allowed, way
            assert set(names) <= attributes, way


def small() -> Any:
    x = mg.Parameter(np.array([1.0, 2.0]), name="x")
    f = np.sum(x * x - 3.0)
    f.backward()
    return f


# Names that are drawn well ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u200bb\ufeff", "ab"),
        ("\u200b\u200d\u2060", ""),
        ("e" + "\u0301" * 80, "e" + "\u0301" * 3),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200fשלום\u200e", "שלום"),
        ("a\u00a0b\u3000c", "a b c"),
    ],
)
def test_what_nobody_sees_is_taken_out_and_what_joins_letters_is_not(name: str, shown: str) -> None:
    assert clean(name) == shown


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing_and_leaves_one_line(name: str) -> None:
    once = clean(name)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1
    assert not once or width(once, 1.0) > 0


def test_a_name_that_nobody_sees_is_no_name() -> None:
    assert 'class="mg-name"' not in drawn(network("\u200b\u2060"), OPTIONS[0])


# Values of any kind ----------------------------------------------------------------------------------------


VALUES: dict[str, Callable[[], Any]] = {
    "nan": lambda: mg.tensor(float("nan"), name="x") * 2.0,
    "infinities": lambda: mg.tensor([np.inf, -np.inf, 0.0], name="x") * 2.0,
    "all nan": lambda: mg.tensor(np.full((3, 3), np.nan), name="x") * 2.0,
    "empty": lambda: mg.tensor(np.zeros((0, 3)), name="x") * 2.0,
    "empty axis": lambda: mg.tensor(np.zeros((2, 0, 3)), name="x") * 2.0,
    "complex": lambda: mg.tensor([1 + 2j, -3j], name="x") * 2.0,
    "a complex number": lambda: mg.tensor(1 - 2j, name="x") * 2.0,
    "bool": lambda: mg.tensor([True, False, True], name="x"),
    "ints": lambda: mg.tensor(np.arange(70).reshape(7, 10), name="x") * 2,
    "large ints": lambda: mg.tensor(2**62, name="x"),
    "tiny": lambda: mg.tensor([5e-324, 1e308], name="x") * 1.0,
    "overflow": lambda: mg.tensor([1e200, -1e200], name="x", requires_grad=True) * 1e100,
    "five axes": lambda: mg.tensor(np.ones((2, 1, 3, 2, 2)), name="x") * 2.0,
    "one of many axes": lambda: mg.tensor(np.ones((1, 1, 1)), name="x") * 2.0,
    "half": lambda: mg.tensor(np.float16([1.0, 65504.0]), name="x"),
}


@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.filterwarnings("ignore:invalid value encountered")
@pytest.mark.parametrize("what", VALUES)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.theme)
def test_every_value_is_drawn(what: str, options: Options) -> None:
    run = mg.trace(VALUES[what]())
    ET.fromstring(drawn(run, options))
    assert raster.picture(run, layout(run, options), options, form="png" if options.messages else "pdf")


def test_an_empty_array_says_so_and_keeps_its_shape() -> None:
    source = drawn(mg.trace(VALUES["empty"]()), Options(grads=False))
    assert ">value empty<" in source
    assert ">0×3<" in source


def test_not_a_number_is_said_in_words_and_by_a_badge() -> None:
    source = drawn(mg.trace(VALUES["nan"]()), Options(grads=False))
    assert source.count(">value nan<") == source.count(">nan<") == 1


def test_a_trace_without_nodes_is_refused() -> None:
    empty = {"version": 1, "output": "", "nodes": [], "edges": [], "frames": []}
    with pytest.raises(ValueError, match=r"nothing to draw: this trace has no nodes.*mg\.trace\(loss\)"):
        layout(empty, Options())
