"""Products that sum over shared axes: one line per function, shape and option."""

import numpy as np
import pytest

import minigrad as mg
from tests.minigrad.rules.probing import check, complex_of, draw

PRODUCTS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((2, 0), (0, 3)),
]
BATCHED = [
    ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)), ((3,), (5, 3, 2)),
    ((0, 2, 3), (3, 2)),
]  # fmt: skip
DOTS = [
    *PRODUCTS,
    ((), (3,)),
    ((2, 3), ()),
    ((), ()),
    ((2, 4, 3), (5, 3, 2)),
    ((3,), (5, 3, 2)),
    ((2, 4, 3), (3,)),
]
INNERS = [((3,), (3,)), ((2, 3), (4, 3)), ((2, 4, 3), (3,)), ((3,), (2, 3)), ((2, 1, 3), (4, 2, 3)), ((), (2, 3)),
          ((3,), ()), ((2, 0), (3, 0))]  # fmt: skip
OUTERS = [((3,), (2,)), ((2, 3), (2,)), ((), (2,)), ((1,), (1, 2)), ((0,), (2,))]
VECTORS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1, 3), (4, 3)), ((2, 0), (0,)), ((1,), (2, 1))]
TENSORDOTS = [
    ((2, 3), (3, 4), 1), ((2, 3), (2, 3), 2), ((2,), (3,), 0), ((2, 3, 4), (4, 3, 5), ([1, 2], [1, 0])),
    ((2, 3, 4), (4, 3, 5), ((-1, 1), (0, 1))), ((3, 2), (3,), (0, 0)), ((2, 3), (5, 3), (1, -1)), ((2, 1), (1, 0), 1),
    ((2, 3, 4), (3,), (1, 0)), ((2, 3), (2, 3), ([0, 1], [0, 1])), ((0, 2), (2, 3), 1),
]  # fmt: skip
KRONS = [
    ((2, 3), (3, 2)),
    ((2,), (3,)),
    ((2,), (3, 2)),
    ((2, 1, 2), (3,)),
    ((), (2, 2)),
    ((2,), ()),
    ((0,), (2, 2)),
]
CROSSES = [
    ((3,), (3,), {}), ((4, 3), (3,), {}), ((3,), (4, 3), {}), ((2, 1, 3), (4, 3), {}), ((1, 3), (1, 3), {}),
    ((3, 4), (3, 4), {"axis": 0}), ((3, 2), (2, 3), {"axisa": 0}), ((2, 3), (3, 2), {"axisb": 0, "axisc": 0}),
    ((0, 3), (0, 3), {}),
]  # fmt: skip
SIGNALS = [((5,), (3,)), ((3,), (5,)), ((4,), (4,)), ((6,), (2,)), ((2,), (5,)), ((1,), (3,)), ((4,), (1,))]

EINSUMS = {  # subscripts -> shapes
    "ij,jk->ik": [(2, 3), (3, 4)],
    "ij,jk": [(2, 3), (3, 4)],
    "ba": [(2, 3)],  # implicit: the result is in alphabetical order, transposed
    "ij->ji": [(2, 3)],
    "ii": [(3, 3)],
    "ii->i": [(3, 3)],
    "iij->ij": [(2, 2, 3)],
    "iji->j": [(2, 3, 2)],
    "iii->i": [(2, 2, 2)],
    "iijj->": [(2, 2, 3, 3)],
    "ii,i->i": [(3, 3), (3,)],
    "ii,jj->ij": [(2, 2), (3, 3)],
    "ii,ij->j": [(2, 2), (2, 3)],
    "ij->i": [(2, 3)],
    "ij->": [(2, 3)],
    "i->": [(0,)],
    "ij,kl->il": [(2, 3), (4, 2)],  # j and k are summed out
    "i,j->ij": [(2,), (3,)],
    "i,i->": [(3,), (3,)],
    "i,i": [(3,), (3,)],
    ",i->i": [(), (3,)],
    "->": [()],
    "i,": [(3,), ()],
    "ij,ij->ij": [(2, 3), (1, 3)],  # a label may be broadcast
    "ij,ij->i": [(2, 3), (2, 1)],
    "ij,ij->": [(1, 3), (2, 1)],
    "ij,ji->ij": [(2, 0), (0, 2)],
    "bij,bjk->bik": [(2, 2, 3), (2, 3, 2)],
    "bhqd,bhkd->bhqk": [(1, 2, 2, 3), (1, 2, 3, 3)],
    "ij,jk,kl->il": [(2, 3), (3, 2), (2, 2)],
    "i,j,k->kji": [(2,), (3,), (2,)],
    "ij,j,ij->": [(2, 3), (3,), (2, 3)],
    "...ij,...jk->...ik": [(2, 2, 3), (3, 2)],
    "...ij,...jk": [(2, 1, 2, 3), (3, 3, 2)],
    "...i,i...->...": [(2, 3), (3, 2)],
    "...,...->...": [(2, 3), (3,)],
    "i...->i...": [(2, 3)],
    "...ii->...i": [(4, 3, 3)],
    "...i->...": [(2, 3)],
    "i...,...i": [(3, 2), (1, 3)],
    " i j , j -> i ": [(2, 3), (3,)],
}
CHAINS = [
    [(2, 3), (3, 4)], [(2, 3), (3, 4), (4, 2)], [(3,), (3, 2), (2,)], [(3,), (3, 2)], [(2, 3), (3,)], [(3,), (3,)],
    [(1, 3), (3, 2), (2, 4), (4, 1)], [(2, 0), (0, 3)], [(4,), (4, 1), (1, 3), (3, 2)],
]  # fmt: skip


@pytest.mark.parametrize("shapes", PRODUCTS + BATCHED, ids=str)
@pytest.mark.parametrize("fn", [np.matmul, np.linalg.matmul], ids=["matmul", "linalg"])
def test_matmul(fn, shapes):
    if fn is np.linalg.matmul and min(map(len, shapes)) < 2 and not hasattr(np, "matvec"):
        pytest.skip("an older NumPy")
    check(fn, *draw(*shapes))


@pytest.mark.parametrize("shapes", DOTS, ids=str)
def test_dot(shapes):
    check(np.dot, *draw(*shapes))


@pytest.mark.parametrize("shapes", INNERS, ids=str)
def test_inner(shapes):
    check(np.inner, *draw(*shapes))


@pytest.mark.parametrize("shapes", OUTERS, ids=str)
def test_outer(shapes):
    check(np.outer, *draw(*shapes))


def test_outer_of_linalg():
    check(np.linalg.outer, *draw((3,), (2,)))


@pytest.mark.parametrize(
    "shapes", [((3,), (3,)), ((2, 3), (3, 2)), ((), ()), ((0,), (0,)), ((2, 3), (6,))], ids=str
)
def test_vdot(shapes):
    check(np.vdot, *draw(*shapes))


@pytest.mark.parametrize("shapes", VECTORS, ids=str)
def test_vecdot(shapes):
    check(np.vecdot, *draw(*shapes))
    check(np.linalg.vecdot, *draw(*shapes))


@pytest.mark.parametrize(
    ("a", "b", "axis"), [((3, 2), (3, 2), 0), ((2, 3), (4, 2, 3), -1), ((2, 3, 1), (2, 3, 1), 1)]
)
def test_vecdot_along_an_axis(a, b, axis):
    check(lambda x, y: np.linalg.vecdot(x, y, axis=axis), *draw(a, b))


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="new in NumPy 2.2")
@pytest.mark.parametrize("batch", [((), ()), ((4,), ()), ((), (4,)), ((2, 1), (3,)), ((0,), ())], ids=str)
def test_matvec_and_vecmat(batch):
    check(np.matvec, *draw((*batch[0], 2, 3), (*batch[1], 3)))
    check(np.vecmat, *draw((*batch[0], 2), (*batch[1], 2, 3)))


@pytest.mark.parametrize(("a", "b", "axes"), TENSORDOTS, ids=str)
def test_tensordot(a, b, axes):
    check(lambda x, y: np.tensordot(x, y, axes), *draw(a, b))
    check(lambda x, y: np.linalg.tensordot(x, y, axes=axes), *draw(a, b), second=False)


@pytest.mark.parametrize("shapes", KRONS, ids=str)
def test_kron(shapes):
    check(np.kron, *draw(*shapes))


@pytest.mark.parametrize(("a", "b", "options"), CROSSES, ids=str)
def test_cross(a, b, options):
    check(lambda x, y: np.cross(x, y, **options), *draw(a, b))


@pytest.mark.parametrize("shapes", [((2,), (2,)), ((4, 2), (3,)), ((3,), (4, 2)), ((4, 2), (2,))], ids=str)
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors")
def test_cross_of_vectors_in_the_plane(shapes):
    check(np.cross, *draw(*shapes))


@pytest.mark.parametrize("axis", [0, -1])
def test_cross_of_linalg(axis):
    check(lambda x, y: np.linalg.cross(x, y, axis=axis), *draw((3, 3), (3, 3)))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("shapes", SIGNALS, ids=str)
@pytest.mark.parametrize("fn", [np.convolve, np.correlate])
def test_convolve_and_correlate(fn, shapes, mode):
    check(lambda a, v: fn(a, v, mode), *draw(*shapes))


def test_convolve_with_a_number():
    check(np.convolve, *draw((), (3,)))
    check(np.convolve, *draw((2,), ()))


@pytest.mark.parametrize("subscripts", EINSUMS)
def test_einsum(subscripts):
    check(lambda *x: np.einsum(subscripts, *x), *draw(*EINSUMS[subscripts]))


@pytest.mark.parametrize("optimize", [True, "greedy", "optimal"])
def test_einsum_optimized(optimize):
    check(lambda *x: np.einsum("ij,jk,kl->il", *x, optimize=optimize), *draw((2, 3), (3, 2), (2, 2)))
    check(lambda *x: np.einsum("...ij,...jk->...ik", *x, optimize=optimize), *draw((2, 2, 3), (1, 3, 2)))


def test_einsum_in_the_interleaved_form():
    x, y = draw((2, 3), (3, 4))
    check(lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), x, y)
    check(lambda x, y: np.einsum(x, [5, 2], y, [2, 40]), x, y)
    check(lambda x: np.einsum(x, [1, 0]), x)
    check(lambda x: np.einsum(x, [0, 0], [0]), *draw((3, 3)))
    check(lambda x, y: np.einsum(x, [..., 0], y, [0, 1], [..., 1]), *draw((2, 2, 3), (3, 2)))
    check(lambda x, y: np.einsum(x, [..., 0], y, [0, ...]), *draw((2, 3), (3, 2)))


def test_einsum_with_an_option_that_changes_the_result_is_refused():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(mg.LeavesGraphError, match="dtype"):
        np.einsum("i->", x, dtype=np.float32)


@pytest.mark.parametrize("shapes", CHAINS, ids=str)
def test_multi_dot(shapes):
    check(lambda *x: np.linalg.multi_dot(x), *draw(*shapes))


SQUARES = {
    "matmul": lambda x: x @ x,
    "dot": lambda x: np.dot(x, x),
    "inner": lambda x: np.inner(x, x),
    "outer": lambda x: np.outer(x, x),
    "vdot": lambda x: np.vdot(x, x),
    "vecdot": lambda x: np.vecdot(x, x),
    "tensordot": lambda x: np.tensordot(x, x),
    "kron": lambda x: np.kron(x, x),
    "cross": lambda x: np.cross(x, x.T),
    "einsum": lambda x: np.einsum("ij,jk,ki->", x, x, x),
    "multi_dot": lambda x: np.linalg.multi_dot([x, x, x]),
    "convolve": lambda x: np.convolve(x[0], x[0]),
    "correlate": lambda x: np.correlate(x[0], x[0], "full"),
}


@pytest.mark.parametrize("fn", SQUARES.values(), ids=SQUARES)
def test_the_same_argument_twice(fn):
    check(fn, *draw((3, 3)))


CONSTANTS = {
    "matmul": lambda x: [[1.0, 2.0, 3.0]] @ x,
    "matmul behind": lambda x: np.matmul(x, [1.0, 2.0, 3.0]),
    "dot": lambda x: np.dot([1.0, 2.0, 3.0], x) + np.dot(x, [3.0, 2.0, 1.0]),
    "dot of a number": lambda x: np.dot(2.0, x) + np.dot(x, 2.0),
    "inner": lambda x: np.inner(x, [1.0, 2.0, 3.0]) + np.inner([1.0, 2.0, 3.0], x),
    "outer": lambda x: np.outer(x, [1.0, 2.0]) + np.outer(x, 2.0),
    "vdot": lambda x: np.vdot(x, [[1.0, 2.0, 3.0]] * 3),
    "kron": lambda x: np.kron([[1.0, 2.0]], x) + np.kron(x, [1.0, 2.0]),
    "cross": lambda x: np.cross(x, [0.0, 0.0, 1.0]) + np.cross([1.0, 0.0, 0.0], x),
    "tensordot": lambda x: np.tensordot(x, [[1.0, 2.0, 3.0]] * 3),
    "einsum": lambda x: np.einsum("ij,j->i", x, [1.0, 2.0, 3.0]),
    "convolve": lambda x: np.convolve(x[0], [1.0, 2.0, 1.0]) + np.convolve([1.0, 2.0, 1.0], x[1]),
    "correlate": lambda x: np.correlate(x[0], [1.0, 2.0, 1.0]) + np.correlate([1.0, 2.0, 1.0], x[1]),
    "multi_dot": lambda x: np.linalg.multi_dot([[1.0, 2.0, 3.0], x, [[1.0], [2.0], [3.0]]]),
}


@pytest.mark.parametrize("fn", CONSTANTS.values(), ids=CONSTANTS)
def test_constants_may_be_lists_and_numbers(fn):
    mg.gradcheck(fn, draw((3, 3)), seeds=[0])


COMPLEX = {
    "matmul": lambda z, w: z @ w,
    "dot": np.dot,
    "inner": np.inner,
    "outer": np.outer,
    "vdot": np.vdot,
    "vecdot": np.vecdot,
    "tensordot": np.tensordot,
    "kron": np.kron,
    "einsum": lambda z, w: np.einsum("ij,kj->ik", z, w),
    "multi_dot": lambda z, w: np.linalg.multi_dot([z, w, z]),
    "convolve": lambda z, w: np.convolve(z[0], w[1]),
    "correlate": lambda z, w: np.correlate(z[0], w[1], "full"),
    "matvec": lambda z, w: np.matvec(z, w[0]),
    "vecmat": lambda z, w: np.vecmat(z[0], w),
    "real and complex": lambda z, w: np.real(z) @ w,
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_numbers(name):
    if name in ("matvec", "vecmat") and not hasattr(np, name):
        pytest.skip("new in NumPy 2.2")
    check(lambda x, y: COMPLEX[name](complex_of(x), complex_of(y)), *draw((2, 4), (2, 4)))
