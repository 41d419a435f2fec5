"""Compiled graphs: the numbers of the graph, results of one's own, and memory that is used again."""

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.nn import functional as F


def numbers(graph, inputs):
    """The output under "", and the gradients, as the graph computes them."""
    with np.errstate(all="ignore"):
        output = graph.forward(**inputs)
        gradients = graph.backward(np.ones(output.shape))
    return {"": output.data, **{name: g.data for name, g in gradients.items() if g is not None}}


def flat(result):
    value, gradients = result
    return {"": value, **gradients}


def assert_equal(found, expected):
    assert found.keys() == expected.keys()
    for name, result in found.items():
        assert (np.shape(result), result.dtype) == (np.shape(expected[name]), expected[name].dtype), name
        single = np.finfo(result.dtype).eps > 1e-10
        size = np.abs(expected[name]).max(initial=0)
        near = (1e-4 if single else 1e-10) * max(1, size)
        np.testing.assert_allclose(
            result, expected[name], rtol=1e-4 if single else 1e-10, atol=near, err_msg=name
        )


def other(inputs, seed):
    rng = np.random.default_rng(seed)
    return {
        name: (x + rng.normal(0, 0.3, x.shape)).astype(x.dtype) if x.dtype.kind == "f" else x
        for name, x in inputs.items()
    }


def check(fn, **inputs):
    """Equal to the graph on three sets of inputs, in turn; earlier results stay as they were, and are nobody else's."""
    graph = mg.Graph(fn, **inputs)
    run = graph.compile()
    first = {name: np.array(x.data) for name, x in graph.inputs.items()}
    sets = [first, other(first, 1), other(first, 2)]
    expected = [numbers(graph, given) for given in sets]
    kept = []
    for k in (0, 1, 2, 1, 0):
        before = {name: x.copy() for name, x in sets[k].items()}
        found = flat(run(**sets[k]))
        assert_equal(found, expected[k])
        kept.append((k, found))
        for name, x in before.items():
            np.testing.assert_array_equal(sets[k][name], x)
    for k, found in kept:
        assert_equal(found, expected[k])
    alone([x for _, found in kept for x in found.values()], [x for given in sets for x in given.values()])
    return run


def alone(results, inputs):
    """No result shares memory with another or with an input, and each may be written to."""
    arrays = [x for x in results if isinstance(x, np.ndarray)]
    for i, x in enumerate(arrays):
        assert x.flags.writeable
        assert not any(np.shares_memory(x, y) for y in (*arrays[i + 1 :], *inputs))


def parameter(*shape, dtype=float, seed=0):
    return mg.Parameter(np.random.default_rng(seed).normal(0, 0.7, shape).astype(dtype))


def draw(*shape, dtype=float, seed=7):
    return np.random.default_rng(seed).normal(0, 0.7, shape).astype(dtype)


# Networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_of_linear_layers(dtype):
    def loss(x, y, W1, b1, W2, b2):
        h = mg.relu(x @ W1 + b1)
        return F.mse_loss(np.tanh(h @ W2 + b2), y)

    p = lambda *shape: parameter(*shape, dtype=dtype)
    run = check(
        loss, x=draw(6, 4, dtype=dtype), y=draw(6, 3, dtype=dtype), W1=p(4, 5), b1=p(5), W2=p(5, 3), b2=p(3)
    )
    assert "relu" not in run.source.split("# relu")[0]  # opened: maximum, into a buffer


def test_a_recurrent_network():
    def loss(x, W, U, b):
        h = np.zeros((3, 4))
        for t in range(6):
            h = np.tanh(x[t] @ W + h @ U + b)
        return (h * h).mean()

    check(loss, x=draw(6, 3, 2), W=parameter(2, 4), U=parameter(4, 4), b=parameter(4))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_convolutional_network(dtype):
    def loss(x, K, c, W):
        h = F.max_pool2d(mg.relu(F.conv2d(x, K, c)), 2)
        return (h.reshape(3, -1) @ W).mean()

    p = lambda *shape: parameter(*shape, dtype=dtype)
    check(loss, x=draw(3, 2, 8, 8, dtype=dtype), K=p(4, 2, 3, 3), c=p(4), W=p(36, 2))


def test_a_classifier_follows_new_classes_and_words():
    def loss(words, y, table, W):
        return mg.cross_entropy(np.tanh(F.embedding(words, table)).mean(axis=1) @ W, y)

    rng = np.random.default_rng(0)
    draw_batch = lambda: {"words": rng.integers(0, 9, (6, 4)), "y": rng.integers(0, 3, 6)}
    graph = mg.Graph(loss, table=parameter(9, 5), W=parameter(5, 3), **draw_batch())
    run = graph.compile()
    for _ in range(5):
        given = {**draw_batch(), "table": draw(9, 5), "W": draw(5, 3)}
        assert_equal(flat(run(**given)), numbers(graph, given))
    assert run.source.count("exp(") == 1  # log softmax in the loss and softmax in its rule have it in common


def test_attention_with_layer_norm_and_several_results():
    def block(x, Q, K, V, w, b):
        x = F.layer_norm(x, 4, w, b)
        q, k = np.split(x @ np.concatenate([Q, K], axis=1), 2, axis=-1)
        scores = q @ np.swapaxes(k, -1, -2) / 2.0
        return mg.softmax(scores) @ (x @ V)

    matrices = {name: parameter(4, 4, seed=k) for k, name in enumerate("QKV")}
    run = check(block, x=draw(2, 3, 4), **matrices, w=parameter(4), b=parameter(4))
    assert run.source.count("sqrt(") == 1  # σ of the layer norm serves the forward pass and three rules


# Memory ----------------------------------------------------------------------------------------------------------


CASES = {
    "fan-out": lambda x, y: np.sin(x) * np.sin(x) + np.sin(x) / (2 + y * y),
    "the same argument twice": lambda x, y: x * x + y @ y - x / (1 + x * x),
    "a product with its own transpose": lambda x, y: (x @ x.T) * (y.T @ y),
    "elementwise with its own transpose": lambda x, y: np.exp(x * 0.1) * np.exp(x * 0.1).T + y,
    "views of views": lambda x, y: (x * 2.0).T[1:][::-1].reshape(-1)[2:5] * (y + x)[:, ::2][0, 0],
    "a row and a column": lambda x, y: np.tanh(x)[0] + np.tanh(y)[:, 1:2] * x,
    "broadcasting over new axes": lambda x, y: x[:, None] * y[None] + np.sum(x, axis=0),
    "the output is a view": lambda x, y: (x * y).T,
    "the output is a part of something": lambda x, y: (x * y)[1],
    "the output is an input": lambda x, y: x,
    "the output is a view of an input": lambda x, y: x[::-1],
    "gradients that are one array": lambda x, y: x + y,
    "gradients that are one array, computed": lambda x, y: np.tanh(x + y),
    "gradients that are views of each other": lambda x, y: np.tanh(x + y.T),
    "an output that may not be written to": lambda x, y: np.broadcast_to(x * y, (3, 3)),
    "gradients that are constants": lambda x, y: x.sum() + y.mean(),
    "gradients that are an input": lambda x, y: x * y,
    "gradients that are views": lambda x, y: (x.T + y).sum(axis=0),
    "a single number": lambda x, y: np.sin(x[0, 0]) * y[1, 1] / (1 + x[0, 0] ** 2),
    "numbers and arrays": lambda x, y: x.sum() * y - np.sqrt((y * y).sum()) * x.mean(),
    "an entry as an array": lambda x, y: np.reshape(x[:1, :1] * 2.0, ()) * y,
    "one input unused": lambda x, y: np.exp(x),
    "minus signs": lambda x, y: -(-x * y) - (-(x / -y) - np.cos(x)) + -x - -y,
    "minus signs beside functions": lambda x, y: np.exp(-x) @ -y - (-x).T + abs(-y) * -x.sum(),
    "masks": lambda x, y: np.where(x > y, x * 3.0, np.maximum(x, 0.1) * y),
    "sorted and picked": lambda x, y: np.sort(x, axis=0)[[0, 0, 2]] * y[np.array([2, 1, 1])],
    "joined and split": lambda x, y: np.concatenate([x, y * x])[1:4] + np.stack([x[0], y[1], x[2]]),
    "reductions": lambda x, y: (
        x.sum(axis=1, keepdims=True) * y.mean(axis=0) + x.max(axis=0) + np.prod(y, axis=1)[:, None] + y.min()
    ),
    "reductions with options": lambda x, y: (
        np.sum(x * y, axis=0, where=np.eye(3) == 0, initial=2.0)
        + np.max(x, axis=1, initial=0.25) * np.mean(y, where=[True, False, True])
    ),
    "running sums": lambda x, y: np.cumsum(np.tanh(x), axis=0) * np.clip(y, -0.5, 0.5),
    "no entries": lambda x, y: (x[:0] * y[:0]).sum() + (x[1:1] @ y).sum() + x.sum(),
    "linear algebra": lambda x, y: np.linalg.inv(x @ x.T + 3 * np.eye(3)) @ y + np.einsum("ii->i", x),
    "powers": lambda x, y: x**2 + (1 + y * y) ** 1.5 + 2.0**x,
    "no derivative": lambda x, y: np.sign(x) * y + np.floor(x * 2.0) * (x > 0),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("fn", CASES.values(), ids=CASES)
def test_numbers_of_the_graph_in_memory_of_ones_own(fn, dtype):
    check(fn, x=parameter(3, 3, dtype=dtype), y=parameter(3, 3, dtype=dtype, seed=1))


UNARY = {
    "tanh": np.tanh,
    "sin": np.sin,
    "gauss": lambda x: np.exp(-x * x),
    "root": lambda x: np.sqrt(1 + x * x),
    "sigmoid": mg.sigmoid,
    "softmax": mg.softmax,
    "minus": lambda x: -x,
    "half": lambda x: x * 0.5,
    "transpose": lambda x: x.T,
    "reverse": lambda x: x[::-1],
    "turned": lambda x: np.reshape(x.T, (3, 3)),
    "rows moved": lambda x: x[np.array([2, 0, 0])],
    "centred": lambda x: x - x.mean(axis=0),
    "rows": lambda x: x / (1 + np.sum(x * x, axis=1, keepdims=True)),
    "largest": lambda x: x + np.max(x, axis=1, keepdims=True),
    "where": lambda x: np.where(x > 0, x, 0.1 * x),
    "copied row": lambda x: np.broadcast_to(x[1], (3, 3)),
    "shifted": lambda x: np.concatenate([x[:, 1:], x[:, :1]], axis=1),
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "÷": lambda a, b: a / (2 + b * b),
    "@": lambda a, b: a @ b / 3,
    "row": lambda a, b: a + b[0],
    "number": lambda a, b: a * b.mean(),
    "outer": lambda a, b: a[:, :1] * b[2],
}
STEP = st.one_of(
    st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 99)),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 99), st.integers(0, 99)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12), st.integers(0, 10**6), st.booleans())
def test_random_programs(program, seed, whole):
    def fn(x, y):
        values = [x, y]
        for name, *which in program:
            chosen = [values[k % len(values)] for k in which]
            values.append(UNARY[name](*chosen) if name in UNARY else BINARY[name](*chosen))
        return values[-1] if whole else sum((v * v).sum() for v in values[-3:])

    check(fn, x=parameter(3, 3, seed=seed), y=parameter(3, 3, seed=seed + 1))


def test_results_may_be_fed_back_and_inputs_may_be_one_array():
    graph = mg.Graph(lambda x, y: np.tanh(x @ y) * y, x=parameter(200, 200), y=parameter(200, 200, seed=1))
    run = graph.compile()
    x = draw(200, 200) / 10
    for _ in range(4):
        expected = numbers(graph, {"x": x, "y": x})
        value, gradients = run(x=x, y=x)
        assert_equal({"": value, **gradients}, expected)
        x = gradients["x"] / np.abs(gradients["x"]).max()
        expected = numbers(graph, {"x": value, "y": gradients["y"]})
        assert_equal(flat(run(x=value, y=gradients["y"])), expected)


def test_large_results_use_memory_that_was_let_go_of_and_no_other():
    run = mg.Graph(lambda x: np.tanh(x * x), x=parameter(300, 300)).compile()
    x = draw(300, 300)
    several = [run(x=x)[0] for _ in range(4)]
    for value in several:
        value.shape = (-1,)  # the caller's own: it may even be turned into another shape
    several.clear()
    for _ in range(4):
        value = gradients = None
        value, gradients = run(x=x)
        assert value.shape == (300, 300)
        value.shape = (-1,)
    value, gradients = run(x=x)
    view, copy = value[5:7, ::2], value[5:7, ::2].copy()
    places = set()
    for k in range(6):
        value = gradients = None
        value, gradients = run(x=x + k)
        assert gradients["x"].shape == x.shape
        places.add(value.ctypes.data)
        assert not np.shares_memory(view, value)
    np.testing.assert_array_equal(view, copy)
    assert len(places) <= 2


def peak(call):
    """The most memory that a call holds at once, beyond what was there before."""
    call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_a_second_run_allocates_almost_nothing():
    def chain(x):
        y = x
        for _ in range(100):
            y = np.tanh(y * 0.9 + x)
        return y.sum()

    x = draw(10_000)
    run = mg.Graph(chain, x=mg.Parameter(x)).compile()
    assert (
        peak(lambda: run(x=x)) < 1.1 * x.nbytes + 5_000
    )  # the gradient, and next to it a few Python objects


def test_a_training_step_allocates_nothing_large():
    def loss(x, W1, W2):
        return np.tanh(mg.relu(x @ W1) @ W2).mean()

    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(64, 256)), {"W1": rng.normal(size=(256, 256)), "W2": rng.normal(size=(256, 256))}
    run = mg.Graph(loss, x=x, **{name: mg.Parameter(w) for name, w in W.items()}).compile()
    latest = {}

    def step():
        nonlocal latest
        _, latest = run(x=x, **W)
        for name, g in latest.items():
            g *= 0.01
            W[name] -= g

    step()
    # One gradient alone is 524,288 bytes. For g * (out > 0) NumPy casts the mask through 65,536 of its own.
    assert peak(step) < 80_000


# Calls ------------------------------------------------------------------------------------------------------------


def test_threads_do_not_see_each_others_numbers():
    def fn(x, w):
        for _ in range(20):
            x = np.tanh(x @ w)
        return (x * x).sum()

    w = draw(120, 120) / 3
    graph = mg.Graph(fn, x=draw(120, 120), w=mg.Parameter(w))
    run = graph.compile()
    inputs = [draw(120, 120, seed=k) for k in range(4)]
    expected = [numbers(graph, {"x": x, "w": w}) for x in inputs]
    found, start = [[] for _ in inputs], threading.Barrier(len(inputs))

    def work(k):
        start.wait()
        for _ in range(15):
            found[k].append(flat(run(x=inputs[k], w=w)))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for results, right in zip(found, expected, strict=True):
        assert len(results) == 15
        for result in results:
            assert_equal(result, right)


def test_a_call_within_a_call_has_memory_of_its_own():
    """A function of the user's runs the compiled graph of which it is a part."""
    again = []

    @mg.primitive
    def nested(x):
        if again:
            again.pop()(x=np.zeros(3))
        return x * 2.0

    mg.defvjp(nested, lambda g: g * 2.0)
    graph = mg.Graph(lambda x: np.sin(nested(np.exp(x)) + np.exp(x)), x=parameter(3))
    run = graph.compile()
    x = draw(3)
    expected = numbers(graph, {"x": x})
    again.append(run)
    assert_equal(flat(run(x=x)), expected)
    assert not again


def test_after_an_error_the_next_call_is_right():
    graph = mg.Graph(lambda x, y: np.log(x) / y, x=mg.Parameter([1.0, 2.0]), y=mg.Parameter([1.0, 2.0]))
    run = graph.compile()
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        run(x=[1.0, 2.0], y=[0.0, 1.0])
    given = {"x": np.array([3.0, 4.0]), "y": np.array([5.0, 6.0])}
    assert_equal(flat(run(**given)), numbers(graph, given))


def test_inputs_are_cast_to_the_dtype_of_the_graph():
    run = mg.Graph(lambda x, n: (x * n).sum(), x=parameter(2, dtype="float32"), n=np.array([1, 2])).compile()
    for x in ([1, 2], (1.5, 2.5), np.array([1.5, 2.5]), mg.tensor([1.0, 2.0], requires_grad=True)):
        value, gradients = run(x=x, n=[3, 4])
        assert (value.dtype, gradients["x"].dtype) == (np.float64, np.float32)
        assert value == 3 * float(x[0].data if isinstance(x, mg.Tensor) else x[0]) + 4 * float(
            x[1].data if isinstance(x, mg.Tensor) else x[1]
        )
    assert (
        mg.Graph(lambda x: x * 2.0, x=parameter(2, dtype="float32")).compile()(x=[1.0, 2.0])[0].dtype
        == np.float32
    )
    strided = np.arange(6.0).reshape(3, 2).T[:, 1]
    assert run(x=strided, n=np.array([[3, 9], [4, 9]])[:, 0])[0] == 3 * strided[0] + 4 * strided[1]


def test_wrong_inputs_are_refused():
    run = mg.Graph(lambda rate, n: (rate * n).sum(), rate=parameter(2), n=np.array([1, 2])).compile()
    with pytest.raises(ValueError, match=r"input 'rate' has shape \(2,\); the value given has shape \(3,\)"):
        run(rate=[1.0, 2.0, 3.0], n=[1, 2])
    with pytest.raises(
        TypeError, match=r"'n' holds int64; the value given holds float64.*n\.astype\('int64'\)"
    ):
        run(rate=[1.0, 2.0], n=[0.5, 1.0])
    with pytest.raises(TypeError, match="'rate' holds float64; the value given holds complex128"):
        run(rate=[1.0, 2.0j], n=[1, 2])
    with pytest.raises(mg.UsageError, match=r"takes all of its inputs at each call; here n=… is missing"):
        run(rate=[1.0, 2.0])
    with pytest.raises(
        mg.UsageError, match=r"no input called 'rates'; it has rate, n\. Did you mean 'rate'\?"
    ):
        run(rates=[1.0, 2.0], n=[1, 2])
    assert repr(run) == "<Compiled graph, inputs rate, n>"


def test_a_name_may_be_a_word_of_pythons_or_of_the_programs_own():
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="lambda")
    y = mg.tensor([3.0, 4.0], requires_grad=True, name="multiply")
    z = mg.tensor([3.0, 4.0], requires_grad=True, name="self")
    m = mg.tensor([3.0, 4.0], requires_grad=True, name="m1")
    run = mg.Graph((x * y * z * m).sum()).compile()
    value, gradients = run(**{"lambda": x.data, "multiply": y.data, "self": z.data, "m1": m.data})
    assert value == 27 + 128
    np.testing.assert_array_equal(gradients["lambda"], [27, 64])
