"""What a test may do with `student`: the same in a worker and in this process, whatever the student's code does."""

from pathlib import Path

import numpy as np
import pytest

from exercises.errors import CheckFailed
from exercises.grading import callbacks
from exercises.grading.session import Session
from exercises.grading.student import RemoteStudent
from exercises.grading.submission import Submission
from exercises.local import LocalStudent

PROGRAM = """
import numpy as np
answer = [1.5, {"a": np.arange(3.0)}]
class Node:
    def __init__(self, value, parents=()):
        self.value, self.parents = value, list(parents)
    def __mul__(self, other):
        return Node(self.value * other.value, [self, other])
    def read(self): return self.value
def order(node):
    seen = []
    def visit(n):
        for p in n.parents: visit(p)
        if n not in seen: seen.append(n)
    visit(node)
    return seen
def total(nodes): return sum(n.value for n in nodes["all"])
def slope(f, x, h=1e-6): return (f(x + h) - f(x - h)) / (2 * h)
def same(*values, **named): return values, named
def descend(parameters, gradients, rate=0.5):
    for p, g in zip(parameters, gradients): p -= rate * g
class Store:
    def __init__(self, f): self.f = f
    def run(self, x): return self.f(x)
def maker(): return lambda x: 2 * x
def use(f, node): return f(node)
"""


@pytest.fixture(params=["worker", "here"], scope="module")
def student(request):
    if request.param == "here":
        namespace = {}
        exec(PROGRAM, namespace)
        yield LocalStudent(namespace)
    else:
        with Session(Submission(Path("x.py"), (PROGRAM,)), 20) as session:
            yield RemoteStudent(session)


def test_plain_data_goes_there_and_back(student):
    sent = (None, True, 3, 2.5, "text", [1, (2, {"a": None, 3: [np.float32(1)]})])
    values, named = student.same(*sent, k={"x": ()})
    assert values == sent
    assert named == {"k": {"x": ()}}


def test_functions_of_the_test_are_called_back(student):
    seen = []

    def f(x):
        seen.append(float(x))
        return np.sin(x)

    assert abs(student.slope(f, 0.3, h=1e-4) - np.cos(0.3)) < 1e-8
    np.testing.assert_allclose(seen, [0.3001, 0.2999])


def test_functions_can_be_kept_and_called_later(student):
    store = student.Store(np.exp)
    np.testing.assert_array_equal(store.run(np.arange(3.0)), np.exp(np.arange(3.0)))


def test_functions_of_the_student_come_back_callable(student):
    assert student.maker()(4) == 8


def test_objects_are_arguments_and_keep_their_identity(student):
    x, y = student.Node(2.0), student.Node(3.0)
    z = student.Node(0.0, [x, y])
    assert student.order(z) == [x, y, z]
    assert student.total({"all": [x, y]}) == 5.0
    assert len({x, y, x}) == 2
    assert x != y


def test_attributes_are_read_and_set(student):
    x = student.Node(2.0)
    x.set("value", np.arange(3.0))
    np.testing.assert_array_equal(x.get("value"), np.arange(3.0))
    assert student.Node(1.0, [x]).get("parents") == [x]
    np.testing.assert_array_equal(student.get("answer")[1]["a"], np.arange(3.0))


def test_expressions_use_the_operators_of_objects(student):
    product = student.evaluate("x * y", x=student.Node(2.0), y=student.Node(5.0))
    assert product.get("value") == 10.0
    assert product.read() == 10.0


def test_arguments_that_may_change_come_back(student):
    before = [np.ones(2), np.zeros(3)]
    result, (after, _) = student.descend.in_place(before, [np.ones(2), np.ones(3)], rate=2.0)
    assert result is None
    np.testing.assert_array_equal(np.concatenate(after), [-1, -1, -2, -2, -2])
    np.testing.assert_array_equal(np.concatenate(before), [1, 1, 0, 0, 0])


def test_functions_of_the_test_may_use_the_students_objects(student):
    assert student.use(lambda node: node.read() + 1, student.Node(2.0)) == 3.0


def test_objects_are_no_verdicts(student):
    node = student.Node(1.0)
    with pytest.raises(CheckFailed, match="an object, where plain data is needed"):
        assert node
    with pytest.raises(TypeError):
        node - 1
    with pytest.raises(TypeError):
        np.ones(2) - node


def test_failed_assertion_inside_a_callback_decides(student):
    def f(x):
        raise CheckFailed("f was called with a wrong h")

    with pytest.raises(CheckFailed, match="wrong h"):
        student.slope(f, 1.0)


def test_errors_inside_a_callback_reach_the_student_without_our_words(run):
    program = (
        "def g(f):\n    try: f([1])\n    except ValueError as e: return str(e), str(e.__traceback__.tb_next)"
    )
    student = run(program)

    def f(x):
        raise ValueError("expected 42")

    assert student.g(f)[0] == "f cannot be computed from these arguments"


def test_a_callback_takes_no_larger_arrays_than_its_inputs(run):
    student = run("import numpy as np\ndef g(f, x): return f(np.ones((10**6, 1)))")
    with pytest.raises(
        CheckFailed, match="ValueError: <lambda> was given 1000000 numbers: more than its inputs have"
    ):
        student.g(lambda x: x @ x.T, np.ones(3))


def test_floods_of_callbacks_end(run, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_CALLS", 100)
    student = run("def g(f):\n    while True: f(1)\ndef ok(): return 1")
    with pytest.raises(CheckFailed, match="your code called <lambda> more than 100 times"):
        student.g(lambda x: x)
    assert student.ok() == 1


def test_callbacks_do_not_extend_the_time_limit(run):
    student = run("def g(f):\n    while True: f(1)", timeout=0.5)
    with pytest.raises(CheckFailed, match=r"took longer than 0.5 s"):
        student.g(lambda x: x)


def test_endless_mutual_calls_end(run):
    student = run("def g(f): return f(1)")

    def f(x):
        return student.g(f)

    with pytest.raises(CheckFailed, match="call each other without end"):
        student.g(f)


def test_callbacks_after_the_reply_and_from_threads_are_refused(run):
    program = """
import threading
said = []
def g(f):
    global kept; kept = f
    def run():
        try: f(1)
        except RuntimeError as e: said.append(str(e))
    t = threading.Thread(target=run); t.start(); t.join()
    return said
"""
    (said,) = run(program).g(lambda x: x)
    assert said == "<lambda> can only be called by your function that it was given to, before it returns"


def forging(message):
    return (
        "import os, json, struct\n"
        f"text = json.dumps({message!r}).encode()\n"
        "body = struct.pack('>Q', len(text)) + text\n"
        "def g(*args):\n"
        "    for fd in range(3, 30):\n"
        "        try: os.write(fd, struct.pack('>Q', len(body)) + body)\n"
        "        except OSError: pass\n"
    )


@pytest.mark.parametrize(
    "message",
    [
        {"id": 2, "call": 7, "args": None, "blobs": []},
        {"id": 2, "call": 0, "args": None, "blobs": []},
        {"id": 2, "call": 0, "args": {"tuple": [{"tuple": []}, {"list": []}]}, "blobs": []},
        {"id": 2, "call": "x", "blobs": []},
        {"id": 2, "call": None, "blobs": []},
        {"id": 99, "call": 0, "blobs": []},
    ],
)
def test_forged_calls_end_the_worker_with_a_sentence(message, run):
    calls = []
    with pytest.raises(CheckFailed, match="your code answered with"):
        run(forging(message)).g(calls.append)
    assert calls == []


def test_forged_object_numbers_are_only_names(run):
    student = run(
        forging({"id": 2, "value": {"object": 10**9, "type": "\x1b[2J"}, "changed": [], "blobs": []})
    )
    found = student.g()
    assert "\x1b" not in repr(found)
    with pytest.raises(CheckFailed):
        found.get("x")


def test_unsendable_arguments_of_callbacks_are_the_students_error(run):
    with pytest.raises(CheckFailed, match="TypeError: <lambda> was called with an array of dtype object"):
        run("import numpy as np\ndef g(f): f(np.array([None]))").g(lambda x: x)


def test_callback_may_get_tensors_and_objects_that_are_no_numbers(run):
    kinds = []
    program = "import minigrad as mg\ndef g(f): return f(mg.tensor([1.0]), object(), x=[object()])"
    run(program).g(lambda a, b, x: kinds.extend(type(v).__name__ for v in (a, b, x[0])))
    assert kinds == ["RemoteTensor", "RemoteObject", "RemoteObject"]
