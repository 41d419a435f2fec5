"""The pretended GPU answers as CuPy does. Where there is a GPU, CuPy itself is asked the same."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import device as devices
from tests.minigrad.devices.both import check_on
from tests.minigrad.devices.strict import crossings

GIVES = {  # shape and dtype of the result, or its type where it is no array
    "a[n]": "(4,) float64", "a[[0, 2]]": "(2, 4) float64", "a[i]": "(2, 4) float64", "a[i, i]": "(2,) float64",
    "a[np.array([0, 2])]": "(2, 4) float64", "a[np.array(1)]": "(4,) float64", "a[..., None]": "(3, 4, 1) float64",
    "a[m]": "(12,) float64", "len(a)": "int", "z == 3.0": "() bool", "a > np.array(1.0)": "(3, 4) bool",
    "a + np.float32(1)": "(3, 4) float64", "a + 1j": "(3, 4) complex128",
    "a.astype(np.float32) + np.float64(1)": "(3, 4) float64", "a.astype(np.float32) + 1.0": "(3, 4) float32",
    "float(z)": "float", "int(z)": "int", "bool(z)": "bool", "z.item()": "float", "a.tolist()": "list",
    "np.add.reduce(a)": "(4,) float64", "np.multiply.outer(a, a)": "(3, 4, 3, 4) float64",
    "np.add.at(a, i, 1.0)": "NoneType", "np.add.at(a, np.array([0, 1]), 1.0)": "NoneType",
    "np.add(a, a, out=a)": "(3, 4) float64", "np.add(a, 1, dtype=np.float32)": "(3, 4) float32",
    "np.zeros(3, like=a)": "(3,) float64", "np.identity(3, like=a)": "(3, 3) float64",
    "np.arange(3, like=a)": "(3,) int64", "np.asarray([1.0], like=a)": "(1,) float64",
    "np.zeros_like(a, shape=(2,))": "(2,) float64", "np.shape(a)": "tuple", "np.ndim(a)": "int", "np.size(a)": "int",
    "np.sum(a)": "() float64", "np.all(a)": "() bool", "np.array_equal(a, a)": "() bool",
    "np.where(m, a, 0.0)": "(3, 4) float64", "np.clip(a, 0, 1)": "(3, 4) float64",
    "np.take(a, np.array([0, 1]))": "(2,) float64", "np.take_along_axis(a, np.array([[0], [1], [2]]), 1)":
    "(3, 1) float64", "np.pad(a, 1, mode='wrap')": "(5, 6) float64", "np.repeat(a, 2)": "(24,) float64",
    "np.lib.stride_tricks.sliding_window_view(a, 2, axis=1)": "(3, 3, 2) float64",
    "np.einsum('ij,kj->ik', a, a)": "(3, 3) float64", "np.linalg.norm(a, axis=1)": "(3,) float64",
    "np.bincount(i, minlength=3)": "(3,) int64", "np.argmax(a, axis=1, keepdims=True)": "(3, 1) int64",
    "np.broadcast_to(a, (2, 3, 4))": "(2, 3, 4) float64", "np.linalg.qr(a)": "tuple", "a.T.base is a": "bool",
    "np.linspace(a, a)": "(50, 3, 4) float64", "np.percentile(a, 50)": "() float64", "a @ a.T": "(3, 3) float64",
    "np.sort(a, axis=0)": "(3, 4) float64", "np.copyto(a, 1.0)": "NoneType", "a.flags.c_contiguous": "bool",
    "a.copy(order='F')": "(3, 4) float64", "a.__setitem__(i, 1.0)": "NoneType", "repr(a)": "str",
    "np.meshgrid(a[0], a[1])": "tuple",
}  # fmt: skip
RAISES = {
    "np.asarray(a)": TypeError, "np.array([a, a])": TypeError, "list(range(3))[n]": TypeError, "range(n)": TypeError,
    "np.testing.assert_allclose(a, a)": TypeError, "hash(a)": TypeError, "a.ctypes": AttributeError,
    "a.flags.writeable": AttributeError, "a + np.array(1.0)": TypeError, "a + np.ones(4)": TypeError,
    "np.ones(4) * a": TypeError, "a + [1, 2, 3, 4]": TypeError, "a @ np.ones((4, 2))": TypeError,
    "a.__setitem__(0, np.ones(4))": ValueError, "np.maximum.reduce(a)": NotImplementedError,
    "np.add.at(a, (i, i), a[:2, 0])": TypeError, "np.multiply.at(a, i, 1.0)": NotImplementedError,
    "np.add.at(a * 1j, i, 1.0)": TypeError, "np.add(a, a, where=m)": TypeError, "np.ones(3, like=a)": TypeError,
    "np.full(3, 2.0, like=a)": TypeError, "np.eye(3, like=a)": TypeError, "np.sum(a, where=m)": TypeError,
    "a.sum(where=m)": TypeError, "np.max(a, initial=0.0)": TypeError, "np.where(np.ones(4, bool), a, 0.0)": TypeError,
    "np.where(m, a, np.zeros(4))": TypeError, "np.clip(a, min=0, max=1)": TypeError,
    "np.concatenate([a, np.ones((1, 4))])": TypeError, "np.stack([1.0, z])": TypeError,
    "np.take(a, i, axis=0, mode='clip')": TypeError, "np.repeat(a, np.array([1, 2, 1]), axis=0)": TypeError,
    "np.interp(a, [0, 1], [0, 1])": AttributeError, "np.choose(i, [a[0, :2], a[1, :2]])": AttributeError,
    "np.var(a, mean=a)": TypeError, "np.spacing(a)": TypeError, "np.linalg.multi_dot([a, a.T, a])": TypeError,
    "np.block([a, a])": TypeError, "np.insert(a, 1, 0.0, axis=0)": TypeError, "np.logaddexp(a * 1j, a)": TypeError,
    "np.meshgrid(a, a)": ValueError, "np.quantile(a, 0.5, method='hazen')": ValueError,
    "np.pad(a, ((2,), (1,)))": ValueError, "np.inner(a[:, :0], a[:, :0])": ZeroDivisionError,
    "np.tensordot(z, a, (range(0), range(0)))": ValueError,
}  # fmt: skip


@pytest.fixture
def names(elsewhere):
    return {
        "np": np,
        "a": elsewhere.array(np.arange(12.0).reshape(3, 4)),
        "i": elsewhere.array(np.array([0, 2])),
        "m": elsewhere.array(np.ones((3, 4), bool)),
        "z": elsewhere.array(3.0),
        "n": elsewhere.array(2),
    }


def asked(text, names):
    """What the line gives, the arrays being those of the device."""
    return eval(text, names)


@pytest.mark.parametrize("text", GIVES)
def test_what_cupy_does(text, names):
    found = asked(text, names)
    if hasattr(found, "get"):
        assert f"{found.shape} {found.dtype}" == GIVES[text]
    else:
        assert type(found).__name__ == GIVES[text]


@pytest.mark.parametrize("text", RAISES)
def test_what_cupy_refuses(text, names):
    if "like=a" in text and np.lib.NumpyVersion(np.__version__) < "2.2.0":
        pytest.skip("this NumPy hands CuPy no device=")
    with pytest.raises(RAISES[text]):
        asked(text, names)


def test_crossings_are_counted_with_the_line_that_asked(names):
    with crossings() as found:
        float(names["z"])
        names["a"].get()
        names["a"][names["m"]]
        names["a"] + names["a"]
    if type(names["a"]).__name__ == "StrictArray":
        assert found == {
            ("__float__", "a test"): 1,
            ("get", "a test"): 1,
            ("the size of a mask", "a test"): 1,
        }


def test_views_share_memory_and_copies_do_not(names):
    a = names["a"]
    a[0][...] = 7.0
    a.T[1, 1] = 8.0
    a.reshape(-1)[2:3] = 9.0
    a.copy()[...] = -1.0
    assert a[0, 0].item() == 7.0
    assert (a[1, 1].item(), a[0, 2].item()) == (8.0, 9.0)


WRONG = {  # rules of 2x that would be right on a CPU
    "makes a NumPy array of g": (lambda g: 2 * np.asarray(g), TypeError, "Implicit conversion"),
    "lets NumPy's array meet g": (lambda g: g * np.full(3, 2.0), TypeError, "Unsupported type"),
    "calls what CuPy has not": (
        lambda g: np.vecdot(g[:, None], np.full_like(g, 2)[:, None]),
        TypeError,
        "vecdot",
    ),
    "gives an option that CuPy has not": (
        lambda g: np.sum(g, axis=(), initial=0.0) * 2,
        TypeError,
        "'initial'",
    ),
    "takes g to the CPU": (lambda g: 2 * devices.to_cpu(g), AssertionError, "minigrad.device:to_cpu"),
    "looks at a number": (
        lambda g: g * (2.0 if float(g[0]) else 0.0),
        AssertionError,
        "ask the GPU for a number",
    ),
}


@pytest.mark.parametrize(("rule", "error", "words"), WRONG.values(), ids=WRONG)
def test_a_rule_that_would_not_do_on_a_gpu_is_noticed(rule, error, words, prepared):
    @mg.primitive
    def twice(x):
        return x + x

    mg.defvjp(twice, lambda g: 2 * g)
    device = prepared("strict")
    check_on(device, twice, [np.ones(3)], second=False)
    mg.defvjp(twice, rule)
    with pytest.raises(error, match=words):
        check_on(device, twice, [np.ones(3)], second=False)
