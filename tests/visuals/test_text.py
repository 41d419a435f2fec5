"""Numbers, names and labels as a picture shows them."""

from __future__ import annotations

from typing import Any

import pytest

from visuals import text as words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-12.0, "−12"),
        (0.377540668, "0.3775"),
        (2.5000001, "2.5"),
        (12345, "12345"),
        (-123456.7, "−123457"),
        (1e6, "1e6"),
        (6.02214e23, "6.022e23"),
        (-1.5e-7, "−1.5e−7"),
        (0.00012345, "0.0001234"),
        ("nan", "nan"),
        ("-inf", "−∞"),
        (float("inf"), "∞"),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(value: float | str, shown: str) -> None:
    assert words.number(value) == shown


def test_pretty_leaves_names_with_hyphens_alone() -> None:
    assert words.pretty("f(-2) = -.5, cross-entropy, a-1") == "f(−2) = −.5, cross-entropy, a-1"


def test_widths_grow_with_text_size_and_weight() -> None:
    assert words.width("value", 10) < words.width("value −1", 10) < words.width("value −1", 11)
    assert words.width("x", 10) < words.width("x", 10, bold=True)
    assert words.width("🙂", 10) >= 10
    assert words.width("e\u0301", 10) == words.width("e", 10)


@pytest.mark.parametrize("text", ["loss", "w" * 200, "🙂" * 40, "…"])
def test_shortened_text_fits(text: str) -> None:
    short = words.shorten(text, 60, 15, bold=True)
    assert words.width(short, 15, bold=True) <= 60
    assert short == text or short.endswith("…")


def test_text_that_xml_or_the_reader_cannot_bear_is_replaced() -> None:
    assert words.clean("a\x00b\ud800c") == "a�b�c"
    assert words.clean("two\n\tlines ") == "two lines"
    assert words.clean("abc\u202egnp.exe") == "abcgnp.exe"


def test_a_gradient_that_was_not_computed_is_a_dash_and_not_zero() -> None:
    assert words.summary_lines("grad", None) == ("grad —", "")
    assert words.summary_lines("grad", {"shape": [], "scalar": 0.0, "text": "0"}) == ("grad 0", "")


def test_ledger_tells_rule_and_shapes_where_there_are_arrays() -> None:
    array = {"shape": [2, 3], "text": "2×3, mean 1"}
    frame: dict[str, Any] = {
        "upstream": array,
        "local": None,
        "message": array,
        "rule": "g * -2",
        "unbroadcast": None,
    }
    assert words.ledger(frame) == "g * −2 : 2×3"
    frame["unbroadcast"] = {"axes": [0], "from": [2, 3], "to": [3]}
    assert words.ledger(frame) == "g * −2 : 2×3 → 3 numbers"
    frame |= {"unbroadcast": None, "message": {"shape": [], "scalar": 1.5, "text": "1.5"}}
    assert words.ledger(frame) == "g * −2 = 1.5"
    assert words.ledger(frame | {"rule": "g * " + "x" * 99}, room=60).endswith("… = 1.5")


def test_node_label_begins_with_the_name() -> None:
    four = {"shape": [], "scalar": 4.0, "text": "4"}
    add = {"name": "q", "kind": "function", "op": "add"}
    assert words.node_label(add, four, None) == "q, add: value 4, gradient not computed"
    assert words.node_label(add | {"name": ""}, None, four) == "add: value not known yet, gradient 4"
    constant = {"name": "", "kind": "data", "op": ""}
    assert words.node_label(constant, four, None).startswith("constant, static data: value 4")
