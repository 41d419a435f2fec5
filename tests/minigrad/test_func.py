"""Derivatives of plain functions: nested, over structures, in both modes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import func


def test_grad_nests_to_any_order():
    f, expected = np.sin, [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin, np.cos]
    for derivative in expected:
        f = func.grad(f)
        assert f(0.3) == pytest.approx(derivative(0.3))


def test_an_inner_derivative_does_not_count_the_outer_variable():
    """d/dx [x · d/dy (x + y)] = 1: the classic confusion of two derivatives at the same point."""
    assert func.grad(lambda x: x * func.grad(lambda y: x + y)(x))(3.0) == 1
    assert func.grad(lambda x: x * func.grad(lambda y: x * y)(2.0))(3.0) == 6
    assert func.grad(lambda x: func.grad(lambda y: x * x * y)(x))(3.0) == 6


def test_argnums_and_structures():
    f = lambda w, x: np.sum(w["a"] * x) + w["b"][0] * w["b"][1]
    w, x = {"a": np.array([1.0, 2.0]), "b": [3.0, 4.0]}, np.array([5.0, 6.0])
    g = func.grad(f)(w, x)
    np.testing.assert_array_equal(g["a"], x)
    assert g["b"] == [4, 3]
    gw, gx = func.grad(f, argnums=(0, 1))(w, x)
    np.testing.assert_array_equal(gx, [1, 2])
    assert gw["b"] == [4, 3]
    value, g = func.value_and_grad(f, argnums=-1)(w, x)
    assert value == 5 + 12 + 12
    np.testing.assert_array_equal(g, [1, 2])


def test_arrays_in_arrays_out_tensors_in_tensors_out():
    f = lambda x: np.sum(x * x)
    assert isinstance(func.grad(f)(np.ones(2)), np.ndarray)
    g = func.grad(f)(mg.tensor([1.0, 2.0]))
    assert isinstance(g, mg.Tensor)
    w = mg.tensor(3.0, requires_grad=True)
    h = func.grad(lambda x: w * x * x)(2.0)
    assert h.item() == 12
    h.backward()
    assert w.grad.item() == 4


def test_a_constant_function_has_gradient_zero():
    assert func.grad(lambda x: mg.tensor(5.0))(2.0) == 0
    np.testing.assert_array_equal(func.hvp(lambda x: np.sum(x), (np.ones(2),), (np.ones(2),)), [0, 0])
    assert func.grad(lambda x, y: y * y, argnums=(0, 1))(2.0, 3.0) == (0, 6)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_all_ways_to_the_same_numbers_agree(seed):
    """J from rows, Jᵀu and Jv; H from its definition and H v."""
    rng = np.random.default_rng(seed)
    a, x, v, u = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=4), rng.normal(size=3)
    f = lambda z: np.tanh(np.array(a) @ z) * z[0]
    j = func.jacobian(f)(x)
    value, product = func.vjp(f, x)
    np.testing.assert_allclose(product(u)[0], j.T @ u)
    np.testing.assert_allclose(func.jvp(f, (x,), (v,))[1], j @ v)
    np.testing.assert_allclose(value, f(x))
    h = func.hessian(rosenbrock)(x)
    np.testing.assert_allclose(h, h.T)
    np.testing.assert_allclose(func.hvp(rosenbrock, (x,), (v,)), h @ v)


def test_jacobian_shapes_and_structures():
    j = func.jacobian(lambda w: w["a"] @ w["x"])({"a": np.ones((2, 3)), "x": np.arange(3.0)})
    assert (j["a"].shape, j["x"].shape) == ((2, 2, 3), (2, 3))
    np.testing.assert_array_equal(j["a"][0, 0], [0, 1, 2])
    np.testing.assert_array_equal(j["a"][0, 1], 0)


def test_jvp_of_several_arguments_and_results():
    value, tangent = func.jvp(lambda x, y: [x * y, x + y], (2.0, 3.0), (1.0, 10.0))
    assert value == [6, 5]
    assert tangent == [23, 11]
    assert func.jvp(lambda x: mg.tensor(1.0), (2.0,), (1.0,))[1] == 0


def test_wrong_use():
    with pytest.raises(TypeError, match=r"one number as its value; <lambda> gave shape \(2,\).*jacobian"):
        func.grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(TypeError, match="gave a float"):
        func.grad(lambda x: 3.0)(1.0)
    with pytest.raises(ValueError, match="no argument 1 to differentiate by: <lambda> got 1"):
        func.grad(lambda x: x, argnums=1)(1.0)
    with pytest.raises(ValueError, match=r"primals have shapes \[\(2,\)\], the tangents \[\(3,\)\]"):
        func.jvp(np.sin, (np.ones(2),), (np.ones(3),))
    with pytest.raises(
        TypeError, match=r"jacobian\(\) needs a function that returns one array; <lambda> gave \["
    ):
        func.jacobian(lambda x: [x])(1.0)
