"""Tasks where students write the autograd themselves: neither the engine's nor another one can be had."""

from pathlib import Path

import numpy as np
import pytest

import minigrad
from exercises.errors import CheckFailed
from exercises.grading import levels
from exercises.grading.policy import Policy, policy_of
from exercises.grading.server import ServerFailed, borrow
from exercises.sandbox.standins import Silent

WITHOUT = Policy(engine=False)
ENGINE = Path(minigrad.__file__).parent
PACKAGES = Path(np.__file__).parents[1]
NOT_HERE = "is not available in this task: write it yourself, with NumPy"
NO_FILE = r"(PermissionError|FileNotFoundError|ModuleNotFoundError|ImportError)"


@pytest.fixture
def run(run):
    """Run cells in a worker, by default without the engine."""
    first = "import numpy as np\nimport minigrad as mg"
    return lambda *cells, policy=WITHOUT: run(first, *cells, policy=policy)


def body(lines):
    indented = "\n    ".join(lines.splitlines())
    return f"def answer(*given):\n    {indented}"


ENGINE_CALLS = [
    "return mg.grad(mg.tensor(3.0) ** 2, [])",
    "x = mg.tensor(3.0, requires_grad=True)\n(x * x).backward()\nreturn x.grad",
    "return mg.Tensor(3.0)",
    "return mg.func.grad(np.sin)(1.0)",
    "return mg.gradcheck(np.sin, [1.0])",
    "return mg.Graph(None)",
    "from minigrad import grad\nreturn grad(1, 2)",
    "from minigrad.func import hvp\nreturn hvp(1, 2, 3)",
    "import minigrad.vjps as v\nreturn v.lookup(np.sin)",
    "import importlib\nreturn importlib.import_module('minigrad.backprop').grad(1)",
    "return __import__('minigrad').optim.Adam([])",
    "import minigrad.nn as nn\nreturn nn.Dense(2, 3)",
]


@pytest.mark.parametrize("lines", ENGINE_CALLS)
def test_the_engine_refuses_within_an_answer(lines, run):
    with pytest.raises(CheckFailed, match=NOT_HERE):
        run(body(lines)).answer()


def test_the_message_names_what_was_called(run):
    with pytest.raises(CheckFailed, match=r"NotInThisTask: mg.func.grad is not available in this task"):
        run(body("return mg.func.grad(np.sin)(1.0)")).answer()


GOING_ROUND = {
    "search path": "import sys\nsys.path.insert(0, given[0])\n"
    "for n in [n for n in sys.modules if n.startswith('minigrad')]: del sys.modules[n]\n"
    "sys.meta_path.pop(0)\nimport minigrad\nreturn minigrad.grad",
    "loader": "import importlib.util as u\ns = u.spec_from_file_location('m', given[0] + '/minigrad/tensor.py')\n"
    "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nreturn m.Tensor",
    "source": "return open(given[0] + '/minigrad/backprop.py').read()",
    "compiled": "import marshal\nreturn marshal.loads(open(given[1], 'rb').read()[16:])",
    "directory": "import os\nreturn os.listdir(given[0] + '/minigrad')",
    "torch": "import torch\nreturn torch.autograd",
    "jax": "import jax\nreturn jax.grad",
    "autograd": "from autograd import grad\nreturn grad",
    "sympy": "import sympy\nreturn sympy.diff",
    "torch, with the finder removed": "import sys\nsys.meta_path.pop(0)\nimport torch\nreturn torch.autograd",
    "autograd, with the finder removed": "import sys\nsys.meta_path.pop(0)\nimport autograd\nreturn autograd.grad",
    "anything in site-packages": "import sys\nsys.meta_path.pop(0)\nimport hypothesis\nreturn hypothesis.given",
}


@pytest.mark.parametrize("name", GOING_ROUND)
def test_there_is_no_way_round(name, walled, run):
    compiled = next(iter((ENGINE / "__pycache__").glob("backprop*.pyc")), ENGINE / "backprop.py")
    with pytest.raises(CheckFailed, match=NO_FILE):
        run(body(GOING_ROUND[name])).answer(str(ENGINE.parent), str(compiled))


def test_nothing_of_the_engine_is_in_memory(run):
    lines = (
        "import gc, sys\n"
        "names = {getattr(o, '__module__', None) for o in gc.get_objects()} | set(sys.modules)\n"
        "return sorted(str(n) for n in names if str(n).startswith('minigrad'))"
    )
    assert run(body(lines)).answer() == ["minigrad"]
    assert "minigrad.backprop" in run(body(lines), policy=Policy()).answer()


def test_gates_need_only_the_base_class(run):
    gate = (
        "class Twice(mg.Function):\n"
        "    def forward(self, inputs): return 2 * inputs[0]\n"
        "    def backward(self, inputs, output, output_diff): return [2 * output_diff]\n"
        "class Half(mg.Function): pass"
    )
    student = run(gate)
    np.testing.assert_array_equal(student.Twice().forward([np.ones(2)]), [2, 2])
    np.testing.assert_array_equal(student.Twice()(np.ones(2)), [2, 2])
    with pytest.raises(CheckFailed, match=r"Half has no backward\(self, inputs, output, output_diff\) yet"):
        student.Half().backward([], 0, 0)


def test_demonstrations_in_cells_are_silent(run):
    demonstration = (
        "import exercises, visuals\nfrom minigrad.nn import Dense\n"
        "x = mg.tensor([1.0], requires_grad=True, name='x')\n"
        "y = np.pi * x @ x + 2 - x / 3\ny.backward()\nvisuals.draw(y)\nexercises.check('a')\n"
        "for batch in mg.data.digits(): pass\nassert not isinstance(3, mg.Tensor)\nx, t = mg.data.spiral(3)"
    )
    student = run(demonstration, "def answer(): return 3")
    assert student.answer() == 3
    assert student._session.cell_errors == {}


def test_the_engines_stand_in_is_no_answer(run):
    student = run("kept = mg.tensor([1.0])", body("return kept"))
    with pytest.raises(CheckFailed, match="an object, where plain data is needed"):
        assert student.answer()


def test_own_autograd_is_welcome(run):
    own = (
        "class Tensor:\n"
        "    def __init__(self, value, parents=()): self.value, self.parents, self.grad = value, parents, 0.0\n"
        "    def __mul__(self, other):\n"
        "        return Tensor(self.value * other.value, [(self, other.value), (other, self.value)])\n"
        "    def backward(self, g=1.0):\n"
        "        self.grad += g\n"
        "        for parent, local in self.parents: parent.backward(g * local)\n"
    )
    student = run(own)
    x = student.Tensor(3.0)
    student.evaluate("x * x", x=x).backward()
    assert x.get("grad") == 6.0


def test_single_functions_can_be_forbidden(run):
    policy = Policy(forbid=("minigrad.func.hvp", "minigrad.Tensor.backward", "minigrad.optim.Adam"))
    forbidden = {
        "mg.func.hvp": "return mg.func.hvp(lambda x: x * x, 1.0, 1.0)",
        "mg.Tensor.backward": "x = mg.tensor(1.0, requires_grad=True)\nreturn (x * x).backward()",
        "mg.optim.Adam": "return mg.optim.Adam([mg.Parameter(np.ones(2))])",
    }
    for said, lines in forbidden.items():
        with pytest.raises(CheckFailed, match=f"{said} is not available in this task: write it yourself"):
            run(body(lines), policy=policy).answer()
    allowed = "return float(mg.func.grad(lambda x: x * x)(np.array(3.0)))"
    assert run(body(allowed), policy=policy).answer() == 6.0


@pytest.mark.parametrize(
    "lines",
    [
        "import importlib\nimportlib.reload(__import__('sys').modules[mg.func.hvp.__module__])\nreturn 1",
        "import inspect\nreturn inspect.getsource(__import__('sys').modules[mg.func.hvp.__module__])",
    ],
)
def test_forbidden_functions_cannot_be_loaded_again(lines, run):
    with pytest.raises(CheckFailed, match=r"PermissionError|FileNotFoundError|OSError"):
        run(body(lines), policy=Policy(forbid=("minigrad.func.hvp",))).answer()


@pytest.mark.parametrize("name", ["minigrad.nothing", "numpy.sin", "no_such_module.x"])
def test_what_cannot_be_forbidden_is_said_at_the_start(name):
    with pytest.raises(
        ServerFailed, match="is no Python function, class or module, so it cannot be forbidden"
    ):
        borrow(levels.best(), Policy(forbid=(name,)))


def test_files_can_be_hidden(run):
    policy = Policy(hide=("minigrad/data/digits.npz",))
    with pytest.raises(CheckFailed, match="PermissionError"):
        run(body("return open(given[0], 'rb').read()[:3]"), policy=policy).answer(
            str(ENGINE / "data/digits.npz")
        )
    assert run(body("import minigrad.data.digits as d\nreturn d.__name__"), policy=policy).answer()


def test_policies_are_read_and_not_run(tmp_path):
    tests = tmp_path / "tests.py"
    tests.write_text('import nothing\nSANDBOX = {"forbid": ["minigrad.func.hvp"], "hide": ["a"]}\n')
    assert policy_of(tests) == Policy(True, ("minigrad.func.hvp",), ("a",))
    tests.write_text("x = 1\n")
    assert policy_of(tests) == Policy()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"motor": False}', "unknown: motor"),
        ('{"engine": "no"}', "engine is True or False"),
        ('{"forbid": "minigrad.grad"}', "forbid and hide are lists of names"),
        ("f(3)", "SANDBOX must be such as"),
        ("3", "SANDBOX must be such as"),
    ],
)
def test_malformed_policies_are_named(text, message, tmp_path):
    tests = tmp_path / "tests.py"
    tests.write_text(f"SANDBOX = {text}\n")
    with pytest.raises(ValueError, match=message):
        policy_of(tests)


def test_pictures_unpack_into_what_is_asked_for():
    plt = Silent("plt")
    figure, (left, right) = plt.subplots(1, 2)
    (line,) = left.plot([1, 2])
    with plt.style.context("dark"):
        line.set_label("a")
    for _ in right.lines:
        pytest.fail("there is nothing to go over")
    figure["a"] = 3
    assert not figure["a"]


def test_pictures_cost_nothing_and_need_no_library(run):
    cell = (
        "import matplotlib.pyplot as plt\nimport seaborn as sns\nfrom mpl_toolkits.mplot3d import Axes3D\n"
        "from IPython.display import HTML, clear_output\nfrom ipywidgets import interact\n"
        "fig, axes = plt.subplots(1, 2)\naxes[0].plot([1, 2]); plt.show()\n"
        "@interact(x=3)\ndef show(x): pass\n"
    )
    student = run(cell, "def answer(): return 1", policy=Policy())
    assert student.answer() == 1
    assert student._session.cell_errors == {}
