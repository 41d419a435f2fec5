"""The scalar view: the same numbers, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
import minigrad.nn.functional as F
import visuals
from visuals.views.scalar import MOST, entrywise

Make = Callable[[mg.Tensor, mg.Tensor], Any]

# What each function becomes. a and b are parameters of the shapes given.
APART: dict[str, tuple[tuple, tuple, Make, list[str]]] = {
    "product": ((3,), (3,), lambda a, b: a @ b, ["×", "×", "+", "×", "+"]),
    "matmul": ((1, 2), (2, 1), lambda a, b: (a @ b).sum(), ["×", "×", "+"]),
    "transposed": ((2, 1), (2, 1), lambda a, b: (a.T @ b).sum(), ["×", "×", "+"]),
    "broadcast": ((2, 1), (2,), lambda a, b: (a * b).sum(), ["×"] * 4 + ["+"] * 3),
    "mean": ((2, 2), (2,), lambda a, b: (a.mean(axis=0) * b).sum(), ["+", "+", "÷ 2", "÷ 2", "×", "×", "+"]),
    "reshape": ((4,), (2, 2), lambda a, b: (a.reshape(2, 2)[::-1] * b)[0].sum(), ["×", "×", "+"]),
    "concatenate": ((1,), (1,), lambda a, b: (np.concatenate([a, b]) ** 2).sum(), ["^ 2", "^ 2", "+"]),
    "stack": ((2,), (2,), lambda a, b: np.stack([a, b]).mean(), ["+", "+", "+", "÷ 4"]),
    "tanh": ((2,), (2,), lambda a, b: (np.tanh(a) + b).sum(), ["tanh", "tanh", "+", "+", "+"]),
    "constants": ((2,), (1,), lambda a, b: (a * np.array([2.0, 3.0]) - b).sum(), ["× 2", "× 3", "−", "−", "+"]),
    "relu": ((2,), (2,), lambda a, b: (mg.relu(a) * b).sum(), ["relu", "relu", "×", "×", "+"]),
    "largest": ((3,), (1,), lambda a, b: (a.max() * b).sum(), ["max", "max", "×"]),
    "softmax": ((2,), (2,), lambda a, b: mg.softmax(a) @ b, ["exp", "exp", "+", "÷", "÷", "×", "×", "+"]),
    "norm": ((2,), (1,), lambda a, b: (np.linalg.norm(a) * b).sum(), ["²", "²", "+", "√", "×"]),
    "variance": ((2,), (1,), lambda a, b: (np.var(a) * b).sum(), ["+", "÷ 2", "−", "−", "²", "²", "+", "÷ 2", "×"]),
    "cross-entropy": (
        (2,), (2,), lambda a, b: mg.cross_entropy(a + b, 1), ["+", "+", "exp", "exp", "+", "ln", "−"],
    ),
    "mse": ((2,), (2,), lambda a, b: F.mse_loss(a, b), ["−", "−", "²", "²", "+", "÷ 2"]),
    "convolution": (
        (1, 1, 3), (1, 1, 2), lambda a, b: F.conv1d(a, b).sum(), ["×", "×", "+", "×", "×", "+", "+"],
    ),
    "padded": ((2,), (2,), lambda a, b: F.conv1d(a, b, padding=1).sum(), ["×", "×", "×", "+", "×", "+", "+"]),
    "pooling": ((1, 1, 4), (1,), lambda a, b: (F.max_pool1d(a, 2) * b).sum(), ["max", "max", "×", "×", "+"]),
    "einsum": ((2,), (2,), lambda a, b: np.einsum("i,i->", a, b), ["×", "0 +", "×", "+"]),
    # these are written in terms of others, and taken apart as they are written
    "hinge": ((2,), (1,), lambda a, b: F.huber_loss(a, [0.0, 5.0]) * b, None),
    "logits": ((2,), (1,), lambda a, b: F.binary_cross_entropy_with_logits(a, [1.0, 0.0]) * b, None),
    "normalized": ((1, 3), (3,), lambda a, b: (F.layer_norm(a, 3) * b).sum(), None),
    "smoothed": ((1, 3), (1,), lambda a, b: mg.cross_entropy(a, [1], label_smoothing=0.1) * b, None),
    "averages": ((1, 1, 4, 4), (1,), lambda a, b: (F.avg_pool2d(a, 2) * b).sum(), None),
    "images": ((1, 1, 3, 3), (1, 1, 2, 2), lambda a, b: F.conv2d(a, b).sum(), None),
    # and these stay boxes
    "inverse": ((2, 2), (2, 2), lambda a, b: (np.linalg.inv(a) * b).sum(), None),
    "sorted": ((3,), (3,), lambda a, b: (np.sort(a) * b).sum(), None),
}  # type: ignore[dict-item]  # fmt: skip


def drawn(name: str, seed: int = 0) -> tuple[mg.Tensor, mg.Tensor, mg.Tensor]:
    """a, b and the result, after its backward pass."""
    rng = np.random.default_rng(seed)
    first, second, make, _ = APART[name]
    a, b = (mg.Parameter(rng.normal(size=shape), name=n) for shape, n in ((first, "a"), (second, "b")))
    result = make(a, b).sum()
    result.backward()
    return a, b, result


def entry(array: Any, name: str) -> float:
    """The number that a node's name speaks of: a[1, 0]."""
    found = re.search(r"\[(.*)\]", name)
    return float(array[tuple(map(int, found[1].split(", ")))] if found else array.item())


def final(run: mg.Trace) -> dict[str, Any]:
    """The gradient of each node at the end of the trace's own backward pass."""
    found: dict[str, Any] = {}
    for frame in run.frames:
        for node, change in frame["set"].get("nodes", {}).items():
            if "grad" in change:
                found[node] = change["grad"].get("scalar")
    return found


@pytest.mark.parametrize("name", APART)
def test_values_and_gradients_agree_with_those_of_the_arrays(name: str) -> None:
    a, b, result = drawn(name)
    run = entrywise(result)
    assert run.nodes[-1]["value"]["scalar"] == pytest.approx(result.item())
    gradients, known = final(run), set()
    for node in run.nodes:
        if node["kind"] == "parameter":
            array = a if node["name"].startswith("a") else b
            assert array.grad is not None
            known.add(node["name"])
            assert node["value"]["scalar"] == entry(array.numpy(), node["name"])
            for shown in (node["grad"]["scalar"], gradients[node["id"]]):
                assert shown == pytest.approx(entry(array.grad.numpy(), node["name"]), abs=1e-12)
    assert any(n.startswith("a") for n in known)


@pytest.mark.parametrize("name", [name for name, (*_, signs) in APART.items() if signs])
def test_what_a_function_is_made_of(name: str) -> None:
    run = entrywise(drawn(name)[-1])
    assert [node["symbol"] for node in run.nodes if node["kind"] == "function"] == APART[name][-1]
    assert all(node["shape"] == [] for node in run.nodes)


def test_a_function_that_stays_a_box_has_its_entries_as_ports() -> None:
    run = entrywise(drawn("inverse")[-1])
    signs = [node["symbol"] for node in run.nodes]
    assert signs.count("inv") == 1
    assert signs.count("[ ]") == 4
    assert [node["shape"] for node in run.nodes if node["symbol"] == "inv"] == [[2, 2]]


def test_names_say_which_entry_it_is() -> None:
    w, x = mg.Parameter([[1.0, 2.0]], name="w"), mg.tensor([3.0, 4.0], name="x")
    y = w @ x
    y.name = "y"
    run = entrywise(y)
    assert [n["name"] for n in run.nodes] == ["w[0, 0]", "x[0]", "", "w[0, 1]", "x[1]", "", "y"]
    assert [n["kind"] for n in run.nodes[:2]] == ["parameter", "data"]
    assert entrywise(y, {"z": w}).nodes[0]["name"] == "w[0, 0]"  # the user's own name counts


def test_several_results_are_several_ends() -> None:
    y = mg.Parameter([1.0, 2.0], name="x") * 3.0
    run = entrywise(y)
    assert [n["name"] or n["symbol"] for n in run.nodes] == ["x[0]", "× 3", "x[1]", "× 3"]
    assert final(run)[run.nodes[0]["id"]] == 3
    grid = entrywise(mg.Parameter([[1.0, 2.0]], name="x") * 3.0)
    assert len(grid.nodes) == 4


def test_gradients_are_those_that_are_known() -> None:
    x = mg.Parameter([2.0, 3.0], name="x")
    y = (x * x).sum()
    assert all(node["grad"] is None for node in entrywise(y).nodes)
    y.backward()
    (x * 1.0).sum().backward()  # another pass adds to the leaf, and to the leaf alone
    run = entrywise(y)
    assert [n["grad"]["scalar"] for n in run.nodes if n["kind"] == "parameter"] == [5, 7]
    assert run.nodes[-1]["grad"]["scalar"] == 1
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [5, 7]  # and drawing changes nothing


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: (mg.Parameter(np.ones((20, 20)), name="W") * 2.0).sum(), "W of shape 20×20 alone has 400 entries"),
        (lambda: (mg.Parameter(np.ones((9, 9))) @ np.ones((9, 9))).sum(), f"these are more than {MOST}"),
    ],
)  # fmt: skip
def test_more_than_one_could_follow_is_refused(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=rf"up to 300, and {said}\. Draw one example instead of a batch"):
        entrywise(make())


def test_functions_with_several_results_are_refused() -> None:
    s = np.linalg.svd(mg.Parameter(np.eye(2)))[1]
    with pytest.raises(ValueError, match=r"cannot take svd apart: it has several results"):
        entrywise(s.sum())


def test_an_empty_result_is_refused() -> None:
    with pytest.raises(ValueError, match="the result has no entries"):
        entrywise(mg.Parameter(np.ones((0, 2))) * 2.0)


def test_draw_shows_it() -> None:
    x, w = mg.tensor([1.0, 2.0]), mg.Parameter([3.0, 4.0])
    loss = (x * w).sum()
    drawing = visuals.draw(loss, view="scalar")
    assert "loss = add(" in repr(drawing)
    assert "w[1]" in drawing.svg
    with pytest.raises(TypeError, match=r'view="scalar" computes the graph anew, and a Trace only tells'):
        visuals.draw(mg.trace(loss), view="scalar")
    with pytest.raises(TypeError, match="but got a float"):
        visuals.draw(3.0, view="scalar")
    assert len(visuals.draw(mg.Graph(loss), view="scalar").trace.nodes) == 7


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 100))
def test_a_layer_of_any_size(inputs: int, outputs: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=(inputs, outputs)), rng.normal(size=inputs)
    run = entrywise(np.tanh(mg.tensor(x) @ mg.Parameter(w, name="w")).sum())
    assert run.nodes[-1]["value"]["scalar"] == pytest.approx(np.tanh(x @ w).sum())
    local = 1 - np.tanh(x @ w) ** 2  # ∂/∂w[i, j] = x[i] (1 − tanh²)
    gradients = final(run)
    for node in run.nodes:
        if node["kind"] == "parameter" and w.size > 1:
            assert gradients[node["id"]] == pytest.approx(entry(np.outer(x, local), node["name"]))
