"""The backward pass: accumulation, order, sharing, depth, and who owns which array."""

import gc
import weakref

import numpy as np
import pytest

import minigrad as mg


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda x: x - x, 0),
        (lambda x: x / x, 0),
        (lambda x: x * x, 6),
        (lambda x: x * x * x, 27),
        (lambda x: x + x + x, 3),
        (lambda x: x**x, 27 * (np.log(3) + 1)),
    ],
    ids=["x - x", "x / x", "x * x", "x * x * x", "x + x + x", "x ** x"],
)
def test_an_argument_used_twice_sends_two_messages(expression, expected):
    x = leaf(3.0)
    expression(x).backward()
    assert x.grad.item() == pytest.approx(expected)


def test_x_matmul_x():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    (x @ x).sum().backward()
    ones = np.ones((2, 2))
    np.testing.assert_array_equal(x.grad, ones @ x.data.T + x.data.T @ ones)


def test_a_second_backward_on_the_same_graph_accumulates_27_to_54():
    x = leaf(3.0)
    y = x * x * x
    y.backward()
    assert x.grad.item() == 27
    y.backward()
    assert x.grad.item() == 54


def test_topological_order_b_is_a_plus_a_c_is_b_plus_b():
    a = leaf(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert a.grad.item() == 4


def test_diamond():
    x = leaf(2.0)
    y = x * x
    (np.sin(y) + np.exp(y) * y).backward()
    y = 4.0
    assert x.grad.item() == pytest.approx((np.cos(y) + np.exp(y) * y + np.exp(y)) * 4)


def test_a_node_waits_for_a_consumer_far_behind():
    x = leaf(2.0)
    y = x * x
    z = y
    for _ in range(50):
        z = z + 1.0
    (z * y).backward()
    assert x.grad.item() == pytest.approx(4 * (2 * 4 + 50))


def test_a_chain_of_100_000_nodes_needs_no_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    y.backward()
    assert (y.item(), x.grad.item()) == (100_001, 1)
    del y  # freeing it must not recurse either


def test_backward_adds_on_leaves_only_unless_asked():
    x = leaf(2.0)
    y, z = x * 3.0, x * 5.0
    z.retain_grad()
    (y * z).backward()
    assert y.grad is None
    assert (z.grad.item(), x.grad.item()) == (6, 60)
    (y * z).backward()
    assert z.grad.item() == 12


def test_leaves_never_share_a_gradient_array():
    x, y, seed = leaf([1.0, 2.0]), leaf([3.0, 4.0]), np.array([1.0, 1.0])
    (x + y).backward(seed)
    x.grad.data[0] = 99
    assert y.grad.data[0] == 1
    assert seed[0] == 1
    leaf_alone = leaf([1.0, 2.0])
    leaf_alone.backward(seed)
    leaf_alone.grad.data[0] = 99
    assert seed[0] == 1


def test_a_view_as_message_is_copied_before_it_is_kept():
    x = leaf(np.ones((2, 3)))
    x.sum().backward()
    x.grad.data[0, 0] = 5
    assert x.grad.data[0, 1] == 1


def test_static_data_gets_no_gradient_and_no_rule_is_evaluated_for_it():
    calls = []

    @mg.primitive
    def product(x, y):
        return x * y

    mg.defvjp(product, lambda g, y: calls.append("x") or g * y, lambda g, x: calls.append("y") or g * x)
    data, w = mg.tensor(2.0), leaf(3.0)
    product(data, w).backward()
    assert calls == ["y"]
    assert data.grad is None


def test_grad_evaluates_only_rules_on_the_way_to_its_inputs():
    calls = []

    @mg.primitive
    def noted(x):
        return x * 1.0

    mg.defvjp(noted, lambda g: calls.append(1) or g)
    x, y = leaf(2.0), leaf(3.0)
    mg.grad(noted(x) * y, y)
    assert calls == []


def test_grad_of_computed_values_several_outputs_and_unused_inputs():
    x, unused = leaf([1.0, 2.0]), leaf(0.0, "unused")
    y = x * x
    z = y.sum()
    gy, gx = mg.grad(z, [y, x])
    np.testing.assert_array_equal(gy, [1, 1])
    np.testing.assert_array_equal(gx, [2, 4])
    (both,) = mg.grad([z, y], x, [None, np.array([1.0, 0.0])])
    np.testing.assert_array_equal(both, [4, 4])
    assert mg.grad(z, unused, allow_unused=True) == (None,)
    with pytest.raises(RuntimeError, match="No output depends on Tensor 'unused'"):
        mg.grad(z, unused)
    assert x.grad is None


def test_create_graph_gives_derivatives_of_any_order():
    x = leaf(0.7)
    y = np.sin(x)
    for expected in (np.cos(0.7), -np.sin(0.7), -np.cos(0.7), np.sin(0.7)):
        (y,) = mg.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(expected)


def test_backward_with_create_graph_leaves_a_gradient_that_can_be_differentiated():
    x = leaf(3.0)
    (x * x * x).backward(create_graph=True)
    (second,) = mg.grad(x.grad, x)
    assert second.item() == pytest.approx(18)


def test_no_grad_records_nothing_and_works_as_a_decorator():
    x = leaf(1.0)
    with mg.no_grad():
        assert (x * 2).node is None
        with mg.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad

    @mg.no_grad()
    def predict(value):
        return value * 2

    assert not predict(x).requires_grad
    assert (x * 2).requires_grad


def test_detach_cuts_the_graph():
    x = leaf(3.0)
    y = x * x
    (y.detach() * x).backward()
    assert x.grad.item() == 9


def test_interior_values_that_no_rule_needs_are_freed():
    x = leaf(np.ones(1000))
    y = x * 2.0
    kept, freed = np.exp(y), y + 1.0
    z = freed + kept
    values = [weakref.ref(kept.data), weakref.ref(freed.data)]
    del y, kept, freed
    assert values[0]() is not None  # exp′ needs its result
    assert values[1]() is None  # + needs nothing
    z.sum().backward()
    np.testing.assert_allclose(x.grad, 2 + 2 * np.exp(2))


def test_no_reference_cycle_keeps_a_graph_alive():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(10))
        y = np.tanh(x * x)
        node = weakref.ref(y.node)
        y.sum().backward()
        del y
        assert node() is None
    finally:
        gc.enable()


def test_an_error_during_the_backward_pass_leaves_gradients_untouched():
    @mg.primitive
    def broken(x):
        return x * 1.0

    def fails(g):
        raise RuntimeError("no")

    mg.defvjp(broken, fails)
    x, y = leaf(1.0), leaf(2.0)
    loss = y * 3.0 + broken(x)
    with pytest.raises(RuntimeError, match="no"):
        loss.backward()
    assert x.grad is None
    assert y.grad is None


def test_gradients_survive_a_second_graph_through_the_same_leaf():
    w = leaf([1.0, 2.0])
    for _ in range(3):
        (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, [6, 12])
    w.zero_grad()
    assert w.grad is None


def test_a_tensor_given_by_keyword_gets_its_gradient():
    @mg.primitive
    def scaled(x, by):
        return x * by

    mg.defvjp(scaled, lambda g, by: g * by, lambda g, x: g * x)
    x, w = leaf(2.0), leaf(3.0)
    scaled(x, by=w).backward()
    assert (x.grad.item(), w.grad.item()) == (3, 2)
    assert scaled(2.0, by=w).requires_grad
