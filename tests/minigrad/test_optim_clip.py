"""Gradient clipping."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.optim.clip import total_norm


def with_gradients(*gradients, dtype=np.float64):
    params = [mg.Parameter(np.zeros(np.shape(g)), dtype=dtype, name=f"p{k}") for k, g in enumerate(gradients)]
    for p, g in zip(params, gradients, strict=True):
        p.grad = mg.tensor(g, dtype=dtype)
    return params


@given(
    values=st.lists(st.floats(-100, 100), min_size=1, max_size=8),
    bound=st.floats(0.01, 100),
    p=st.sampled_from([1.0, 2.0, 3.0, float("inf")]),
)
@settings(max_examples=60, deadline=None)
def test_the_norm_is_bounded_and_the_direction_stays(values, bound, p):
    first, second = values[::2], values[1::2]
    params = with_gradients(first, second)
    before = mg.optim.clip_grad_norm_(params, bound, norm_type=p)
    g = np.array(first + second)
    assert before == pytest.approx(np.linalg.norm(g, p))
    clipped = np.concatenate([q.grad.data for q in params])
    np.testing.assert_allclose(clipped, g * min(1, bound / (before + 1e-6)), rtol=1e-12, atol=1e-300)
    assert np.linalg.norm(clipped, p) <= bound * (1 + 1e-12)


def test_gradients_within_the_bound_are_the_same_arrays():
    (p,) = with_gradients([3.0, 4.0])
    array = p.grad.data
    assert mg.optim.clip_grad_norm_(p, 10) == 5
    assert p.grad.data is array


def test_gradients_may_share_an_array_and_a_parameter_may_be_listed_twice():
    a, b = mg.Parameter([0.0, 0.0]), mg.Parameter([0.0, 0.0])
    a.grad = b.grad = mg.tensor([3.0, 4.0])
    assert mg.optim.clip_grad_norm_([a, b, a], 1.0) == pytest.approx(np.sqrt(50))
    np.testing.assert_allclose(a.grad.data, np.array([3, 4]) / np.sqrt(50), rtol=1e-6)
    np.testing.assert_array_equal(a.grad.data, b.grad.data)


def test_what_has_no_gradient_does_not_count():
    w, b = mg.Parameter([0.0]), mg.Parameter([0.0])
    assert mg.optim.clip_grad_norm_([w, b], 1.0) == 0
    w.grad = mg.tensor([0.0])
    assert mg.optim.clip_grad_norm_((p for p in [w, b]), 1.0) == 0
    mg.optim.clip_grad_value_([w, b], 1.0)
    assert b.grad is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_and_scalars(dtype):
    p, q = with_gradients(3.0, [4.0], dtype=dtype)
    assert mg.optim.clip_grad_norm_([p, q], 2.5) == 5
    assert (p.grad.dtype, q.grad.dtype) == (dtype, dtype)
    assert (p.grad.shape, float(p.grad.data)) == ((), pytest.approx(1.5, rel=1e-3))
    mg.optim.clip_grad_value_([p, q], 0.5)
    assert (p.grad.dtype, float(p.grad.data), q.grad.data.tolist()) == (dtype, 0.5, [0.5])


def test_exploded_gradients_are_clipped_although_their_squares_overflow():
    p, q = with_gradients([3e30, 0.0], [4e30], dtype=np.float32)
    assert mg.optim.clip_grad_norm_([p, q], 1.0) == pytest.approx(5e30)
    np.testing.assert_allclose(np.concatenate([p.grad.data, q.grad.data]), [0.6, 0, 0.8], rtol=1e-6)
    assert total_norm([np.array([3e-200, 4e-200])], 2.0) == pytest.approx(5e-200)
    assert total_norm([np.zeros((0, 3))], 2.0) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_not_finite_raises_and_names_the_parameter(bad):
    p, q = with_gradients([1.0], [bad, 1.0])
    with pytest.raises(
        RuntimeError, match=r"norm of the gradients is (nan|inf): Tensor 'p1' is the first.*detect_anom"
    ):
        mg.optim.clip_grad_norm_([p, q], 1.0)
    assert p.grad.data.tolist() == [1.0]
    mg.optim.clip_grad_norm_([p, q], 1.0, error_if_nonfinite=False)
    assert np.isnan(q.grad.data[0])


def test_values_are_bounded_and_nan_stays():
    (p,) = with_gradients([3.0, -0.5, -7.0, np.nan])
    mg.optim.clip_grad_value_([p], 1.0)
    np.testing.assert_array_equal(p.grad.data, [1, -0.5, -1, np.nan])


def test_bounds_are_above_zero():
    with pytest.raises(ValueError, match="clip_grad_norm_: max_norm must be above 0; it is 0"):
        mg.optim.clip_grad_norm_([], 0)
    with pytest.raises(ValueError, match="clip_grad_norm_: norm_type must be above 0; it is -1"):
        mg.optim.clip_grad_norm_([], 1, norm_type=-1)
    with pytest.raises(ValueError, match="clip_grad_value_: clip_value must be above 0; it is -1"):
        mg.optim.clip_grad_value_([], -1)
