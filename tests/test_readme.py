"""The code in the README runs and prints what it says."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
import visuals

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.S)


def test_the_ten_lines_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space: dict = {}
    exec(compile(BLOCKS[0], "README.md", "exec"), space)
    assert space["f"].item() == -12
    assert space["x"].grad.item() == -4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.html", "f.svg"]


def test_the_ten_lines_that_train_reach_what_they_say(capsys):
    (block,) = [block for block in BLOCKS if "optimizer.step()" in block]
    exec(compile(block, "README.md", "exec"), {"mg": mg})
    assert float(capsys.readouterr().out) > 0.975


def test_the_printed_program_is_what_the_graph_prints():
    (block,) = [block for block in BLOCKS if block.startswith(">>>")]
    text = re.sub(r"^$", "<BLANKLINE>", block.rstrip("\n"), flags=re.M) + "\n<BLANKLINE>\n"
    test = doctest.DocTestParser().get_doctest(text, {"mg": mg, "np": np}, "README", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize().failed == 0


def test_the_rule_that_it_shows_is_right():
    (block,) = [block for block in BLOCKS if block.startswith("mg.defvjp")]
    softplus = mg.primitive(lambda x: np.log1p(np.exp(x)))
    exec(block, {"mg": mg, "np": np, "softplus": softplus})
    mg.gradcheck(softplus, [np.array([-1.0, 0.5])])
    mg.gradgradcheck(softplus, [np.array([-1.0, 0.5])])


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_resolves(link):
    assert (Path(__file__).parents[1] / link).exists()


def test_the_commands_it_names_exist():
    from minigrad.__main__ import parser

    for command in set(re.findall(r"minigrad (demo|lab|build|grade)", README)):
        with pytest.raises(SystemExit, match="0"):
            parser().parse_args([command, "--help"])
    assert visuals.__all__
