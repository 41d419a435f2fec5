"""Jacobians with their products, and the V-curve of step sizes."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minigrad as mg
from visuals.plots import caption, difference_errors, jacobian_and_vjp, step_size_curve


def matrix_of(ax: Any) -> np.ndarray:
    return np.asarray(ax.images[0].get_array())


def test_the_panels_are_the_jacobian_and_its_product() -> None:
    x, g = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0, -2.0])
    axes = jacobian_and_vjp(mg.softmax, x, g)
    p = np.exp(x) / np.exp(x).sum()
    expected = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(matrix_of(axes["jacobian"]), expected, atol=1e-12)
    np.testing.assert_allclose(matrix_of(axes["upstream"]), g[:, None])
    np.testing.assert_allclose(matrix_of(axes["vjp"]), (expected.T @ g)[None], atol=1e-12)
    assert len(axes["jacobian"].texts) == 9
    assert "9 of 9 entries not 0" in caption(axes)
    assert caption(axes).endswith("as the engine sent it.")


def test_the_title_is_the_rule() -> None:
    assert jacobian_and_vjp(np.exp, [1.0])["jacobian"].get_title() == "exp:\n∂L/∂x = g * out"
    axes = jacobian_and_vjp(lambda x: x * x, [1.0], name="x²")
    assert axes["jacobian"].get_title() == "Jacobian of x²"


def test_entries_are_named_by_their_index() -> None:
    axes = jacobian_and_vjp(np.sum, np.ones((2, 2)))
    assert [t.get_text() for t in axes["vjp"].get_xticklabels()] == ["x₀₀", "x₀₁", "x₁₀", "x₁₁"]
    assert [t.get_text() for t in axes["upstream"].get_yticklabels()] == ["z"]


def test_a_wrong_rule_is_told() -> None:
    calls = []

    @mg.primitive
    def twice(x: Any) -> Any:
        return 2 * x

    # the rule is right while the Jacobian is built, and wrong when the product is asked for
    mg.defvjp(twice, lambda g, x: calls.append(0) or (g * 2 if len(calls) <= 2 else g * 3))
    axes = jacobian_and_vjp(twice, [1.0, 2.0])
    assert "which is NOT what follows from J: the rule is wrong" in caption(axes)


def test_large_ones_have_bars_instead_of_numbers() -> None:
    axes = jacobian_and_vjp(np.cumsum, np.ones(20))
    assert not axes["jacobian"].texts
    assert {ax.get_ylabel() for ax in axes["jacobian"].figure.axes} >= {"∂z/∂x", "∂L/∂…"}


@pytest.mark.parametrize(
    ("fun", "x", "upstream", "message"),
    [
        (
            np.cumsum,
            np.ones(65),
            None,
            r"has 65 × 65 entries; at most 64 × 64 can be read\. Take a smaller x",
        ),
        (np.tanh, np.ones(2), np.ones(3), r"upstream has shape \(3,\); it needs that .* \(2,\)"),
        (np.tanh, [], None, "x is empty"),
        (lambda x: (x, x), [1.0], None, "should return one array; it returned a tuple"),
    ],
)
def test_what_has_no_jacobian_to_look_at(fun: Any, x: Any, upstream: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        jacobian_and_vjp(fun, x, upstream)


def test_it_can_be_drawn_on_three_axes() -> None:
    mine = plt.figure().subplots(1, 3)
    axes = jacobian_and_vjp(np.exp, [1.0, 2.0], axes=mine)
    assert [axes[part] for part in ("upstream", "jacobian", "vjp")] == list(mine)
    with pytest.raises(ValueError, match="axes holds 2, but there are three panels"):
        jacobian_and_vjp(np.exp, [1.0], axes=mine[:2])


def test_errors_of_difference_quotients_follow_their_orders() -> None:
    found = difference_errors(np.exp, 0.0, steps=[1e-2, 1e-3])
    np.testing.assert_allclose(found.forward, [0.5e-2, 0.5e-3], rtol=1e-2)
    np.testing.assert_allclose(found.central, [1e-4 / 6, 1e-6 / 6], rtol=1e-2)
    assert found.derivatives == pytest.approx((1, 1, 1, 1))
    assert found.best == (1e-3, pytest.approx(1e-6 / 6, rel=1e-2))


def test_derivatives_are_those_along_the_direction() -> None:
    f = lambda w: w[0] ** 3 * w[1]
    found = difference_errors(f, [2.0, 5.0], [1.0, -1.0], steps=[1e-3])
    # (2 + t)³ (5 - t) = 40 + 52 t + 18 t² - t³ - t⁴
    assert found.derivatives == pytest.approx((40, 52, 36, -6))


def test_the_curve_has_both_errors_and_the_terms_they_follow() -> None:
    ax = step_size_curve(np.exp, 1.0, steps=np.logspace(-12, 0, 25))
    lines = {line.get_label(): line for line in ax.lines}
    h = lines["h/2 · |φ″|"].get_xdata()
    np.testing.assert_allclose(lines["h/2 · |φ″|"].get_ydata(), h / 2 * np.e)
    np.testing.assert_allclose(lines["h²/6 · |φ‴|"].get_ydata(), h**2 / 6 * np.e)
    np.testing.assert_allclose(lines["ε|φ|/h, rounding"].get_ydata(), np.finfo(float).eps * np.e / h)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    best = float(next(n for n in lines if n.startswith("best")).split(": ")[1].replace("−", "-"))
    assert 1e-6 < best < 1e-4
    assert "Theory says 8.73e−6" in caption(ax)


def test_a_term_that_is_zero_is_not_drawn() -> None:
    ax = step_size_curve(lambda w: w * w, 3.0, name="w²")
    assert "h²/6 · |φ‴|" not in [line.get_label() for line in ax.lines]
    assert "Theory" not in caption(ax)
    assert ax.get_ylabel() == "error of the derivative of w²"


def test_steps_and_directions_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="Step sizes are positive"):
        difference_errors(np.exp, 1.0, steps=[0.0])
    with pytest.raises(ValueError, match=r"direction has shape \(1,\); x has \(2,\)"):
        difference_errors(np.sum, [1.0, 2.0], [1.0])
    with pytest.raises(
        TypeError, match=r"The function gives one real number; this one is a ndarray of shape \(2,\)"
    ):
        difference_errors(np.exp, [1.0, 2.0])
