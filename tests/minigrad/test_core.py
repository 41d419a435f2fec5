"""Several results, complex numbers, hooks and the search for anomalies."""

import numpy as np
import pytest

import minigrad as mg


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


@pytest.fixture
def halves():
    """A function with two results: a doubled and a tripled half."""

    @mg.primitive
    def halves(x):
        return x[:2] * 2, x[2:] * 3

    mg.defvjp(halves, lambda g: np.concatenate([2 * g[0], 3 * g[1]]))
    return halves


# Several results ----------------------------------------------------------------------------------------------


def test_one_node_with_several_results(halves):
    x = leaf([1.0, 2.0, 3.0, 4.0])
    a, b = halves(x)
    (a * a).sum().backward()
    np.testing.assert_array_equal(x.grad, [8, 16, 0, 0])  # zeros where nothing arrived
    (b.sum() + a.sum()).backward()
    np.testing.assert_array_equal(x.grad, [10, 18, 3, 3])


def test_several_results_at_second_order(halves):
    mg.gradcheck(lambda x: halves(x)[0] * halves(x)[1], np.array([1.0, 2.0, 3.0, 4.0]))
    mg.gradgradcheck(lambda x: halves(x)[0] * halves(x)[1] ** 2, np.array([1.0, 2.0, 3.0, 4.0]))


def test_several_results_in_a_trace_and_a_graph(halves):
    x = leaf([1.0, 2.0, 3.0, 4.0], "x")
    a, b = halves(x)
    loss = (a * b).sum()
    run = mg.trace(loss)
    assert [n["symbol"] + n["detail"] for n in run.nodes] == ["", "halves", "[ ][0]", "[ ][1]", "×", "Σ"]
    graph = mg.Graph(loss)
    graph.forward(x=[1.0, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(graph.backward()["x"], [6, 6, 6, 6])
    value, gradients = graph.compile()(x=np.ones(4))
    assert value == 12
    np.testing.assert_array_equal(gradients["x"], [6, 6, 6, 6])


# Complex numbers ------------------------------------------------------------------------------------------------


def test_the_gradient_of_a_real_number_by_a_complex_one_points_uphill():
    """g = ∂L/∂Re z + i ∂L/∂Im z, as in PyTorch: for L = Re(f(z)) it is the conjugate of f′."""
    z = leaf([1 + 2j, 3 - 1j])
    (z * z * (2 + 1j)).sum().real.backward()
    np.testing.assert_allclose(z.grad, np.conj(2 * z.data * (2 + 1j)))
    h, direction = 1e-6, 0.6 - 0.8j
    value = lambda w: (w * w * (2 + 1j)).sum().real
    slope = (value(z.data + h * direction) - value(z.data - h * direction)) / (2 * h)
    assert slope == pytest.approx(np.sum((np.conj(z.grad.numpy()) * direction).real), abs=1e-6)


def test_a_real_argument_gets_a_real_gradient():
    r = leaf([1.0, 2.0])
    (r * (1 + 2j)).imag.sum().backward()
    assert r.grad.dtype == np.float64
    np.testing.assert_array_equal(r.grad, [2, 2])


def test_complex_matrix_products_use_the_conjugate_transpose():
    rng = np.random.default_rng(0)
    a = leaf(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3)))
    b = rng.normal(size=(3, 2)) + 1j * rng.normal(size=(3, 2))
    g = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
    (a @ b).backward(g)
    np.testing.assert_allclose(a.grad, g @ b.conj().T)


def test_a_complex_value_has_a_picture():
    z = leaf(1 + 2j, "z")
    run = mg.trace((z * z).real)
    assert run.nodes[0]["value"]["text"] == "1 + 2i"
    mg.Trace.from_json(run.to_json())


# Hooks ----------------------------------------------------------------------------------------------------------


def test_a_hook_sees_the_complete_gradient_once_per_pass():
    x, seen = leaf(3.0), []
    y = x * 2.0
    y.register_hook(lambda g: seen.append(("y", g.item())))
    x.register_hook(lambda g: seen.append(("x", g.item())))
    (y * y + y).backward()
    assert seen == [("y", 13.0), ("x", 26.0)]


def test_a_hook_may_replace_the_gradient_and_be_removed():
    x = leaf([1.0, 2.0])
    y = x * 3.0
    handle = y.register_hook(lambda g: g * 10)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [30, 30])
    handle.remove()
    handle.remove()
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [33, 33])


def test_hooks_run_in_order_and_at_second_order():
    x = leaf(2.0)
    x.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g * 2)
    (g,) = mg.grad(x * x * x, x, create_graph=True)
    assert g.item() == 26
    (h,) = mg.grad(g.sum(), x)
    assert h.item() == (2 * 6 * 2 + 1) * 2


def test_wrong_hooks():
    x = leaf([1.0, 2.0], "x")
    with pytest.raises(RuntimeError, match="Tensor 'c' wants no gradient, so its hook would never be called"):
        mg.tensor(1.0, name="c").register_hook(print)
    x.register_hook(lambda g: g.sum())
    with pytest.raises(ValueError, match=r"given a gradient of shape \(2,\) and returned one of shape \(\)"):
        x.sum().backward()
    y = leaf(1.0)
    y.register_hook(lambda g: "much")
    with pytest.raises(ValueError, match="returned 'much'"):
        (y * 1).backward()


# Anomalies --------------------------------------------------------------------------------------------------------


def test_the_first_message_that_is_not_finite_is_named_with_its_line():
    x = leaf([1.0, 0.0], "x")
    with np.errstate(all="ignore"), mg.detect_anomaly():
        y = np.sqrt(x)
        with pytest.raises(
            mg.AnomalyError, match=r"from sqrt to Tensor 'x' is inf at \[1\].*test_core\.py:\d+"
        ):
            (y * 2.0).sum().backward()
    assert x.grad is None
    with np.errstate(all="ignore"):
        np.sqrt(x).sum().backward()  # outside, infinity is a number like any other
    assert np.isinf(x.grad.data[1])


def test_a_constant_that_was_changed_after_it_was_used():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    with mg.detect_anomaly():
        y = (x * c).sum()
        c[0] = 100
        with pytest.raises(
            mg.StaleValueError, match=r"Argument 1 of multiply was changed in place.*test_core\.py"
        ):
            y.backward()


def test_a_leaf_that_was_changed_through_its_array():
    x = leaf([1.0, 2.0])
    with mg.detect_anomaly():
        y = (x * x).sum()
        x.data[0] = 5
        with pytest.raises(mg.StaleValueError, match="Argument 0 of multiply was changed in place"):
            y.backward()


@mg.detect_anomaly()
def test_anomaly_detection_does_not_change_right_gradients():
    x = leaf([1.0, 2.0])
    np.exp(x * x).sum().backward()
    np.testing.assert_allclose(x.grad, 2 * x.data * np.exp(x.data**2))


# Depth and devices --------------------------------------------------------------------------------------------------


def test_a_chain_of_a_million_nodes_goes_forward_backward_and_is_freed():
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert (y.item(), x.grad.item()) == (1_000_001, 1)
    del y


def test_two_devices_in_one_call_are_both_named(monkeypatch):
    """Without a GPU: an array that says it is CuPy's, and refuses as CuPy's do."""

    class Foreign(np.ndarray):
        def __array_ufunc__(self, *args, **kwargs):
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")

    Foreign.__module__ = "cupy"
    w, x = leaf([1.0, 2.0], "w"), mg.Tensor.wrap(np.ones(2).view(Foreign))
    x.name = "x"
    with pytest.raises(
        TypeError,
        match=r"multiply met two devices: Tensor 'w' on cpu, .* on cuda\. Move one .* w\.to\(\"cuda\"\)",
    ):
        w * x
    with pytest.raises(
        TypeError, match=r"Tensor 'x' on cuda, Tensor 'w' on cpu\. .* e\.g\. w\.to\(\"cuda\"\)"
    ):
        x * w


METHODS = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod, "var": np.var, "std": np.std,
    "cumsum": np.cumsum, "sort": np.sort, "norm": np.linalg.norm, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "square": np.square, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "abs": np.abs, "relu": mg.relu,
    "sigmoid": mg.sigmoid, "softmax": mg.softmax, "log_softmax": mg.log_softmax, "flatten": np.ravel,
    "squeeze": np.squeeze, "transpose": np.transpose, "argmax": np.argmax, "argmin": np.argmin,
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_the_function_of_its_name(name):
    x = leaf([[1.0, 2.0, 0.5], [0.3, 4.0, 1.5]])
    method, function = getattr(x, name)(), METHODS[name](x)
    np.testing.assert_array_equal(
        np.asarray(getattr(method, "data", method)), np.asarray(getattr(function, "data", function))
    )
    if isinstance(method, mg.Tensor):
        (g,), (h,) = (mg.grad(value.sum(), x) for value in (method, function))
        np.testing.assert_array_equal(g, h)


def test_methods_with_arguments():
    x = leaf([[1.0, 2.0, 0.5], [0.3, 4.0, 1.5]])
    assert x.unsqueeze(1).shape == (2, 1, 3)
    assert x.swapaxes(0, 1).shape == x.T.shape == x.transpose(1, 0).shape == (3, 2)
    assert x.reshape(3, -1).shape == x.reshape((3, 2)).shape == (3, 2)
    assert x.sum(axis=0, keepdims=True).shape == (1, 3)
    assert x.var(ddof=1).item() == pytest.approx(np.var(x.data, ddof=1))
    assert x.pow(2)[0, 1].item() == 4
    assert x.clip(1, 2).tolist() == [[1, 2, 1], [1, 2, 1.5]]
    assert x.mv(mg.tensor([1.0, 0.0, 0.0])).tolist() == [1, 0.3]
    assert x[0].dot(x[1]).item() == pytest.approx(x.data[0] @ x.data[1])
    assert (x > 0).all()
    assert not (x > 9).any()
    assert (x % 1)[0].tolist() == [0, 0, 0.5]
    assert not (x // 1).requires_grad
