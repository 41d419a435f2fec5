"""Exercise 11: second derivatives, Hessian-vector products, penalties and curvature.

With this module, one can
- check derivatives of a number:    derivatives_are_right(student, "np.tanh(x)", 0.5, 3)
- check a product:                  hvp_is_right(student, f, x, v)
- check a penalty's gradient:       penalty_is_right(student, f, x, 0.1)
- check a curvature:                sharpest_is_right(student, f, x, v, 8)

A function is a `Formula`: text that is evaluated twice, in the student's process (where their autograd code can
differentiate it) and here (where the right answer is computed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from exercises.answers import as_several, call, compare
from exercises.errors import CheckFailed
from minigrad import func

CLOSE = 1e-3  # what a difference quotient reaches without being right
CANCELS = 1e-12


@dataclass(frozen=True)
class Formula:
    """A function of one array, as text, e.g. Formula("np.sum(np.tanh(A @ x) ** 2)", {"A": a})."""

    text: str
    constants: dict[str, Any] = field(default_factory=dict)

    def here(self) -> Any:
        return eval(f"lambda x: {self.text}", {"np": np, **self.constants})

    def there(self, student: Any) -> Any:
        return student.evaluate(f"lambda x: {self.text}", **self.constants)


CUBES = Formula("np.sum(x ** 3)")
BOWL = Formula(
    "np.sum(np.tanh(A @ x) ** 2) + np.sum(x ** 4)", {"A": np.array([[1.0, -0.5, 0.3], [0.2, 0.8, -1.0]])}
)
SADDLE = Formula(
    "x @ A @ x + np.sum(np.exp(x))", {"A": np.array([[1.0, 2.0, 0.0], [0.5, -3.0, 1.0], [0.0, 1.5, 0.4]])}
)


def formulas(rng: np.random.Generator) -> list[tuple[Formula, np.ndarray]]:
    """Functions whose Hessians are full, each with a point."""
    a, n = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))
    return [
        (Formula("np.sum(np.tanh(A @ x) ** 2)", {"A": a}), rng.normal(size=4)),
        (Formula("np.log(np.sum(np.exp(x)))"), rng.normal(size=3)),
        (Formula("(x @ A @ x) * np.sum(x)", {"A": n}), rng.normal(size=4)),
        (Formula("np.sum(np.exp(x @ A) * np.sum(x))", {"A": n / 4}), rng.normal(size=(2, 4))),
        (Formula("x ** 4 + np.exp(-x)"), np.asarray(rng.uniform(0.5, 1.5))),
    ]


def gradient(f: Formula, x: np.ndarray) -> np.ndarray:
    return np.asarray(func.grad(f.here())(np.asarray(x)))


def hessian(f: Formula, x: np.ndarray) -> np.ndarray:
    """As a matrix, whatever the shape of x."""
    return np.asarray(func.hessian(f.here())(np.asarray(x))).reshape(np.size(x), np.size(x))


def times(matrix: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (matrix @ np.ravel(v)).reshape(np.shape(v))


def twice_is_right(student: Any, x: np.ndarray) -> None:
    """The lecture's example: x -> g = ∂(Σx²)/∂x -> s = exp(g₀) - exp(g₂) -> ∂s/∂x."""
    right = np.zeros_like(x)
    right[0], right[2] = 2 * np.exp(2 * x[0]), -2 * np.exp(2 * x[2])
    ones = np.zeros_like(x)
    ones[0], ones[2] = np.exp(2 * x[0]), -np.exp(2 * x[2])
    mistakes = [
        ("twice returns the first gradient, 2x", 2 * x),
        ("twice: the inner derivative, of g with respect to x, is missing", ones),
        ("twice: a sign is wrong", -right),
        ("twice: the second exponential is not subtracted", np.abs(right)),
        ("twice returns s, not its gradient", np.exp(2 * x[0]) - np.exp(2 * x[2])),
    ]
    _compare(call(student.twice, [x], "twice"), right, "twice", mistakes)


def derivatives_are_right(student: Any, f: Formula, x: float, n: int) -> None:
    """`derivatives(f, x, n)` lists f(x), f′(x), … up to the n-th derivative."""
    name, derived, right = "derivatives", f.here(), []
    for _ in range(n + 1):
        right.append(float(derived(x)))
        derived = func.grad(derived)
    got = call(student.derivatives, [f.there(student), x, n], name)
    if isinstance(got, np.ndarray) and got.ndim == 1:
        got = list(got)
    if isinstance(got, (list, tuple)) and len(got) == n:
        raise CheckFailed(
            f"{name} has one number too few: the list begins with f itself", f"{n}, not {n + 1}."
        )
    values = as_several(got, [f"number {k}" for k in range(n + 1)], name, "result")
    for k, (value, wanted) in enumerate(zip(values, right, strict=True)):
        mistakes = (
            [("derivatives differentiates f again and again, not the last derivative", right[1])]
            if k > 1
            else []
        )
        _compare(value, wanted, name, mistakes, f"derivative number {k}")


def hvp_is_right(student: Any, f: Formula, x: np.ndarray, v: np.ndarray) -> None:
    """`hvp(f, x, v)` is the Hessian times v."""
    h, g, name = hessian(f, x), gradient(f, x), "hvp"
    mistakes: list[tuple[str, Any]] = [
        (f"{name} forgets v: it adds up the rows of the Hessian", times(h, np.ones_like(v))),
        (
            f"{name} multiplies by v after the second derivative: that is another thing",
            times(h, np.ones_like(v)) * v,
        ),
        (f"{name} returns the gradient times v: one more derivative is missing", g * v),
        (f"{name} returns gradient · v, one number: one more derivative is missing", np.sum(g * v)),
        (f"{name} returns the gradient", g),
        (f"{name} differentiates the squared gradient", times(h, g)),
        (f"{name} uses v twice", times(h, v * v)),
        (f"{name} returns v · H v, one number", np.sum(v * times(h, v))),
        (f"{name} multiplies by the diagonal of the Hessian alone", np.diag(h).reshape(np.shape(v)) * v),
    ]
    _compare(call(student.hvp, [f.there(student), x, v], name), times(h, v), name, mistakes)


def product_is_right(student: Any, f: Formula, x: np.ndarray, v: np.ndarray, right: np.ndarray) -> None:
    """The same, where the Hessian is too large to be written down and the product is known."""
    _compare(call(student.hvp, [f.there(student), x, v], "hvp"), right, "hvp", [])


def penalty_is_right(student: Any, f: Formula, x: np.ndarray, weight: float) -> None:
    """`penalty_gradient(f, x, weight)` is the gradient of f + ½ weight ‖∇f‖²."""
    h, g, name = hessian(f, x), gradient(f, x), "penalty_gradient"
    curved = times(h, g)
    length = np.sqrt(np.sum(g * g))
    mistakes: list[tuple[str, Any]] = [
        (f"{name}: the penalty is missing, or was taken for a constant", g),
        (f"{name}: the gradient of f itself is missing", weight * curved),
        (f"{name}: the penalty counts twice: is the ½ missing?", g + 2 * weight * curved),
        (f"{name}: the penalty counts half", g + weight * curved / 2),
        (f"{name}: the weight is missing", g + curved),
        (f"{name}: the length of the gradient is not squared", g + weight * curved / length / 2),
        (f"{name}: the length of the gradient is not squared", g + weight * curved / length),
        (f"{name}: the gradient is squared, but not its derivative taken", g + weight * g * g),
        (f"{name}: the gradient is added up, not squared", g + weight * times(h, np.ones_like(g)) / 2),
    ]
    _compare(
        call(student.penalty_gradient, [f.there(student), x, weight], name),
        g + weight * curved,
        name,
        mistakes,
    )


def sharpest_is_right(student: Any, f: Formula, x: np.ndarray, v: np.ndarray, steps: int) -> None:
    """`sharpest(f, x, v, steps)` is v · H v after so many steps of the power iteration."""
    h, name = hessian(f, x), "sharpest"

    def after(count: int) -> np.ndarray:
        u = np.ravel(v) / np.linalg.norm(v)
        for _ in range(count):
            u = h @ u / np.linalg.norm(h @ u)
        return u

    u = after(steps)
    right = u @ h @ u
    mistakes: list[tuple[str, Any]] = [
        (f"{name} makes one step too few", after(steps - 1) @ h @ after(steps - 1)),
        (f"{name} makes one step too many", after(steps + 1) @ h @ after(steps + 1)),
        (f"{name} loses the sign of the curvature: ‖H v‖ instead of v · H v", np.linalg.norm(h @ u)),
    ]
    got = call(student.sharpest, [f.there(student), x, v, steps], name)
    _compare(got, right, name, mistakes, "curvature", rtol=1e-8)


def _compare(
    value: Any, right: Any, name: str, mistakes: list, role: str = "value", rtol: float = 1e-9
) -> None:
    right = np.asarray(right)
    known = [(said, wrong) for said, wrong in mistakes
             if np.shape(wrong) != right.shape or not np.allclose(wrong, right, rtol=1e-8)]  # fmt: skip
    try:
        compare(value, right, name, role, known, rtol, CANCELS)
    except CheckFailed as failure:
        near = name == "hvp" and isinstance(value, np.ndarray) and value.shape == right.shape
        if near and np.allclose(value, right, rtol=CLOSE, atol=CLOSE * np.abs(right).max(initial=0)):
            said = f"{name} is only nearly right: is it a difference quotient?"
            raise CheckFailed(said, f"{failure.details} Differentiate the gradient itself.") from None
        raise
