"""The pure functions of the front end, run by node where there is one."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from minigrad.summary import summarize
from visuals import text as words
from visuals.stepper import export, recording
from visuals.stepper.scores import score

pytestmark = pytest.mark.skipif(
    not shutil.which("node"), reason="node is not installed; the browser tests run the same code"
)


def run_node(*args: str, program: str | None = None) -> str:
    """What node prints. A program goes in by its standard input: it is longer than a command line may be."""
    done = subprocess.run(["node", *args], input=program, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_front_end_passes_its_own_tests():
    run_node("--test", str(Path(__file__).with_name("stepper.test.js")))


def test_python_and_javascript_write_the_same_words():
    """Python measures the texts for which JavaScript then finds room: they must agree."""
    numbers = [
        0,
        -0.0,
        1,
        -4,
        0.25,
        1 / 3,
        12345.6,
        999_999,
        1e6,
        -1e-4,
        9.99949e-5,
        1.5e-7,
        123456789,
        9999.4,
        5e-324,
    ]
    summaries = [summarize(np.float64(x)) for x in (*numbers, np.nan, -np.inf)]
    summaries += [summarize(np.array(x)) for x in ([1.0, -2.5], [[0.1] * 3] * 2, [np.inf, 1.0])]
    texts = ["1 * -4 = -4, axis=-1, x-y", "-g * out / y", "[-1, 2-1]"]
    shapes = [[], [5], [2, 3], [1, 0, 2]]
    nodes = [
        {"id": "n0", "name": "x", "kind": "parameter", "op": ""},
        {"id": "n0", "name": "", "kind": "function", "op": "multiply"},
        {"id": "n0", "name": "q", "kind": "function", "op": "add"},
        {"id": "n0", "name": "", "kind": "data", "op": ""},
    ]
    program = f"""
        const {{ number, summaryLines, pretty, shapeText, nodeLabel }} = await import("data:text/javascript,"
          + encodeURIComponent({json.dumps(recording.script())}));
        const state = (value, grad) => ({{ values: {{ n0: value }}, grads: {{ n0: grad }} }});
        console.log(JSON.stringify([
          {json.dumps(numbers)}.map(number),
          {json.dumps(summaries)}.map((summary) => summaryLines("value", summary)),
          {json.dumps(texts)}.map(pretty),
          {json.dumps(shapes)}.map(shapeText),
          {json.dumps(nodes)}.map((node) => nodeLabel(node, state({json.dumps(summaries[1])}, undefined))),
          {json.dumps(nodes)}.map((node) => nodeLabel(node, state(undefined, {json.dumps(summaries[3])}))),
        ]));"""
    assert json.loads(run_node("--input-type=module", "-", program=program)) == [
        [words.number(x) for x in numbers],
        [list(words.summary_lines("value", summary)) for summary in summaries],
        [words.pretty(text) for text in texts],
        [words.shape_text(shape) for shape in shapes],
        [words.node_label(node, summaries[1], None) for node in nodes],
        [words.node_label(node, None, summaries[3]) for node in nodes],
    ]


def test_python_and_javascript_sum_up_alike():
    questions = [
        {"id": f"messages-{k}", "kind": "messages", "about": "f → x", "text": "What?"} for k in range(3)
    ]
    answers = {
        "messages-0": {"attempts": ["1"], "right": True, "hints": 1, "seconds": 2.26},
        "messages-1": {"attempts": ["2", "3"], "right": False, "hints": 3, "shown": True, "seconds": 31.0},
    }
    program = f"""
        const code = {json.dumps(recording.script())};
        const {{ scoreOf }} = await import("data:text/javascript," + encodeURIComponent(code));
        console.log(JSON.stringify(scoreOf({json.dumps(questions)}, {json.dumps(answers)})));"""
    assert json.loads(run_node("--input-type=module", "-", program=program)) == score(questions, answers)


def test_a_page_has_the_same_program_without_its_comments():
    code = export.module()
    assert not [line for line in code.splitlines() if line.startswith(("//", "* ")) or line.endswith("*/")]
    assert len(code) < 0.8 * len(recording.script())
    names = sorted(re.findall(r"^export (?:const|function) (\w+)", recording.script(), re.MULTILINE))
    assert len(names) > 15
    program = (
        f"const {{ default: stepper, {', '.join(names)} }} = await import('data:text/javascript,'"
        f"+ encodeURIComponent({json.dumps(code)}));"
        f"console.log(JSON.stringify([{', '.join(names)}, stepper.render].map((f) => typeof f)));"
    )
    assert set(json.loads(run_node("--input-type=module", "-", program=program))) == {"function"}
