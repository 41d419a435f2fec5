"""The text of kernels, compiled for the CPU: line by line what NumPy computes, in the types in which NumPy computes."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad.kernels import WRITTEN, Kernel, fusible, literal
from minigrad.rules.shape import cast
from tests.minigrad.devices.kernels import COMPILER, ElementwiseKernel
from tests.minigrad.devices.strict import to_device

needs_a_compiler = pytest.mark.skipif(
    COMPILER is None, reason="there is no C++ compiler that could run the kernels"
)


class Call(SimpleNamespace):
    """A value of a program, with the array that NumPy makes of it."""

    __hash__ = object.__hash__


def leaf(name, array):
    return Call(name=name, fun=None, args=(), kwargs={}, shape=array.shape, dtype=array.dtype, array=array)


def call(name, fun, *args):
    values = [getattr(a, "array", a) for a in args]
    with np.errstate(all="ignore"):
        array = values[0].astype(values[1]) if fun is cast else fun(*values)
    return Call(name=name, fun=fun, args=args, kwargs={}, shape=array.shape, dtype=array.dtype, array=array)


def agree(calls, rtol=None):
    """All calls in one kernel, each result against NumPy's: its type, and its value."""
    assert all(map(fusible, calls))
    kernel = Kernel(calls, {c.name for c in calls})
    run = ElementwiseKernel(kernel.reads, kernel.writes, kernel.body, kernel.name)
    found = run(*[to_device(np.array(getattr(a, "array", a))) for a in kernel.inputs])
    for c, result in zip(calls, found if isinstance(found, tuple) else [found], strict=True):
        assert (result.dtype, result.shape) == (c.dtype, c.shape), c.name
        precision = rtol or {"f": 4e-6, "d": 1e-13}.get(c.dtype.char, 0)
        np.testing.assert_allclose(result.get(), c.array, rtol=precision, atol=precision, err_msg=c.name)
    return kernel


DOMAINS = {np.arccosh: (1.5, 3), np.arctanh: (-0.8, 0.8), np.arcsin: (-0.8, 0.8), np.arccos: (-0.8, 0.8)}
POSITIVE = (np.sqrt, np.log, np.log2, np.log10, np.log1p, np.power, np.float_power)
MANY = [fun for fun in WRITTEN if isinstance(fun, np.ufunc)]


@needs_a_compiler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_function(dtype):
    calls = []
    for k, fun in enumerate(MANY):
        low, high = (0.1, 3) if fun in POSITIVE else DOMAINS.get(fun, (-2, 2))
        arrays = np.random.default_rng(k).uniform(low, high, (fun.nin, 50)).astype(dtype)
        leaves = [leaf(f"x{k}_{j}", a) for j, a in enumerate(arrays)]
        calls.append(call(f"t{k}", fun, *leaves))
    for start in range(0, len(calls), 20):
        agree(calls[start : start + 20])


SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e-40, 3e38])


@needs_a_compiler
def test_nan_infinities_and_signed_zeros():
    x, y = np.meshgrid(SPECIAL, SPECIAL)
    a, b = leaf("a", x), leaf("b", y)
    two = [np.maximum, np.minimum, np.fmax, np.fmin, np.add, np.divide, np.less, np.equal, np.not_equal, np.copysign,
           np.logical_and, np.logical_or, np.greater_equal, np.arctan2, np.hypot, np.power]  # fmt: skip
    one = [np.absolute, np.sign, np.isnan, np.logical_not, np.negative, np.square, np.sqrt, np.exp, np.log, np.tanh,
           np.floor, np.rint, np.reciprocal, np.expm1, np.log1p]  # fmt: skip
    calls = [call(f"t{k}", fun, a, b) for k, fun in enumerate(two)]
    agree([*calls, *[call(f"u{k}", fun, a) for k, fun in enumerate(one)]])


KINDS = [np.bool_, np.int8, np.uint8, np.int32, np.uint16, np.int64, np.float32, np.float64]


@needs_a_compiler
def test_the_types_are_numpys():
    rng = np.random.default_rng(0)
    leaves = [
        leaf(f"x{k}", rng.integers(0, 2 if kind is np.bool_ else 9, 20).astype(kind))
        for k, kind in enumerate(KINDS)
    ]
    calls = []
    for fun in (np.add, np.multiply, np.divide, np.maximum, np.less, np.equal, np.logical_and):
        for k, a in enumerate(leaves):
            for b in (*leaves[k:], 2, 0.5, True, np.float32(1.5), np.int8(3)):
                if b is True and a.dtype.kind == "b" and fun is np.divide:
                    continue
                try:
                    made = call(f"t{len(calls)}", fun, a, b)
                except TypeError:  # NumPy has no such function of truth values
                    continue
                if made.dtype.char in "?bBhHiIlLqQfd" and fusible(made):
                    calls.append(made)
    assert len(calls) > 300
    for start in range(0, len(calls), 60):
        agree(calls[start : start + 60])


@needs_a_compiler
def test_python_numbers_take_on_the_type_of_what_they_meet():
    x = leaf("x", np.array([0.1, 2.0, -3.0], np.float32))
    kernel = agree(
        [
            call("t1", np.multiply, x, 0.1),
            call("t2", np.add, x, 3),
            call("t3", np.multiply, x, np.float64(0.1)),
        ]
    )
    assert "(float)0.1" in kernel.body
    assert "double" in kernel.body


@needs_a_compiler
@pytest.mark.parametrize("exponent", [2, 2.0, 0.5, -1, 1, 3, -2.5, 0])
def test_powers(exponent):
    x = leaf("x", np.array([0.1, 2.0, 3.5]))
    kernel = agree([call("t1", np.power, x, exponent)])
    assert ("pow" in kernel.body) == (exponent not in (2, 0.5, -1, 1))


@needs_a_compiler
def test_casts_choices_and_broadcasting():
    x, y = leaf("x", np.array([[0.5], [-1.5]])), leaf("y", np.array([1.25, -2.75, 3.5], np.float32))
    t1 = call("t1", np.multiply, x, y)
    t2 = call("t2", np.greater, t1, 0.0)
    t3 = call("t3", np.where, t2, t1, 0.0)
    t4 = call("t4", cast, t3, np.dtype(np.float32))
    t5 = call("t5", cast, t1, np.dtype(np.int64))
    t6 = call("t6", np.multiply, t4, t2)
    kernel = agree([t1, t2, t3, t4, t5, t6])
    assert [a.name for a in kernel.inputs] == ["x", "y"]


@needs_a_compiler
def test_constant_arrays_are_read():
    x, c = leaf("x", np.arange(3.0)), np.array([1.0, 2.0, 4.0])
    kernel = agree([call("t1", np.add, x, c), call("t2", np.multiply, x, c)])
    assert len(kernel.inputs) == 2
    assert kernel.reads == "float64 x, float64 value_1"


@needs_a_compiler
@pytest.mark.parametrize("name", ["i", "n", "float", "new", "θ", "weight", "_x", "T", "class", "d_x", "x2"])
def test_any_name_of_the_users(name):
    x = leaf(name, np.array([0.5, 2.0]))
    agree([call("t1", np.multiply, x, x), call(f"d_{name}", np.add, x, 1.0)])


def test_only_what_is_wanted_is_written():
    x = leaf("x", np.ones(3))
    t1 = call("t1", np.exp, x)
    t2 = call("t2", np.add, t1, x)
    kernel = Kernel([t1, t2], {"t2"})
    assert (kernel.reads, kernel.writes) == ("float64 x", "float64 t2_out")
    assert kernel.body == "const double t1 = exp(x);\nconst double t2 = t1 + x;\nt2_out = t2;"
    assert kernel.name == "minigrad_exp_add_2"
    assert kernel.outputs == [t2]


def test_what_cannot_be_a_line_of_a_kernel():
    x, z = leaf("x", np.ones((2, 3))), leaf("z", np.ones((2, 3)) * 1j)
    half, whole = leaf("h", np.ones(3, np.float16)), leaf("k", np.arange(3))
    no = [
        call("t", np.sum, x), call("t", np.transpose, x), call("t", np.exp, z), call("t", np.exp, half),
        call("t", np.power, whole, whole), call("t", np.multiply, leaf("s", np.array(2.0)), 3.0),
        call("t", np.multiply, x, 1j), call("t", np.add, x, half), call("t", cast, x, np.dtype(np.float16)),
    ]  # fmt: skip
    assert not any(map(fusible, no))
    assert not fusible(Call(**{**vars(call("t", np.exp, x)), "kwargs": {"dtype": np.float32}}))
    assert fusible(call("t", np.exp, x))


def test_constants_in_c():
    assert [literal(v) for v in (0.1, 1e-30, -2.0, 7, -7, False)] == [
        "0.1",
        "1e-30",
        "(-2.0)",
        "7LL",
        "(-7LL)",
        "false",
    ]
    assert literal(float("inf")) == "__longlong_as_double(0x7ff0000000000000LL)"
    assert literal(np.float32(0.1)) == repr(float(np.float32(0.1)))


SMOOTH = [np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.tanh, np.sin, np.negative, np.absolute, np.less,
          np.greater_equal, np.logical_not, np.square]  # fmt: skip


@needs_a_compiler
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_random_chains(data):
    """Whatever is made of whatever, in whatever types: the kernel computes what NumPy computes."""
    kinds = data.draw(st.lists(st.sampled_from(KINDS[3:]), min_size=2, max_size=4))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    values = [leaf(f"x{k}", rng.integers(-3, 4, (2, 5)).astype(kind)) for k, kind in enumerate(kinds)]
    calls = []
    for k in range(data.draw(st.integers(1, 12))):
        fun = data.draw(st.sampled_from(SMOOTH))
        arguments = [data.draw(st.sampled_from([*values, 0.5, 2])) for _ in range(fun.nin)]
        if not any(hasattr(a, "array") for a in arguments):
            continue
        try:
            made = call(f"t{k}", fun, *arguments)
        except (TypeError, OverflowError):
            continue
        if made.dtype.char in "?ilqfd" and fusible(made) and np.all(np.abs(made.array.astype(float)) < 1e4):
            calls.append(made)
            values.append(made)
    if calls:
        agree(calls, rtol=1e-4)
