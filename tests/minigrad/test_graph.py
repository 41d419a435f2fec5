"""Graphs that are fed again, printed as programs, and compiled."""

import numpy as np
import pytest

import minigrad as mg


def leaf(value, name=None):
    return mg.tensor(value, requires_grad=True, name=name)


def dag():
    x, w = mg.tensor([1.0, 2.0], name="x"), leaf([3.0, 4.0], "w")
    return mg.Graph((w * x * w).sum()), x, w


def test_a_graph_is_fed_again():
    graph, _, w = dag()
    assert graph.forward(x=[1.0, 1.0]).item() == 25
    gradients = graph.backward()
    assert list(gradients) == ["w"]
    np.testing.assert_array_equal(gradients["w"], [6, 8])
    assert graph.forward(w=[1.0, 1.0]).item() == 2
    np.testing.assert_array_equal(graph.backward()["w"], [2, 2])
    np.testing.assert_array_equal(graph.backward()["w"], [2, 2])  # each call gives this run's gradient
    assert w.grad is None
    np.testing.assert_array_equal(w.data, [3, 4])


def test_nodes_of_a_graph_are_in_topological_order():
    graph, *_ = dag()
    place = {node: k for k, node in enumerate(graph.nodes)}
    assert len(graph) == 3
    assert all(place[p] < k for node, k in place.items() for p in node.parents if p in place)


def test_wrong_use_of_a_graph():
    graph, *_ = dag()
    with pytest.raises(mg.UsageError, match=r"no input called 'X'; it has w, x"):
        graph.forward(X=1)
    with pytest.raises(ValueError, match=r"input 'x' has shape \(2,\); the value given has shape \(3,\)"):
        graph.forward(x=[1, 2, 3])
    with pytest.raises(
        TypeError, match="needs a Tensor, the result of a computation, or a function; it got a list"
    ):
        mg.Graph([1.0])
    with pytest.raises(RuntimeError, match=r"Graph\(\) has nothing to capture"):
        mg.Graph(mg.tensor(1.0))
    with pytest.raises(mg.UsageError, match="Two inputs of this graph are called 'a'"):
        mg.Graph(leaf(1.0, "a") * leaf(2.0, "a"))


def test_an_input_that_a_function_reads_as_plain_numbers_is_not_recorded():
    def last(x, n):
        return (x[: int(n)] ** 2).sum() if isinstance(n, int) else x.sum()

    graph = mg.Graph(last, x=leaf([1.0, 2.0]), n=[1, 2])
    for run in (graph.forward, graph.compile()):
        with pytest.raises(
            mg.UsageError, match=r"'n' was not recorded: the function did not use it.*np\.take\(x, n"
        ):
            run(x=[1.0, 2.0], n=[1, 2])


def absolute(x):
    y = x * 2.0
    return y if y > 0 else -y


def test_a_graph_of_code_that_branched_on_data_says_that_it_holds_one_branch():
    for graph in (mg.Graph(absolute, x=-1.0), mg.Graph(absolute(leaf(-1.0, "x")))):
        assert len(graph.branches) == 1
        assert "test_graph.py:" in graph.branches[0]
        assert "one branch of each of 1 that depend on data" in repr(graph)
        assert graph.forward(x=-3.0).item() == 6
    assert mg.Graph(leaf(1.0, "x") * 2.0).branches == []


def test_a_captured_function_follows_new_inputs_through_masks_and_data():
    def loss(x, w):
        return np.where(x @ w > 0, x @ w, 0.1 * (x @ w)).sum() + np.sort(x.T[0])[0] * w[0]

    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 3)), mg.Parameter(rng.normal(size=3))
    graph = mg.Graph(loss, x=x, w=w)
    run = graph.compile()
    for _ in range(5):
        x, w.data = rng.normal(size=(5, 3)), rng.normal(size=3)
        value, (g,) = loss(mg.tensor(x), w), mg.grad(loss(mg.tensor(x), w), [w])
        assert graph.forward(x=x, w=w.data).item() == pytest.approx(value.item())
        np.testing.assert_allclose(graph.backward()["w"], g)
        assert list(graph.backward()) == ["w"]
        compiled, gradients = run(x=x, w=w.data)
        assert compiled == pytest.approx(value.item())
        np.testing.assert_allclose(gradients["w"], g)


def test_a_result_with_a_mask_inside_refuses_new_inputs():
    x = leaf([1.0, -2.0], "x")
    graph = mg.Graph(np.where(x > 0, x, 0.0).sum())
    assert graph.forward().item() == 1
    with pytest.raises(
        mg.UsageError, match=r"1 value\(s\).*not recorded, such as a mask.*mg\.Graph\(fn, x=…\)"
    ):
        graph.forward(x=[-1.0, 2.0])
    with pytest.raises(mg.UsageError, match="a compiled program would use them for all inputs"):
        graph.compile()


def test_a_program_needs_names():
    with pytest.raises(mg.UsageError, match=r"1 input\(s\) that want a gradient have no name.*x\.name = "):
        mg.Graph(leaf(1.0) * 2.0).source()


def test_the_printed_program_gives_the_same_numbers():
    rng = np.random.default_rng(0)
    x = mg.tensor(rng.normal(size=(3, 4)), name="x")
    w, b = mg.Parameter(rng.normal(size=(4, 2)), name="w"), mg.Parameter(np.zeros(2), name="b")
    loss = mg.cross_entropy(np.tanh(x @ w + b)[:, ::-1] ** 2, [0, 1, 1])
    loss.backward()
    space: dict = {}
    exec(mg.Graph(loss).source(), space)
    value, gradients = space["forward_backward"](x=x.data, w=w.data, b=b.data)
    assert value == pytest.approx(loss.item())
    np.testing.assert_allclose(gradients["w"], w.grad)
    np.testing.assert_allclose(gradients["b"], b.grad)


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: np.kron(x, [1.0, 2.0]).sum() + (3.0 * x).sum() + (x * x).sum(),
        lambda x: (x * x).sum() + x.sum() + (2.0 * x).sum(),
    ],
)
def test_messages_that_are_constants_add_up_in_a_program(fn):
    x = np.array([0.5, 1.3, 1.7])
    value, gradients = mg.Graph(fn, x=leaf(np.zeros(3) + 0.25)).compile()(x=x)
    tensor = leaf(x)
    (expected,) = mg.grad(fn(tensor), tensor)
    assert value == pytest.approx(fn(tensor).item())
    np.testing.assert_allclose(gradients["x"], expected)


def test_a_program_that_cannot_follow_new_inputs_is_refused():
    """The rule of interp looks up intervals in plain values; the program would keep those of the first inputs."""
    graph = mg.Graph(lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 4.0]).sum(), x=leaf([0.5, 1.3, 1.7]))
    with pytest.raises(
        mg.UsageError, match=r"What multiply is called on \(interp sends x: .*cannot follow.*Use forward\(\)"
    ):
        graph.compile()
    graph.forward(x=[1.5, 0.2, 1.7])
    np.testing.assert_array_equal(graph.backward()["x"], [3, 1, 3])
