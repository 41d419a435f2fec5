"""The pure functions of the debug card, run by node where there is one: they say what Python's reports say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

import minigrad as mg
from visuals import BackpropStepper, to_html
from visuals.debug import tape, thermometer
from visuals.debug.depth import part
from visuals.debug.remembered import in_words
from visuals.stepper import recording

node = pytest.mark.skipif(
    not shutil.which("node"), reason="node is not installed; the browser tests run the same code"
)


def in_javascript(names: str, expression: str) -> list:
    program = (
        f"const code = {json.dumps(recording.script())};\n"
        f'const {{ {names} }} = await import("data:text/javascript," + encodeURIComponent(code));\n'
        f"console.log(JSON.stringify({expression}));"
    )
    done = subprocess.run(  # by way of stdin: an argument may not be as long as the program
        ["node", "--input-type=module", "-"], input=program, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def deep():
    rng = np.random.default_rng(0)
    h = mg.tensor(rng.normal(size=(2, 4)), requires_grad=True, name="h0")
    for k in range(4):
        h = np.tanh(h @ mg.Parameter(0.3 * rng.normal(size=(4, 4)), name=f"W{k}"))
    return np.sum(h)


@node
def test_python_and_javascript_say_sizes_alike():
    sizes = [0, 8, 1023, 1024, 1500, 65536, 3 * 1024**2, 5 * 1024**3, 10**15]
    assert in_javascript("bytesText", f"{sizes}.map(bytesText)") == [in_words(size) for size in sizes]


@node
def test_python_and_javascript_measure_gradients_alike():
    stepper = BackpropStepper(deep(), mode="debug", names=None)
    rows, trace = stepper.findings["depth"]["rows"], json.dumps(stepper.trace)
    found = in_javascript(
        "normOf, stateAt",
        f"{json.dumps([row['nodes'] for row in rows])}.map((nodes) => {{ const {{ grads }} = "
        f"stateAt({trace}, {len(stepper)}); return normOf(nodes.map((id) => grads[id])); }})",
    )
    np.testing.assert_allclose(found, [row["norm"] for row in thermometer(deep(), names=None).rows])


@node
def test_bars_are_logarithmic_and_never_vanish():
    norms, scale = [1e-6, 1e-3, 1.0], (-6.0, 0.0)
    found = in_javascript("barLength", f"{norms}.map((x) => barLength(x, {list(scale)}))")
    np.testing.assert_allclose(found, [0.02, part(1e-3, scale), 1.0])
    nothing = "[null, 0, NaN, Infinity, 5].map((x) => barLength(x, [0, 0]))"
    assert in_javascript("barLength", nothing) == [0, 0, 0, 1, 1]


@node
def test_python_and_javascript_count_the_tape_alike():
    report = tape(deep())
    arrays = json.dumps([{"begin": one.begin, "end": one.end, "bytes": one.bytes} for one in report.saved])
    found = in_javascript(
        "aliveAt",
        f"Array.from({{ length: {len(report.bytes)} }}, (_, step) => "
        f"aliveAt({arrays}, step).reduce((sum, {{ bytes }}) => sum + bytes, 0))",
    )
    assert found == report.bytes


@node
def test_no_gradient_is_no_zero():
    assert in_javascript("normOf", "[normOf([]), normOf([undefined]), normOf([{ scalar: 0 }])]") == [
        None,
        None,
        0,
    ]


def test_findings_are_plain_data_for_a_page_and_for_a_notebook(tmp_path):
    stepper = BackpropStepper(deep(), mode="debug", compare=deep(), names=None)
    assert set(stepper.findings) == {"checks", "differences", "paths", "depth", "tape", "sizes"}
    json.dumps(stepper.findings, allow_nan=False)
    assert to_html(deep(), tmp_path / "x.html", mode="debug").stat().st_size < 150_000


def test_without_findings_a_page_carries_none(tmp_path):
    pages = (
        to_html(deep(), tmp_path / f"{mode}.html", mode=mode).read_text("utf-8")
        for mode in ("watch", "debug")
    )
    watch, debug = (re.sub("<noscript>.*?</noscript>", "", page, flags=re.DOTALL) for page in pages)
    assert len(watch) < len(debug)
    assert BackpropStepper(deep()).findings == {}


def test_gradients_that_are_not_finite_can_be_sent():
    with np.errstate(all="ignore"):
        loss = np.sum(np.sqrt(mg.tensor([0.0, 1.0], requires_grad=True, name="x") * 2.0))
        found = BackpropStepper(loss, mode="debug", compare=loss).findings
    json.dumps(found, allow_nan=False)
    assert "not finite any more" in found["depth"]["verdict"]
