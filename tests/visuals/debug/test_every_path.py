"""The gradient as a sum over paths: counted exactly, listed a few, and always the same as by reverse mode."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from visuals import BackpropStepper
from visuals.debug import paths
from visuals.debug.every_path import LEAVES, LISTED, amount
from visuals.debug.routes import Routes
from visuals.debug.run import Run


def leaf(value, name):
    return mg.tensor(value, requires_grad=True, name=name)


def diamonds(n):
    x = y = leaf(0.5, "x")
    for _ in range(n):
        y = np.sin(y) + np.cos(y)
    return x, y


@pytest.mark.parametrize("n", [1, 2, 5, 70])
def test_a_chain_of_diamonds_is_exponential_against_linear(n):
    x, y = diamonds(n)
    found = paths(y, x, most=10, names=None)
    assert found.count == 2**n
    assert found.multiplications == 2 * n * 2**n
    assert found.reverse == found.all == 4 * n
    assert len(found.listed) == min(10, 2**n)


def test_every_path_is_listed_once_with_its_product():
    x, y = diamonds(3)
    found = paths(y, x, names=None)
    assert len({path.edges for path in found.listed}) == 8
    value, slopes = 0.5, []
    for _ in range(3):
        slopes.append((np.cos(value), -np.sin(value)))
        value = np.sin(value) + np.cos(value)
    expected = sorted(np.prod(one) for one in product(*slopes))
    np.testing.assert_allclose(sorted(float(path.product) for path in found.listed), expected)
    for path in found.listed:
        np.testing.assert_allclose(np.prod(path.factors), path.product)
    y.backward()
    np.testing.assert_allclose(sum(path.product for path in found.listed), x.grad.item())
    np.testing.assert_allclose(found.gradient, x.grad.item())


def test_the_report_can_be_read():
    x, y = leaf(3.0, "x"), leaf(2.0, "y")
    f = x * y + x * x
    lines = str(paths(f, x)).splitlines()
    assert (
        lines[0]
        == "3 paths lead from x to f, with 6 multiplications; reverse mode needs 5, and 6 for all gradients."
    )
    assert lines[1:] == [
        "  x → × → f:   1 × 1 × 2 = 2",
        "  x →₁ × → f:  1 × 1 × 3 = 3",
        "  x →₂ × → f:  1 × 1 × 3 = 3",
        "  sum: 8, which is what reverse mode gives",
    ]


def test_more_paths_than_anybody_reads_are_counted():
    x, y = diamonds(50)
    text = str(paths(y, x, most=2, names=None))
    assert text.startswith("1,125,899,906,842,624 (about 10¹⁵) paths lead from x to the result")
    assert "… and 1,125,899,906,842,622 (about 10¹⁵) more" in text
    assert "sum of all: " in text
    assert " → … → " in text


def test_a_seed_is_a_factor_too():
    x = leaf(3.0, "x")
    found = paths(x * 5.0, x, gradient=np.array(2.0), names=None)
    assert "2 × 5 = 10" in str(found)


def test_arrays_have_a_contribution_per_path():
    a, w = leaf([[1.0, 2.0], [3.0, 4.0]], "a"), leaf(np.ones((2, 2)), "w")
    h = a @ w
    loss = np.sum(np.tanh(h) * h + a)
    found = paths(loss, "a")
    assert found.count == 3
    assert all(path.factors is None for path in found.listed)
    loss.backward()
    np.testing.assert_allclose(sum(path.product for path in found.listed), a.grad.numpy())
    assert "2×2, mean" in str(found)


def test_broadcasting_is_undone_on_each_path():
    b = leaf([1.0, 2.0, 3.0], "b")
    loss = np.sum((np.ones((4, 3)) + b) * b)
    loss.backward()
    np.testing.assert_allclose(sum(path.product for path in paths(loss, b).listed), b.grad.numpy())


def test_functions_of_the_students_own_are_followed():
    class Twice(mg.Function):
        def forward(self, inputs):
            return 2.0 * inputs[0]

        def backward(self, inputs, output, output_diff):
            return [2.0 * output_diff]

    x = leaf(3.0, "x")
    found = paths(Twice()(x) * x, x)
    assert sorted(float(path.product) for path in found.listed) == [6.0, 6.0]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_sum_over_all_paths_is_the_gradient(data):
    values = [leaf(0.7, "a"), leaf(-0.4, "b")]
    for _ in range(data.draw(st.integers(1, 7))):
        one, other = (values[data.draw(st.integers(0, len(values) - 1))] for _ in range(2))
        values.append(data.draw(st.sampled_from([np.add, np.multiply, np.subtract]))(one, other))
    routes = Routes(Run(values[-1]))
    for vertex in routes.leaves:
        listed = routes.listed(vertex, 10**6)
        assert len(listed) == routes.count[vertex]
        assert sum(map(len, listed)) == routes.length[vertex]
        assert routes.reverse(vertex) == len({edge for path in listed for edge in path})
        gradient = mg.grad(values[-1], [routes.run.run.originals[vertex]])[0]
        np.testing.assert_allclose(sum(routes.contribution(p) for p in listed), gradient.item(), atol=1e-9)


def test_a_leaf_without_a_path_is_refused_with_those_that_have_one():
    x, y = leaf(1.0, "x"), leaf(2.0, "y")
    loss = x * x
    with pytest.raises(
        ValueError, match="No path leads from 'z' to this result; leaves with a gradient are x"
    ):
        paths(loss, "z")
    with pytest.raises(ValueError, match="No path leads from Tensor 'y'"):
        paths(loss, y)
    with pytest.raises(ValueError, match="No path leads from a float"):
        paths(loss, 3.0)
    with pytest.raises(
        TypeError, match=r'paths looks at the graph of a Tensor, but got .*paths\(loss, "w"\)'
    ):
        paths(mg.trace(loss), "x")


def test_a_pass_that_fails_has_no_paths():
    class Bad(mg.Function):
        def forward(self, inputs):
            return inputs[0] * 2.0

        def backward(self, inputs, output, output_diff):
            return [output_diff[:1]]

    loss = np.sum(Bad()(leaf([1.0, 2.0], "x")))
    with pytest.raises(ValueError, match="returned a gradient of shape"):
        paths(loss, "x")
    assert "paths" not in BackpropStepper(loss, mode="debug").findings


def test_large_numbers_are_exact_where_they_can_be_read():
    assert amount(999) == "999"
    assert amount(2**64) == "18,446,744,073,709,551,616 (about 10¹⁹)"
    assert amount(10**40) == "about 1.0 × 10⁴⁰"


# In the stepper -----------------------------------------------------------------------------------------


def test_the_stepper_has_the_paths_of_each_leaf():
    x, y = leaf(3.0, "x"), leaf(2.0, "y")
    f = x * y + x
    found = paths(f, y).stepper
    assert found.view == "paths"
    assert found.followed == {"leaf": "n1", "path": 0}
    about = {one["name"]: one for one in found.findings["paths"]["leaves"]}
    assert {name: one["count"] for name, one in about.items()} == {"x": "2", "y": "1"}
    assert [path["sum"] for path in about["x"]["paths"]] == ["2", "3"]
    edges = {edge["id"] for edge in found.trace["edges"]}
    assert all(set(path["edges"]) <= edges for one in about.values() for path in one["paths"])


def test_the_stepper_lists_what_there_is_room_for():
    leaves = [leaf(1.0, f"x{k}") for k in range(LEAVES + 3)]
    total = sum(leaves[1:], leaves[0])
    view = BackpropStepper(total, mode="debug").findings["paths"]
    assert (len(view["leaves"]), view["left"]) == (LEAVES, 3)
    (about,) = BackpropStepper(diamonds(6)[1], mode="debug").findings["paths"]["leaves"]
    assert (len(about["paths"]), about["complete"], about["count"]) == (LISTED, False, "64")
    (about,) = BackpropStepper(diamonds(300)[1], mode="debug").findings["paths"]["leaves"]
    assert len(about["paths"]) == 2, "each of them has 600 edges"
