"""Notes of a lecturer, frames for other pages, and texts that would be more than texts."""

import base64
import gzip
import html
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.stepper import export, to_iframe
from visuals.stepper.notes import noted

EVIL = [
    "</script><script>window.caught = 1</script>",
    '"><img src=x onerror="window.caught = 1">',
    "<!--<script>",
    "]]></svg><svg onload='window.caught = 1'>",
    "a\u2028window.caught = 1\u2029b",
    "javascript:window.caught = 1",
    "${window.caught = 1}`",
    "&lt;b&gt; &amp; \\u003c/script\\u003e",
    "</iframe></textarea></noscript></style></title>",
    "\u202eevil\u202c \x00\x07",
]


@pytest.fixture
def f():
    """f = (x + y) z at (-2, 5, -4): 11 frames."""
    x, y, z = (mg.tensor(v, requires_grad=True, name=n) for n, v in (("x", -2.0), ("y", 5.0), ("z", -4.0)))
    return (x + y) * z


class Elements(HTMLParser):
    """What a browser would make of a page: its elements with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[dict[str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.attributes.append(dict(attrs))


def unpacked(page: str) -> dict:
    traits = json.loads(re.search(r'id="traits">(.*?)</script>', page, re.DOTALL)[1])
    return traits | json.loads(gzip.decompress(base64.b64decode(traits["packed"])))


def test_notes_go_to_the_widget_and_to_the_page(f, tmp_path):
    notes = {0: "Begin.", 7: " Why negative? \n"}
    assert BackpropStepper(f, notes=notes).notes == {"0": "Begin.", "7": "Why negative?"}
    page = to_html(f, tmp_path / "x.html", notes=notes).read_text(encoding="utf-8")
    assert unpacked(page)["notes"] == {"0": "Begin.", "7": "Why negative?"}
    assert BackpropStepper(f).notes == {}


@pytest.mark.parametrize(
    ("notes", "error", "message"),
    [
        ({12: "x"}, ValueError, "there is no step 12; this run goes from step 0 to step 11"),
        ({-1: "x"}, ValueError, "there is no step -1"),
        ({"7": "x"}, TypeError, "a step is a whole number, not '7'"),
        ({1.0: "x"}, TypeError, "a step is a whole number, not 1.0"),
        ({7: 3}, TypeError, "the note at step 7 is a int; write it as a text"),
        (["x"], TypeError, "notes gives texts by step, such as .* not a list"),
    ],
)
def test_notes_that_belong_nowhere_are_refused(f, notes, error, message, tmp_path):
    for make in (BackpropStepper, to_iframe, lambda f, notes: to_html(f, tmp_path / "x.html", notes=notes)):
        with pytest.raises(error, match=message):
            make(f, notes=notes)
    assert list(tmp_path.iterdir()) == []


@given(st.dictionaries(st.integers(0, 30), st.text()))
def test_what_is_said_survives(notes):
    kept = noted(notes, 30)
    assert kept == {str(step): text.strip() for step, text in notes.items() if text.strip()}
    assert json.loads(export.as_json(kept)) == kept


def test_presenting_is_a_trait_that_python_sees(f):
    stepper = BackpropStepper(f)
    assert stepper.presenting is False
    stepper.presenting = True
    assert stepper.get_state()["presenting"] is True


# In a frame ----------------------------------------------------------------------------------------------


def test_a_frame_may_run_its_own_script_and_nothing_else(f):
    [(tag, _), *_] = Elements(str(to_iframe(f, title="f"))).found
    [told, *_] = Elements(str(to_iframe(f, title="f"))).attributes
    assert tag == "iframe"
    assert told["sandbox"] == "allow-scripts"
    assert (told["title"], told["height"]) == ("f", "820")
    assert told["srcdoc"] == export.page_of(
        f, mg.trace(f, names={"f": f}), "watch", None, 0.01, "f", "auto", None, None
    )
    [asking, *_] = Elements(str(to_iframe(f, mode="predict", height=500))).attributes
    assert asking["sandbox"] == "allow-scripts allow-downloads", "the answers can be saved"
    assert asking["height"] == "500"


def test_a_notebook_shows_the_frame_and_says_so_in_one_line(f):
    framed = to_iframe(f)
    assert (
        repr(framed) == "Computation graph of f, in a frame; print(...) gives the text to paste into a page"
    )
    shown = framed._repr_html_()
    assert shown.startswith(str(framed))
    image = re.search(r'<div hidden><img src="data:image/svg\+xml;base64,([^"]+)"', shown)[1]
    assert "1 × −4 = −4" in base64.b64decode(image).decode()
    quiz = to_iframe(f, mode="predict")
    assert "−4 = " not in quiz.image, "no answers"
    assert "grad 3" not in quiz.image


@pytest.mark.parametrize("height", [0, -5, "full", 3.5, True, None])
def test_a_frame_has_a_height_in_pixels(f, height):
    with pytest.raises(ValueError, match="height is a number of pixels, such as 820, not"):
        to_iframe(f, height=height)


def test_who_asked_for_the_frame_is_told_what_can_be_framed():
    with pytest.raises(TypeError, match="to_iframe shows the graph of a Tensor"):
        to_iframe(3.0)


# No text is markup ---------------------------------------------------------------------------------------


def pages(text: str) -> list[str]:
    """Everything that is made of a graph whose names, title and notes are `text`, as markup."""
    x = mg.tensor(2.0, requires_grad=True, name=text)
    y = x * mg.tensor([1.0, 2.0], name=text)
    y.name = text
    run = mg.trace(y)
    widget = BackpropStepper(run, notes={1: text})
    framed = to_iframe(run, title=text, notes={1: text})
    quiz = export.page_of(run, run, "predict", None, 0.01, text, "auto", None, {1: text})
    return [framed.page, quiz, framed._repr_html_(), widget.svg, widget._repr_mimebundle_()[0]["text/html"]]


PLAIN = pages("name")


def outline(markup: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements, but for those that are a question of room: heat map captions, a tip where a text was cut short."""
    return [one for one in Elements(markup).found if one[0] not in ("title", "text", "path")]


@settings(deadline=None, max_examples=50)  # each makes five pages
@given(st.text(max_size=40) | st.sampled_from(EVIL))
def test_texts_of_users_add_no_element_and_no_attribute(text):
    for plain, evil in zip(PLAIN, pages(text or " "), strict=True):
        assert outline(evil) == outline(plain)
        assert evil.count("</script") == plain.count("</script")


@pytest.mark.parametrize("text", EVIL)
def test_known_attacks_stay_texts(text):
    framed = to_iframe(
        mg.trace(mg.tensor(2.0, requires_grad=True, name=text) * 3.0), title=text, notes={1: text}
    )
    assert framed.page.count("<script") == 2
    assert framed.page.count("<!--") == 0
    assert str(framed).count("<") == 2, "the frame's own tags"
    assert html.unescape(re.search('srcdoc="([^"]*)"', str(framed))[1]) == framed.page
    said = unpacked(framed.page)
    assert said["notes"] == {"1": text.strip()}
    assert not re.search(
        r"[<\u2028\u2029]", re.search(r'id="traits">(.*?)</script>', framed.page, re.DOTALL)[1]
    )


@pytest.mark.parametrize("text", EVIL)
def test_every_text_of_a_run_may_be_an_attack(text):
    """A trace can come from a file of anybody's: also its sentences, rules, signs, groups and ids are texts."""

    def run(word):
        x = mg.tensor([1.0, -2.0], requires_grad=True, name="x")
        data = mg.trace(x * x).to_dict()
        for node in data["nodes"]:
            node |= dict.fromkeys(("op", "symbol", "pattern", "detail", "group", "dtype", "device"), word)
            node["value"] = node["value"] | {"text": word}
        for frame in data["frames"]:
            frame["sentence"] = word
            if "rule" in frame:
                frame["rule"] = word
        return mg.Trace.from_dict(data)

    for plain, evil in zip(
        *([export.page(run(w)), BackpropStepper(run(w)).svg] for w in ("w", text)), strict=True
    ):
        assert outline(evil) == outline(plain)
        assert evil.count("</script") == plain.count("</script")
