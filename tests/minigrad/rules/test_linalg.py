"""Linear algebra: one line per function and option, at single matrices, stacks, and the edges of definition.

Functions of symmetric matrices are checked on x + xᵀ; what is determined up to a sign (vectors of svd and eigh, the q
of qr) is checked through something that does not depend on the sign.
"""

import numpy as np
import pytest

import minigrad as mg
from minigrad.vjps import rulebook
from tests.minigrad.rules.probing import check, complex_of, draw

T = lambda x: np.swapaxes(x, -1, -2)
H = lambda x: np.conj(T(x))
BATCHES = [(), (2,), (1, 2), (0,)]


def regular(*shape, seed=0):
    """Random matrices that are well away from singular, with distinct eigenvalues and singular values."""
    n = min(shape[-2:])
    x = np.random.default_rng(seed).uniform(-0.5, 0.5, shape)
    x[..., np.arange(n), np.arange(n)] += np.arange(1, n + 1) * 0.9 + 0.5
    return x


def positive(x):
    """A symmetric positive definite matrix made of x."""
    return x @ T(x) + 0.5 * np.eye(x.shape[-1], dtype=x.dtype)


INVERSES = {
    "inv": np.linalg.inv,
    "pinv": np.linalg.pinv,
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "logabsdet alone": lambda x: np.linalg.slogdet(x).logabsdet,
    "matrix_power 3": lambda x: np.linalg.matrix_power(x, 3),
    "cond": np.linalg.cond,
    "cond -2": lambda x: np.linalg.cond(x, -2),
    "cond fro": lambda x: np.linalg.cond(x, "fro"),
    "cond 1": lambda x: np.linalg.cond(x, 1),
    "cond -1": lambda x: np.linalg.cond(x, -1),
    "cond inf": lambda x: np.linalg.cond(x, np.inf),
    "cond -inf": lambda x: np.linalg.cond(x, -np.inf),
    "cond nuc": lambda x: np.linalg.cond(x, "nuc"),
    "eigvals": lambda x: np.sort(np.linalg.eigvals(positive(x)), axis=-1)[..., -1],
}


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("name", INVERSES)
def test_functions_of_square_matrices(name, batch):
    if batch == (0,) and name.startswith("cond"):
        pytest.skip("NumPy itself does not take the condition of no matrix")
    check(INVERSES[name], regular(*batch, 3, 3))
    check(INVERSES[name], regular(*batch, 1, 1))


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 5, 7])
def test_matrix_power(n):
    check(lambda x: np.linalg.matrix_power(x, n), regular(2, 3, 3))


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (2, 3, 2), (1, 3)], ids=str)
def test_pinv_of_rectangular_matrices(shape):
    check(np.linalg.pinv, regular(*shape))
    check(lambda x: np.linalg.pinv(x, rcond=1e-10), regular(*shape), second=False)


def test_pinv_at_constant_rank():
    """A product of thin matrices keeps its rank, and its pseudoinverse is smooth."""
    check(lambda x, y: np.linalg.pinv(x @ y), regular(4, 2), regular(2, 3, seed=1))


def test_pinv_of_symmetric_matrices():
    check(lambda x: np.linalg.pinv(x + T(x), hermitian=True), regular(3, 3))


def test_tensorinv():
    check(lambda x: np.linalg.tensorinv(np.reshape(x, (2, 3, 6))), regular(6, 6))
    check(lambda x: np.linalg.tensorinv(np.reshape(x, (4, 2, 2)), ind=1), regular(4, 4))


@pytest.mark.parametrize("matrix", [
    [[1.0, 2.0], [2.0, 4.0]], np.zeros((3, 3)), np.arange(1.0, 10).reshape(3, 3), [[0.0]],
    [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]],
], ids=["rank 1", "zero", "rank 2", "1 × 1", "stack"])  # fmt: skip
def test_det_has_a_gradient_at_singular_matrices(matrix):
    check(np.linalg.det, matrix)


def test_inverse_of_a_singular_matrix():
    x = mg.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        np.linalg.inv(x)
    with pytest.raises(np.linalg.LinAlgError, match="slogdet has no gradient at a singular matrix"):
        np.linalg.slogdet(x)[1].backward()
    with pytest.raises(np.linalg.LinAlgError, match="cond has no gradient at a singular matrix"):
        np.linalg.cond(mg.tensor([[1.0, 0.0], [0.0, 0.0]], requires_grad=True)).backward()


SOLVES = [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (2, 3, 4)), ((3, 3), (2, 3, 1)),
          ((2, 1, 3, 3), (4, 3, 2)), ((1, 1), (1,)), ((0, 3, 3), (3,)), ((3, 3), (3, 0))]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SOLVES, ids=str)
def test_solve(a, b):
    check(np.linalg.solve, regular(*a), *draw(b))


def test_solve_with_constants():
    mg.gradcheck(lambda a: np.linalg.solve(a, [1.0, 2.0, 3.0]), [regular(3, 3)], seeds=[0])
    mg.gradcheck(lambda b: np.linalg.solve([[1.0, 2.0], [3.0, 5.0]], b), draw((2,)), seeds=[0])
    check(lambda a: np.linalg.solve(a, a @ a), regular(3, 3))


def test_tensorsolve():
    a = regular(6, 6)
    check(lambda x, b: np.linalg.tensorsolve(np.reshape(x, (2, 3, 6)), b), a, *draw((2, 3)))
    check(lambda x, b: np.linalg.tensorsolve(np.reshape(x, (6, 3, 2)), b), a, *draw((6,)))
    moved = np.moveaxis(a.reshape(2, 3, 3, 2), -1, 1)
    check(lambda x, b: np.linalg.tensorsolve(x, b, axes=(1,)), moved, *draw((2, 3)))


@pytest.mark.parametrize("shape", [(4, 2), (3, 3), (2, 4), (2, 1), (1, 3)], ids=str)
@pytest.mark.parametrize("columns", [(), (3,), (1,)], ids=str)
def test_lstsq(shape, columns):
    """The solution, what is left over, and the singular values; of wide matrices the shortest solution."""
    a, (b,) = regular(*shape), draw((shape[0], *columns), seed=3)
    check(lambda a, b: np.linalg.lstsq(a, b)[0], a, b)
    check(lambda a, b: [np.linalg.lstsq(a, b)[k] for k in (0, 1, 3)], a, b)


def test_the_rank_that_lstsq_finds_is_a_plain_number():
    solution, _, rank, _ = np.linalg.lstsq(mg.tensor(regular(3, 2), requires_grad=True), np.ones(3))
    assert solution.requires_grad
    assert int(rank) == 2


# Decompositions -----------------------------------------------------------------------------------------------

SYMMETRIC = {
    "cholesky": lambda x: np.linalg.cholesky(positive(x)),
    "cholesky upper": lambda x: np.linalg.cholesky(positive(x), upper=True),
    "eigvalsh": lambda x: np.linalg.eigvalsh(x + T(x)),
    "eigvalsh U": lambda x: np.linalg.eigvalsh(x + T(x), "U"),
    "eigh": lambda x: sign_free(*np.linalg.eigh(x + T(x))),
    "eigh U": lambda x: sign_free(*np.linalg.eigh(x + T(x), UPLO="U")),
    "eigh values": lambda x: np.linalg.eigh(x + T(x)).eigenvalues,
    "eigh, a function of a matrix": lambda x: matrix_exp(x + T(x)),
    "svd hermitian": lambda x: np.linalg.svd(positive(x), hermitian=True)[1],
}
GENERAL = {
    "eig values": lambda x: np.linalg.eig(x).eigenvalues,
    "eigvals": np.linalg.eigvals,
    "eig": lambda x: sign_free(*np.linalg.eig(x)),
    "eig, again a": lambda x: reassembled(*np.linalg.eig(x)),
}


def sign_free(w, v):
    """The eigenvalues, and vectors with their signs squared away: v vᵀ for each."""
    return w, np.einsum("...ik,...jk->...kij", v, v)


def matrix_exp(a):
    w, v = np.linalg.eigh(a)
    return (v * np.exp(w)[..., None, :]) @ T(v)


def reassembled(w, v):
    return (v * (w * w)[..., None, :]) @ np.linalg.inv(v)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("name", SYMMETRIC)
def test_decompositions_of_symmetric_matrices(name, batch):
    check(SYMMETRIC[name], regular(*batch, 3, 3))
    check(SYMMETRIC[name], regular(*batch, 1, 1))


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("name", GENERAL)
def test_eigenvalues_of_general_matrices(name, batch):
    check(GENERAL[name], regular(*batch, 3, 3) * np.array([1.0, 0.3, 0.3]))


def test_complex_eigenvalues_of_a_real_matrix():
    rotation = np.array([[0.3, -1.2, 0.1], [1.5, 0.4, 0.2], [0.3, 0.1, 2.0]])
    assert np.iscomplexobj(np.linalg.eigvals(rotation))
    check(np.linalg.eigvals, rotation)
    check(lambda x: np.real(reassembled(*np.linalg.eig(x))), rotation)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 2), (2, 2, 3), (1, 1), (0, 3, 2)], ids=str)
def test_svd(shape):
    x = regular(*shape)
    check(lambda x: svd_sign_free(*np.linalg.svd(x, full_matrices=False)), x)
    check(lambda x: np.linalg.svd(x, full_matrices=True)[1], x)
    check(lambda x: np.linalg.svd(x, compute_uv=False), x)
    check(np.linalg.svdvals, x)
    check(lambda x: polar(*np.linalg.svd(x, full_matrices=False)), x)


def svd_sign_free(u, s, vh):
    """The singular values, and the products of left and right vectors, whose signs go together."""
    return s, np.einsum("...ik,...kj->...kij", u, vh), np.einsum("...ik,...jk->...kij", u, u)


def polar(u, s, vh):
    return u @ vh


def test_svd_full_matrices():
    square = regular(3, 3)
    check(lambda x: svd_sign_free(*np.linalg.svd(x)), square)
    x = mg.tensor(regular(3, 2), requires_grad=True)
    u, _, vh = np.linalg.svd(x)
    assert u.shape == (3, 3)
    (u[:, :2] @ vh).sum().backward()  # the columns that the matrix determines
    with pytest.raises(np.linalg.LinAlgError, match="full_matrices=False"):
        u.sum().backward()


@pytest.mark.parametrize(
    "shape", [(3, 3), (4, 2), (2, 4), (2, 3, 2), (2, 2, 3), (1, 1), (1, 3), (0, 3, 2)], ids=str
)
def test_qr(shape):
    x = regular(*shape)
    check(np.linalg.qr, x)
    check(lambda x: np.linalg.qr(x, mode="r"), x)
    check(lambda x: np.linalg.qr(x).R, x)
    if shape[-2] <= shape[-1]:
        check(lambda x: np.linalg.qr(x, mode="complete"), x)


def test_what_qr_refuses():
    x = mg.tensor(regular(3, 2), requires_grad=True)
    with pytest.raises(np.linalg.LinAlgError, match="q has columns that a does not determine"):
        np.linalg.qr(x, mode="complete")[0].sum().backward()
    with pytest.raises(np.linalg.LinAlgError, match="mode='raw'"):
        np.linalg.qr(x, mode="raw")[0].sum().backward()
    with pytest.raises(np.linalg.LinAlgError, match="linearly dependent"):
        np.linalg.qr(mg.tensor([[1.0, 0.0], [0.0, 0.0]], requires_grad=True))[0].sum().backward()


@pytest.mark.parametrize("fn", [np.linalg.eigh, np.linalg.svd, np.linalg.eig])
def test_equal_values_have_a_gradient_and_their_vectors_none(fn):
    x = mg.tensor(2 * np.eye(3), requires_grad=True)
    values = 1 if fn is np.linalg.svd else 0
    np.square(fn(x)[values]).sum().backward()
    np.testing.assert_allclose(x.grad, 4 * np.eye(3), atol=1e-12)
    with pytest.raises(np.linalg.LinAlgError, match="value to be different from the others"):
        fn(x)[1 - values].sum().backward()


def test_values_equal_up_to_rounding_are_equal():
    q = np.linalg.qr(draw((4, 4))[0])[0]
    x = mg.tensor(q @ np.diag([1.0, 2.0, 2.0, 3.0]) @ q.T, requires_grad=True)
    with pytest.raises(np.linalg.LinAlgError, match="eigenvalue to be different"):
        np.linalg.eigh(x)[1].sum().backward()


def test_singular_vectors_of_a_singular_matrix():
    x = mg.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    u, s, _ = np.linalg.svd(x)
    s.sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    with pytest.raises(np.linalg.LinAlgError, match="singular value 0"):
        u.sum().backward()


def test_the_gradient_for_a_symmetric_matrix_is_symmetric():
    """As the other engines have it: half of it on either side of the diagonal, whichever triangle was read."""
    for fn in (np.linalg.eigvalsh, np.linalg.cholesky, lambda x: np.linalg.eigh(x)[1] ** 2):
        x = mg.tensor(positive(regular(3, 3)), requires_grad=True)
        (fn(x) * draw(fn(x.numpy()).shape)[0]).sum().backward()
        np.testing.assert_allclose(x.grad, x.grad.numpy().T, atol=1e-12)


def test_every_function_of_linalg_has_a_rule():
    without = {"matrix_rank", "LinAlgError"}  # whole numbers, and an error
    missing = {name for name in np.linalg.__all__ if getattr(np.linalg, name) not in rulebook}
    assert missing == without


# Norms --------------------------------------------------------------------------------------------------------

INF = float("inf")
VECTOR_ORDERS = [None, 2, 1, INF, -INF, 3, 1.5, 0.5, -1, -2, 4]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, INF, -INF, 2, -2]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("ord", VECTOR_ORDERS)
def test_norms_of_vectors(ord, keepdims):
    x = regular(2, 3)
    check(lambda x: np.linalg.norm(x[0], ord, keepdims=keepdims), x)
    for axis in (0, 1, -1, (0,)):
        check(lambda x, axis=axis: np.linalg.norm(x, ord, axis, keepdims), x)
    options = {"keepdims": keepdims, **({} if ord is None else {"ord": ord})}
    for axis in (None, 0, (0, 1), (1, 0)):
        check(lambda x, axis=axis: np.linalg.vector_norm(x, axis=axis, **options), x)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_norms_of_matrices(ord, keepdims):
    for shape in [(3, 3), (2, 3), (3, 1), (1, 1)]:
        check(lambda x: np.linalg.norm(x, ord, keepdims=keepdims), regular(*shape))
    x = regular(2, 3, 2)
    for axis in [(1, 2), (0, 2), (2, 0), (-1, 0)]:
        check(lambda x, axis=axis: np.linalg.norm(x, ord, axis, keepdims), x)
    options = {} if ord is None else {"ord": ord}
    check(lambda x: np.linalg.matrix_norm(x, keepdims=keepdims, **options), x)


def test_norm_of_an_array_with_three_axes():
    check(np.linalg.norm, regular(2, 3, 2))
    check(lambda x: np.linalg.vector_norm(x, ord=3), regular(2, 3, 2))


@pytest.mark.parametrize("ord", [*VECTOR_ORDERS, 0])
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_norm_of_the_zero_vector_has_gradient_zero(ord):
    x = mg.tensor([0.0, 0.0], requires_grad=True)
    (g,) = mg.grad(np.linalg.norm(x, ord), x, create_graph=True)
    np.testing.assert_array_equal(g.numpy(), [0, 0])
    if g.requires_grad:
        (second,) = mg.grad(g.sum(), x)
        assert np.isfinite(second.numpy()).all()


@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_norm_of_the_zero_matrix_has_gradient_zero(ord):
    x = mg.tensor(np.zeros((2, 3)), requires_grad=True)
    np.linalg.norm(x, ord).backward()
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))


@pytest.mark.parametrize("ord", [1, 1.5, 3, INF])
def test_an_entry_that_is_zero_receives_zero(ord):
    x = mg.tensor([0.0, 2.0, -1.0], requires_grad=True)
    (g,) = mg.grad(np.linalg.norm(x, ord), x, create_graph=True)
    assert g.numpy()[0] == 0
    if g.requires_grad:
        (second,) = mg.grad((g * np.array([1.0, 2.0, 3.0])).sum(), x)
        assert np.isfinite(second.numpy()).all()


def test_order_0_counts_and_has_gradient_zero():
    x = mg.tensor([0.0, 2.0, -1.0], requires_grad=True)
    np.linalg.norm(x, 0).backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0])


def test_equals_share_the_gradient_of_a_norm():
    x = mg.tensor([2.0, -2.0, 1.0], requires_grad=True)
    np.linalg.norm(x, INF).backward()
    np.testing.assert_array_equal(x.grad, [0.5, -0.5, 0])
    y = mg.tensor([[1.0, 2.0], [2.0, -1.0]], requires_grad=True)
    np.linalg.norm(y, 1).backward()
    np.testing.assert_array_equal(y.grad, [[0.5, 0.5], [0.5, -0.5]])
    z = mg.tensor(3 * np.eye(2), requires_grad=True)
    np.linalg.norm(z, 2).backward()
    np.testing.assert_allclose(z.grad, 0.5 * np.eye(2), atol=1e-12)


def test_nuclear_norm_of_a_matrix_without_full_rank():
    x = mg.tensor([[1.0, 0.0], [0.0, 0.0]], requires_grad=True)
    np.linalg.norm(x, "nuc").backward()
    np.testing.assert_allclose(x.grad, [[1, 0], [0, 0]], atol=1e-12)


# Entries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 1, -1, 2])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 4), (3, 4), (4, 3)], ids=str)
def test_trace_and_diagonal(shape, offset):
    check(lambda x: np.linalg.trace(x, offset=offset), *draw(shape))
    check(lambda x: np.linalg.diagonal(x, offset=offset), *draw(shape))


def test_matrix_transpose():
    check(np.linalg.matrix_transpose, *draw((2, 3, 4)))


# Complex ------------------------------------------------------------------------------------------------------

phase_free = lambda w, v: (w, np.einsum("...ik,...jk->...kij", v, np.conj(v)))
COMPLEX = {
    "inv": np.linalg.inv,
    "pinv": lambda z: np.linalg.pinv(z[:, :2]),
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "matrix_power": lambda z: np.linalg.matrix_power(z, -2),
    "solve": lambda z: np.linalg.solve(z, z[:, 0]),
    "lstsq": lambda z: np.linalg.lstsq(z[:, :2], z[:, 2])[0],
    "cholesky": lambda z: np.linalg.cholesky(z @ H(z) + np.eye(3, dtype=np.float32)),
    "cholesky upper": lambda z: np.linalg.cholesky(z @ H(z) + np.eye(3, dtype=np.float32), upper=True),
    "qr": np.linalg.qr,
    "qr wide": lambda z: np.linalg.qr(z[:2]),
    "qr tall": lambda z: np.linalg.qr(z[:, :2]),
    "eigvalsh": lambda z: np.linalg.eigvalsh(z + H(z)),
    "eigh": lambda z: phase_free(*np.linalg.eigh(z + H(z))),
    "eigvals": np.linalg.eigvals,
    "eig": lambda z: phase_free(*np.linalg.eig(z)),
    "svdvals": np.linalg.svdvals,
    "svd": lambda z: np.einsum("ik,kj->kij", *np.linalg.svd(z)[::2]),
    "svd tall": lambda z: np.einsum("ik,kj->kij", *np.linalg.svd(z[:, :2], full_matrices=False)[::2]),
    "svd wide": lambda z: np.einsum("ik,kj->kij", *np.linalg.svd(z[:2], full_matrices=False)[::2]),
    "norm": np.linalg.norm,
    "norm 1": lambda z: np.linalg.norm(z, 1),
    "norm 2": lambda z: np.linalg.norm(z, 2),
    "norm nuc": lambda z: np.linalg.norm(z, "nuc"),
    "norm 3": lambda z: np.linalg.vector_norm(z, ord=3),
    "norm inf": lambda z: np.linalg.vector_norm(z, ord=INF),
    "cond": np.linalg.cond,
    "cond 1": lambda z: np.linalg.cond(z, 1),
    "cond fro": lambda z: np.linalg.cond(z, "fro"),
    "trace": np.linalg.trace,
    "diagonal": np.linalg.diagonal,
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_numbers(name):
    x = np.concatenate([regular(3, 3), regular(3, 3, seed=1) * 0.7], axis=-1)
    check(lambda x: COMPLEX[name](complex_of(x)), x)
