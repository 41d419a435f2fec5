"""What holds for the rule book as a whole; the tables, a file per theme, are in `rules/`."""

import re
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from minigrad.vjps import function_name, rulebook


def draw(shape, low=-2.0, high=2.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, shape)


@pytest.mark.parametrize("fn", [np.multiply, np.matmul, np.maximum], ids=lambda f: f.__name__)
def test_non_contiguous_inputs(fn):
    a, b = draw((6, 6))[::2, ::-2], np.asfortranarray(draw((3, 3), seed=1)).T
    assert not a.flags.c_contiguous
    x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
    x.data, y.data = a, b
    fn(x, y).sum().backward()
    u, v = mg.tensor(a.copy(), requires_grad=True), mg.tensor(b.copy(), requires_grad=True)
    fn(u, v).sum().backward()
    np.testing.assert_array_equal(x.grad, u.grad)
    np.testing.assert_array_equal(y.grad, v.grad)


def test_conventions_at_kinks():
    """‖·‖′(0) = 0; those of the other functions stand beside their tables."""
    zero = mg.tensor([0.0], requires_grad=True)
    np.linalg.norm(zero).backward()
    assert zero.grad.item() == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gradients_have_the_dtype_and_shape_of_their_data(dtype):
    w = mg.tensor(draw((3, 2)), requires_grad=True, dtype=dtype)
    b = mg.tensor(draw((2,)), requires_grad=True, dtype=dtype)
    x = mg.tensor(draw((4, 3)), dtype=np.float64)
    mg.relu(x @ w + b).mean().backward()
    assert (w.grad.dtype, b.grad.dtype) == (dtype, dtype)
    assert (w.grad.shape, b.grad.shape) == (w.shape, b.shape)


def test_every_rule_has_a_line_in_a_table():
    """Every function of NumPy that has a rule is named in one of the tables."""
    texts = [path.read_text() for path in (Path(__file__).parent / "rules").glob("test_*.py")]
    named = {*re.findall(r"\w+", " ".join(texts))}
    for fn in rulebook:
        if isinstance(fn, np.ufunc) or (getattr(fn, "__module__", "") or "").startswith("numpy"):
            assert function_name(fn) in named, f"{function_name(fn)} has a rule and no test"


def test_the_table_of_functions_is_fresh():
    """FUNCTIONS.md is written from the rule book: python -m minigrad.rules.table."""
    from minigrad.rules import table

    if not hasattr(np, "matvec"):
        pytest.skip("this NumPy is older than 2.2 and lacks some of the functions")
    assert table.FILE.read_text(encoding="utf-8") == table.markdown()
