"""Cheating pays nothing: whatever a submission does to its own process, only right values earn points.

Each cheat comes with an AddGate that is wrong. It must lose exactly the tests that look at AddGate, and the next
submission, graded by the same fork server, must get everything.
"""

import pytest

ADD_TESTS = {"test_add_forward", "test_add_backward", "test_circuit"}
WORKER = "import gc\nworker = next(o for o in gc.get_objects() if type(o).__name__ == 'Worker')\n"

CHEATS = {
    "patched NumPy": (
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None\n"
        "np.abs = np.absolute = np.subtract = lambda *a, **k: np.zeros(())"
    ),
    "a trace function": (
        "import sys\n"
        "def trace(frame, event, arg):\n"
        "    for name in ('ok', 'passed', 'wrong', 'error', 'score'):\n"
        "        if name in frame.f_locals: frame.f_locals[name] = True\n"
        "    return trace\n"
        "sys.settrace(trace)"
    ),
    "a profile function": "import sys\nsys.setprofile(lambda frame, event, arg: None)",
    "other modules": (
        "import sys\nfrom types import SimpleNamespace\n"
        "for name in ('exercises.errors', 'exercises.blocks', 'minigrad.check', 'pytest'):\n"
        "    sys.modules[name] = SimpleNamespace(check_vjp=lambda *a, **k: None)"
    ),
    "hooks for imports and ends": (
        "import atexit, sys\natexit.register(print, 'passed')\nsys.excepthook = lambda *a: None\n"
        "sys.meta_path.clear()\nsys.path_hooks.clear()"
    ),
    "the worker's answers": (
        WORKER + "class Yes:\n"
        "    def __call__(self, request, arrays):\n"
        "        import json, struct\n"
        "        text = json.dumps({'id': request['id'], 'value': True, 'passed': True, 'changed': [],\n"
        "                           'score': 12, 'blobs': []}).encode()\n"
        "        body = struct.pack('>Q', len(text)) + text\n"
        "        return struct.pack('>Q', len(body)) + body\n"
        "worker.answer = Yes()"
    ),
    "objects for answers": (
        WORKER + "real = worker.answer\n"
        "def answer(request, arrays):\n"
        "    worker.objects.clear()\n"
        "    return real(request, arrays)\n"
        "worker.answer = answer"
    ),
    "its own frame": "import sys\nsys._getframe(1).f_locals['request']['op'] = 'has'",
    "a patched wire": (
        "import gc\nfor o in gc.get_objects():\n"
        "    if getattr(o, '__name__', '') == 'exercises.sandbox.wire': o.encode = lambda *a, **k: True"
    ),
}

WRONG = (
    "class AddGate(mg.Function):\n"
    "    def forward(self, inputs): return 0 * inputs[0]\n"
    "    def backward(self, inputs, output, output_diff): return [inputs[0], inputs[1]]"
)


@pytest.mark.parametrize("name", CHEATS)
def test_cheat_earns_nothing_and_spoils_nobody_elses_score(name, level, solution, grade_cells, failed):
    report = grade_cells([*solution, WRONG, CHEATS[name]])
    assert set(failed(report)) >= ADD_TESTS
    assert all(failed(report).values())
    assert report.level == level
    assert grade_cells(solution).score == 12


def test_hostile_submission_without_answers_gets_zero_and_sentences(level, grade_cells, failed):
    report = grade_cells([*CHEATS.values(), WRONG, "import os\nos._exit(0)"])
    assert report.score == 0
    assert all(reason[:1].isalpha() for reason in failed(report).values())


def test_no_sentence_shows_a_path_of_the_grader(level, grade_cells, failed, gates):
    report = grade_cells(
        ["open('/etc/shadow')", "import nothing_like_it", f"open({str(gates.tests)!r})", WRONG]
    )
    for sentence in (*report.notes, *failed(report).values()):
        assert "sandbox" not in sentence.replace(str(gates.tests), "")
        assert "worker.py" not in sentence
