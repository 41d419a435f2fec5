"""Comparing answers: dtypes, shapes, named mistakes, changed arguments, expected errors, and pictures of targets."""

import numpy as np
import pytest

import exercises
from exercises.answers import as_several, call, check_error, check_value, check_values, compare, tolerance
from exercises.errors import CheckFailed, NotWritten
from exercises.local import LocalStudent
from minigrad.errors import UsageError

RIGHT = np.array([1.0, 1000.0, -3.0]) / 7


@pytest.mark.parametrize("dtype", ["float64", "float32", "longdouble"])
def test_result_may_be_as_exact_as_its_dtype(dtype):
    compare(RIGHT.astype(dtype), RIGHT, "f")


@pytest.mark.parametrize(
    "value", [3, 3.0, True + 2, np.int8(3), np.float32(3), np.array(3), np.array(3.0)[()]]
)
def test_a_number_may_come_in_any_form(value):
    compare(value, 3.0, "f")


def test_low_precision_lets_no_wrong_answer_pass():
    with pytest.raises(CheckFailed, match="wrong value"):
        compare((RIGHT * 1.0002).astype(np.float32), RIGHT, "f")
    with pytest.raises(CheckFailed, match="wrong value"):
        compare((RIGHT * 1.01).astype(np.float16), RIGHT, "f")
    assert tolerance(np.dtype("float16")) == 1e-5


def test_views_and_other_memory_orders_are_fine():
    wide = np.asfortranarray(np.arange(24.0).reshape(4, 6))
    compare(wide[::2, ::-3], np.arange(24.0).reshape(4, 6)[::2, ::-3], "f")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "f is not written yet"),
        (..., "f is not written yet"),
        ([1.0], "a list, where an array is needed"),
        ((1.0,), "a tuple, where an array is needed"),
        ("1", "f: no array"),
        (1j, "f: no array"),
        (np.array(1j), "f: no real numbers"),
        (np.nan, "wrong value\nYours: nan; it should be 1"),
        (np.inf, "wrong value"),
        (np.ones((1,)), r"the value has the wrong shape\nYours is \(1,\); it should be \(\)."),
        (1.0 + 1e-7, r"wrong value\nYours: 1; it should be 1 \(1 of 1 is wrong\)"),
    ],
)
def test_what_is_no_right_number_is_told_so(value, message):
    with pytest.raises(CheckFailed, match=message):
        compare(value, 1.0, "f")


def test_sums_that_cancel_may_be_off_by_a_little_if_the_check_says_so():
    compare(3e-17, 0.0, "f", atol=1e-12)
    with pytest.raises(CheckFailed, match="wrong value"):
        compare(3e-17, 0.0, "f")


def test_mistake_is_named_also_if_it_has_another_shape():
    mistakes = [("f: is it a mean?", 2.0), ("f: keepdims?", np.array([[6.0]]))]
    with pytest.raises(CheckFailed, match="is it a mean"):
        compare(2.0, 6.0, "f", mistakes=mistakes)
    with pytest.raises(CheckFailed, match=r"keepdims\?\nYours is \(1, 1\)"):
        compare(np.array([[6.0]]), 6.0, "f", mistakes=mistakes)
    with pytest.raises(CheckFailed, match="f: wrong value"):
        compare(5.0, 6.0, "f", mistakes=mistakes)


def test_changed_arguments_are_found_inside_lists_and_dicts_too():
    def spoils(pair, table):
        table["a"][0] = 7.0

    with pytest.raises(CheckFailed, match="f overwrote its input"):
        call(spoils, [[np.zeros(2)], {"a": np.zeros(2)}], "f")
    given = np.zeros(2)
    with pytest.raises(CheckFailed, match="f overwrote its input"):
        check_value(lambda x: x.__iadd__(1), [given], 1.0, "f")
    assert not given.any()  # the check's own array is safe
    assert call(lambda x, table: 3, [np.array([np.nan]), {"n": [1, 2]}], "f") == 3


def test_memory_order_of_arguments_is_kept():
    order = call(lambda x: x.flags.f_contiguous, [np.asfortranarray(np.ones((2, 3)))], "f")
    assert order


def test_several_results():
    check_values(lambda: [np.array(1.0), 2], [], {"mean": 1.0, "variance": 2.0}, "f")
    with pytest.raises(CheckFailed, match="f: wrong result variance"):
        check_values(lambda: (1.0, 3.0), [], {"mean": 1.0, "variance": 2.0}, "f")
    with pytest.raises(
        CheckFailed, match=r"f returned 1 result where 2 are wanted\nReturn 2 results: mean, variance"
    ):
        check_values(lambda: [1.0], [], {"mean": 1.0, "variance": 2.0}, "f")
    with pytest.raises(CheckFailed, match="f returned no list"):
        as_several(np.ones(2), "ab", "f", "result")
    with pytest.raises(NotWritten, match="f is not written yet"):
        as_several([None, ...], "ab", "f", "result")
    with pytest.raises(NotWritten, match="f, b is not written yet"):
        as_several([1.0, None], "ab", "f", "result")


def test_expected_error():
    def refuse():
        raise ValueError("there is a cycle")

    check_error(refuse, ValueError, "f of a cycle", says="Cycle")
    with pytest.raises(CheckFailed, match="f of a cycle: no ValueError was raised"):
        check_error(lambda: 1, ValueError, "f of a cycle")
    with pytest.raises(CheckFailed, match="the message does not name 'loop'"):
        check_error(refuse, ValueError, "f of a cycle", says="loop")

    def refused_in_a_worker():
        raise CheckFailed("your code raised ValueError: there is a cycle")

    check_error(refused_in_a_worker, ValueError, "f", says="cycle")

    def crashed_in_a_worker():
        raise CheckFailed("your code raised KeyError: 'x'")

    with pytest.raises(CheckFailed, match="f: your code raised KeyError"):
        check_error(crashed_in_a_worker, ValueError, "f")


@pytest.mark.parametrize(
    ("names", "wanted", "message"),
    [
        ({}, "slope", "slope is not defined\nRun the cell with `def slope` first."),
        ({}, "Dense", "Run the cell with `class Dense` first."),
        ({"slopes": len}, "slope", "There is a function slopes: did you mean slope"),
        ({"Dence": dict, "dense": len}, "Dense", "There is a class Dence: did you mean Dense"),
        ({"slope": 3}, "slope", "slope is not a function\nIn your notebook it is a value of type int"),
        ({"Dense": "x"}, "Dense", "Dense is not a class"),
    ],
)
def test_missing_names_are_explained(names, wanted, message):
    with pytest.raises(CheckFailed, match=message):
        getattr(LocalStudent(names), wanted)


def test_student_that_changes_a_dict_is_seen():
    student = LocalStudent({"f": lambda table: table.update(b=2)})
    given = {"a": 1}
    _, (after,) = student.f.in_place(given)
    assert after == {"a": 1, "b": 2}
    assert given == {"a": 1}


def test_target_of_an_unknown_task_is_one_error():
    with pytest.raises(UsageError, match="there is no task 'AddGate' to check; did you mean add_gate"):
        exercises.target("AddGate")
    with pytest.raises(UsageError, match="the task 'layer' has no picture of its target"):
        exercises.target("layer")
