"""What is looked up in values (masks, classes, indices) follows new inputs of a captured graph."""

import numpy as np
import pytest

import minigrad as mg

F = mg.nn.functional
RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(8, 5)), RNG.normal(size=(5, 4))
CLASSES, OTHERS = np.array([0, 1, 2, 3, 0, 1, 2, 3]), np.array([3, 3, 0, 1, 1, 2, 0, 0])


def fresh(fun, wanted, values):
    """The gradient as a new graph gives it."""
    tensors = {name: mg.tensor(v, requires_grad=name == wanted) for name, v in values.items()}
    fun(**tensors).backward()
    return tensors[wanted].grad.numpy()


LOSSES = {
    "cross_entropy": lambda x, w, t: mg.cross_entropy(x @ w, t),
    "smoothed": lambda x, w, t: F.cross_entropy(x @ w, t, label_smoothing=0.1),
    "ignoring": lambda x, w, t: F.cross_entropy(x @ w, t, ignore_index=3),
    "ignoring, smoothed": lambda x, w, t: F.cross_entropy(x @ w, t, ignore_index=3, label_smoothing=0.2),
    "nll": lambda x, w, t: F.nll_loss(F.log_softmax(x @ w), t, ignore_index=3),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_follow_new_classes(name):
    loss = LOSSES[name]
    graph = mg.Graph(loss, x=X, w=mg.Parameter(W), t=CLASSES)
    run = graph.compile()
    new = {"x": X + 0.1, "w": W, "t": OTHERS}
    expected = fresh(loss, "w", new)
    np.testing.assert_allclose(run(**new)[1]["w"], expected, rtol=1e-12)
    graph.forward(**new)
    np.testing.assert_allclose(graph.backward()["w"].numpy(), expected, rtol=1e-12)


def test_an_embedding_follows_new_indices():
    def loss(table, index):
        return (F.embedding(index, table) ** 2).sum()

    table, index, other = RNG.normal(size=(6, 3)), np.array([1, 2, 2, 5]), np.array([0, 0, 1, 1])
    run = mg.Graph(loss, table=mg.Parameter(table), index=index).compile()
    found = run(table=table, index=other)[1]["table"]
    np.testing.assert_allclose(found, fresh(loss, "table", {"table": table, "index": other}), rtol=1e-12)


def test_a_mask_of_a_captured_function_follows_new_inputs():
    graph = mg.Graph(lambda x: (x * (x > 0)).sum(), x=mg.tensor([1.0, -2.0, 3.0], requires_grad=True))
    assert graph.backward()["x"].tolist() == [1, 0, 1]
    assert graph.forward(x=np.array([-1.0, 2.0, 3.0])).item() == 5
    assert graph.backward()["x"].tolist() == [0, 1, 1]


def test_an_index_of_a_captured_function_follows_new_inputs():
    graph = mg.Graph(lambda x: (x[x > 0] ** 2).sum(), x=mg.tensor([1.0, -2.0, 3.0], requires_grad=True))
    assert graph.forward(x=np.array([-1.0, 2.0, 3.0])).item() == 13
    assert graph.backward()["x"].tolist() == [0, 4, 6]


@pytest.mark.parametrize("compiled", [False, True])
def test_places_that_are_an_input_follow_it(compiled):
    x, places = np.arange(1.0, 6.0), np.array([0, 1, 1])
    graph = mg.Graph(lambda x, i: (x[i] ** 2).sum(), x=mg.Parameter(x), i=places)
    new = {"x": x, "i": np.array([4, 4, 2])}
    if compiled:
        value, gradients = graph.compile()(**new)
    else:
        value, gradients = graph.forward(**new), graph.backward()
    assert float(np.asarray(getattr(value, "_data", value))) == 25 + 25 + 9
    assert gradients["x"].tolist() == [0, 0, 6, 0, 20]


def test_a_tensor_among_several_indices_is_refused_while_capturing():
    with pytest.raises(mg.LeavesGraphError, match=r"among several indices of Tensor 'x'.*np\.take"):
        mg.Graph(lambda x, i: x[:, i].sum(), x=mg.Parameter(np.ones((2, 3))), i=np.array([0, 2]))


def test_losses_outside_of_a_capture_record_no_lookups():
    loss = mg.cross_entropy(mg.tensor(X, requires_grad=True) @ W, CLASSES)
    (g,) = mg.grad(loss, loss.node.parents[0].parents[0], create_graph=True)
    names = {node.fun.__name__ for node in mg.node.ancestors(g.node)}
    assert "softmax" in names
    assert not names & {"right_answer", "counted", "count_of"}
