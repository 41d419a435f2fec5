"""`exercises.check`: what a student sees, for right, wrong, missing, unwritten and crashing answers."""

import numpy as np
import pytest

import exercises
import minigrad as mg
from exercises.checking import examine
from exercises.result import CheckResult
from exercises.sandbox.cells import run_cell
from minigrad.errors import UsageError


@pytest.fixture
def check(gates, add_gate):
    """Examine an AddGate with the given bodies."""

    def run(**bodies):
        namespace = {"np": np, "mg": mg}
        run_cell(add_gate(**bodies), "the cell", namespace)
        return examine("add_gate", gates.check("add_gate"), namespace)

    return run


def test_right_answer_passes_all_public_checks(check):
    result = check()
    assert result
    assert len(result.passed) == 4
    assert str(result).startswith("add_gate: all public checks passed\n  ✓ forward on numbers\n")
    assert "hidden" in result._repr_html_()


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ({"forward": "..."}, "AddGate.forward is not written yet"),
        ({"backward": "..."}, "AddGate.backward is not written yet"),
        ({"backward": "return [None, None]"}, "AddGate.backward is not written yet"),
        ({"backward": "return [output_diff, None]"}, "AddGate.backward, gradient of y is not written yet"),
        ({"backward": "return output_diff"}, "AddGate.backward returned no list"),
        ({"backward": "return [output_diff]"}, "AddGate.backward returned 1 gradient for 2 inputs"),
        ({"backward": "return [1.0, 1.0]"}, "ignores the upstream gradient"),
        ({"backward": "return [-output_diff, -output_diff]"}, "gradient for x has the wrong sign"),
        ({"forward": "return x - y"}, "AddGate.forward: wrong value\n    Yours: -7; it should be 3"),
        ({"forward": "return np.sum(x + y)"}, r"Yours is \(\); it should be \(2, 3\)"),
        ({"forward": "return [x + y]"}, "AddGate.forward: a list, where an array is needed"),
        ({"forward": "return mg.tensor(x + y)"}, "AddGate.forward: a Tensor, where an array is needed"),
        ({"forward": "x += y; return x"}, "AddGate.forward overwrote its input"),
        ({"backward": "output_diff *= 2; return [output_diff / 2] * 2"}, "overwrote the upstream gradient"),
        ({"forward": "return x.nothing"}, r"AttributeError: .*\n    line 5 of that cell:  return x.nothing"),
        ({"forward": "raise SystemExit"}, "your code raised SystemExit"),
        (
            {"forward": "return np.matmul(x, y)"},
            r"ValueError: matmul.*\n    line 5 of that cell:  return np.mat",
        ),
    ],
)
def test_wrong_answer_gets_one_diagnosis(check, bodies, message):
    result = check(**bodies)
    assert not result
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(str(result))


def test_wrong_gradient_is_shown_with_its_numbers(check):
    result = check(backward="return [3 * output_diff, output_diff]")
    assert result.failed.startswith("backward on numbers")
    with pytest.raises(AssertionError, match=r"yours .*, numeric .*, ratio 3\. .*Seed 0"):
        raise AssertionError(result.details)


def test_no_line_is_shown_where_none_is_the_students(gates):
    namespace = {"mg": mg}
    run_cell("class AddGate(mg.Function):\n    pass", "the cell", namespace)
    result = examine("add_gate", gates.check("add_gate"), namespace)
    assert "AddGate has no forward" in result.diagnosis
    assert result.details == ""


def test_missing_class_is_named_with_a_near_match(gates):
    result = examine(
        "max_gate", gates.check("max_gate"), {"MaximumGate": dict, "Maxgate": type("Maxgate", (), {})}
    )
    assert result.diagnosis == "MaxGate is not defined"
    assert "There is a class Maxgate: did you mean MaxGate?" in result.details


def test_name_that_is_no_class_is_said_so(gates):
    result = examine("max_gate", gates.check("max_gate"), {"MaxGate": 3})
    assert result.diagnosis == "MaxGate is not a class"


def test_check_looks_into_the_calling_program_and_prints(capsys, solution):
    [add_gate] = [cell for cell in solution if "class AddGate" in cell]
    program = f'{solution[0]}\n{add_gate}\nresult = exercises.check("add_gate")'
    namespace = {}
    exec(program, namespace)
    assert namespace["result"]
    assert capsys.readouterr().out.startswith("add_gate: all public checks passed")


def test_check_stays_callable_after_its_module_was_imported():
    import exercises.checking

    assert callable(exercises.check)
    assert exercises.check is exercises.checking.check


def test_unknown_task_is_one_error_with_near_matches():
    with pytest.raises(UsageError, match=r"there is no task 'AddGate' to check; did you mean add_gate"):
        exercises.check("AddGate")
    with pytest.raises(UsageError, match=r"there is no task 'zebra' to check; there are slope, .*add_gate"):
        exercises.check("zebra")


def test_html_escapes_what_students_wrote():
    page = CheckResult("t", [], "step", "raised <b>Boom</b>", "<script>")._repr_html_()
    assert "<script>" not in page
    assert "&lt;b&gt;Boom" in page


def test_results_do_not_rely_on_colour():
    marks = [CheckResult("t", [], "s", "d", begun=begun)._repr_html_() for begun in (True, False)]
    assert "✗" in marks[0]
    assert "…" in marks[1]
    assert "✓" in CheckResult("t", ["s"])._repr_html_()
