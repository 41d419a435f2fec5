"""How few buffers a program needs, and which values may not share one."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.compiled.forms import NEW, elementwise, takes_buffer
from minigrad.compiled.layout import Layout, blank, operands, order_of
from minigrad.compiled.liveness import Memory
from minigrad.compiled.straightline import StraightLine, Value
from minigrad.nn import functional as F


def memory(fn, **inputs):
    graph = mg.Graph(fn, **inputs)
    program = graph._program()
    line = StraightLine(program)
    return line, Memory(line, Layout(line, {name: leaf._data for name, leaf in program.inputs.items()}))


def x(*shape, dtype=float):
    return mg.Parameter(np.random.default_rng(0).uniform(0.5, 1.5, shape).astype(dtype))


def test_a_chain_whose_values_nobody_needs_later_takes_one_buffer():
    def chain(x):
        for _ in range(50):
            x = np.floor(x * 0.5) + 1.0
        return x.sum() * 0.0

    line, found = memory(lambda x: chain(x) + x.sum(), x=x(4))
    assert len(found.buffers) == 1
    assert len(line.calls) > 100


def test_what_the_backward_pass_needs_is_kept_and_the_rest_shared():
    def chain(x):
        for _ in range(50):
            x = np.tanh(x * 0.5)
        return x.sum()

    _, found = memory(chain, x=x(4))
    assert 50 <= len(found.buffers) <= 52  # the fifty results of tanh, and one or two more


def test_buffers_are_shared_by_shape_dtype_and_order():
    _, found = memory(lambda x: ((x @ x.T) > 0.5) * (x.T @ x) + np.exp(x @ x.T), x=x(3, 3))
    kinds = {(shape, dtype.name) for shape, dtype, _ in found.buffers}
    assert kinds == {((3, 3), "float64"), ((3, 3), "bool")}


def test_values_that_live_at_the_same_time_lie_apart():
    """The rule itself, for every pair of values of a program with views, numbers, and calls of every kind."""

    def fn(x, y):
        h = np.tanh(x @ y).T[1:].reshape(-1)[:6].reshape(2, 3)
        h = mg.softmax(np.concatenate([h, np.sin(h)])) * F.layer_norm(h[0], 3)
        return (h * np.where(h > 0.1, h, 2.0)).sum(axis=0) / h.mean()

    check_lives(*memory(fn, x=x(4, 3), y=x(3, 4)))


def test_a_value_beside_a_view_of_itself_is_not_written_over():
    line, found = memory(lambda x: (np.floor(x * 2.0) + np.floor(x * 2.0).T) * x, x=x(3, 3))
    check_lives(line, found)
    names = [call.fun.__name__ for call in line.calls]
    doubled, whole, total = (line.calls[names.index(name)] for name in ("multiply", "floor", "add"))
    assert found.place[doubled] == found.place[whole] != found.place[total]


STEPS = {
    "whole, with its transpose": lambda a, b: np.floor(a) + np.floor(a).T,
    "whole, in place": lambda a, b: np.floor(a) * np.floor(b),
    "tanh": lambda a, b: np.tanh(a),
    "+": lambda a, b: a + b,
    "×": lambda a, b: a * b,
    "@": lambda a, b: a @ b,
    "transposed": lambda a, b: a.T,
    "reversed": lambda a, b: a[::-1] - b,
    "turned": lambda a, b: np.reshape(a.T, (3, 3)) * b,
    "softmax": lambda a, b: mg.softmax(a) - b,
}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_values_of_random_programs_lie_apart(steps):
    def fn(x, y):
        values = [x * y, x + y]
        for name, i, j in steps:
            values.append(STEPS[name](values[i % len(values)], values[j % len(values)]))
        return values[-1]

    check_lives(*memory(fn, x=x(3, 3), y=x(3, 3)))


def check_lives(line, found):
    """No value is written over while it, or a view of it, is used later."""
    arrays = {v: blank(*found.buffers[k]) for v, k in found.place.items()}
    last = {v: k for k, call in enumerate(line.calls) for v in (call, *operands(call))}
    for v in (line.output, *line.gradients.values()):
        if isinstance(v, Value):
            last[v] = len(line.calls)
    born = {call: k for k, call in enumerate(line.calls)}
    looks_at = {v: {v} for v in arrays}
    for call in line.calls:
        if call in found.views:
            (base,) = operands(call)
            looks_at[call] = looks_at[base]
            last |= {v: max(last[v], last[call]) for v in looks_at[base]}
    for call in reversed(line.calls):  # a view of a view lives as long as its own views
        for v in looks_at.get(call, ()):
            last[v] = max(last[v], last[call])
    for v, w in itertools.combinations(arrays, 2):
        v, w = sorted((v, w), key=born.__getitem__)
        if found.place[v] == found.place[w]:
            assert last[v] <= born[w], (v, w)
            if last[v] == born[w]:  # in place: only where each entry is read before it is written
                assert elementwise(w), (v, w)
                assert v in operands(w), (v, w)
                assert not any(v in looks_at.get(a, ()) for a in operands(w) if a is not v), (v, w)
    for v in arrays:
        assert takes_buffer(v)
        assert v not in found.own


def test_a_function_that_only_says_that_its_results_are_new_is_not_believed(monkeypatch):
    @mg.primitive
    def same_array(x):
        return x

    mg.defvjp(same_array, lambda g: g)
    monkeypatch.setattr("minigrad.compiled.forms.NEW", {*NEW, same_array})
    fn = lambda x: np.sin(same_array(np.floor(x * 2.0))) + np.cos(same_array(x)) * x
    line, found = memory(fn, x=x(4))
    floor = next(call for call in line.calls if call.fun is np.floor)
    kept = next(call for call in line.calls if call.fun is same_array)
    assert kept not in found.place
    assert found._owners[kept] == {floor, kept}


def test_results_are_in_no_buffer():
    line, found = memory(lambda x, y: (x * y).T, x=x(2, 3), y=x(2, 3))
    (product, *_) = line.calls
    assert product not in found.place
    assert product in found.own
    assert line.output in found.given
    line, found = memory(lambda x, y: (x * y)[0], x=x(2, 3), y=x(2, 3))
    (product, *_) = line.calls
    assert product in found.place  # a part is copied; the whole may be written over
    assert line.output not in found.given


def test_what_lies_outside_of_the_buffers_is_let_go_of():
    source = mg.Graph(lambda x: np.linalg.inv(np.linalg.inv(x) + x).sum(), x=x(3, 3)).compile().source
    lines = [line.split("#")[0].strip() for line in source.splitlines()]
    assert any(line.startswith("del t1") for line in lines)


def test_images_keep_the_order_in_which_convolution_leaves_them():
    run = mg.Graph(
        lambda x, K: mg.relu(F.conv2d(x, K) * 2.0).sum(), x=np.ones((5, 2, 6, 6)), K=x(3, 2, 3, 3)
    ).compile()
    result = F.conv2d(np.ones((5, 2, 6, 6)), np.ones((3, 2, 3, 3)))
    order = order_of(result)
    assert order == (0, 1, 2, 3) or f'blank({result.shape}, "float64", {order})' in run.source


def test_order_of_an_array_in_memory():
    a = np.zeros((2, 3, 4))
    for axes in itertools.permutations(range(3)):
        b = blank(a.shape, "float32", axes)
        assert (b.shape, order_of(b)) == (a.shape, axes)
        assert b.transpose(axes).flags.c_contiguous
    assert order_of(np.zeros((1, 3)).T) == (0, 1)  # both orders are the same here
