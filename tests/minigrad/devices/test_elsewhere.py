"""What is said when CuPy cannot do what NumPy can; and that the table of what it lacks is complete."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.definitions import numpy_name
from minigrad.elsewhere import INSTEAD, refusal
from minigrad.vjps import RESPELLED, rulebook
from tests.minigrad.devices.strict import TABLE, StrictArray

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])


def test_the_table_names_every_function_with_a_rule_that_cupy_lacks():
    known = {name.replace("numpy.", "np.", 1) for name in TABLE["functions"]}
    known |= {f"np.{name}" for name in TABLE["ufuncs"]}
    ours = {numpy_name(fun) for fun in (*rulebook, *RESPELLED)} - {""}
    aliases = {name for name in ours if f"np.{name.rpartition('.')[2]}" in known and "linalg" not in name}
    assert ours - known - aliases == {name for name in INSTEAD if exists(name)}


def exists(name):
    """Whether this NumPy has the function already."""
    return hasattr(np.linalg if ".linalg." in name else np, name.rpartition(".")[2])


MISSING = {
    "np.linalg.trace": lambda x: np.linalg.trace(x),
    "np.unstack": lambda x: np.unstack(x),
    "np.vecdot": lambda x: np.vecdot(x, x),
    "np.block": lambda x: np.block([[x], [x]]),
    "np.insert": lambda x: np.insert(x, 0, 1.0),
}


@pytest.mark.parametrize("wants", [False, True])
@pytest.mark.parametrize(("name", "call"), MISSING.items(), ids=MISSING)
def test_a_function_that_cupy_lacks(name, call, wants, elsewhere):
    if not exists(name):
        pytest.skip(f"this NumPy has no {name}")
    x = mg.tensor(X, requires_grad=wants, device="cuda")
    words = rf'{name} does not run on device "cuda": CuPy has no such function. Write .*, or move first: x.to\("cpu"\)'
    with pytest.raises(TypeError, match=words) as caught:
        call(x)
    assert INSTEAD[name] in str(caught.value)
    call(x.to("cpu"))


OPTIONS = {
    "where": lambda x: np.sum(x, where=x.data > 0),
    "initial": lambda x: np.max(x, initial=0.0),
    "mode": lambda x: np.take(x, [7], mode="wrap"),
    "max": lambda x: np.clip(x, max=1.0),
    "hermitian": lambda x: np.linalg.pinv(x[:, :2], hermitian=True),
}


@pytest.mark.parametrize(("option", "call"), OPTIONS.items(), ids=OPTIONS)
def test_an_option_that_cupy_lacks(option, call, elsewhere):
    x = mg.tensor(X, requires_grad=True, device="cuda")
    words = rf"np\.[a-z.]+\(…, {option}=…\) does not run on device \"cuda\": CuPy's \w+ has no such option"
    with pytest.raises(TypeError, match=words):
        call(x)


def test_a_list_where_cupy_wants_an_array(elsewhere):
    x = mg.tensor(X, requires_grad=True, device="cuda")
    with pytest.raises(
        TypeError, match=r'np.interp of a list does not run on device "cuda": .* Write mg.tensor\(\[…\]'
    ):
        np.interp(x, [0.0, 1.0], [0.0, 2.0])


ADVICE = {  # the spellings that the sentences recommend, against what they stand for
    "np.geomspace": (lambda a, b: np.exp(np.linspace(np.log(a), np.log(b), 5)), lambda a, b: np.geomspace(a, b, 5)),
    "np.linalg.diagonal": (lambda x: np.diagonal(x, axis1=-2, axis2=-1), np.linalg.diagonal),
    "np.linalg.matrix_norm": (lambda x: np.linalg.norm(x, 1, axis=(-2, -1)), lambda x: np.linalg.matrix_norm(x, ord=1)),
    "np.linalg.trace": (lambda x: np.trace(x, axis1=-2, axis2=-1), np.linalg.trace),
    "np.linalg.vector_norm": (
        lambda x: np.linalg.norm(x, 3, 1), lambda x: np.linalg.vector_norm(x, ord=3, axis=1),
    ),
    "np.matvec": (lambda a, x: (a @ x[..., None])[..., 0], lambda a, x: np.matvec(a, x)),
    "np.vecmat": (lambda a, x: (np.conj(x)[..., None, :] @ a)[..., 0, :], lambda a, x: np.vecmat(x, a)),
    "np.vecdot": (lambda a, x: np.sum(np.conj(x) * a, axis=-1), lambda a, x: np.vecdot(x, a)),
}  # fmt: skip


@pytest.mark.parametrize("name", ADVICE)
def test_the_advice_is_right(name):
    if not exists(name):
        pytest.skip(f"this NumPy has no {name}")
    square = np.arange(1.0, 10).reshape(3, 3)
    arguments = {1: [square], 2: [square, square[0] + 1]}[ADVICE[name][0].__code__.co_argcount]
    np.testing.assert_allclose(*[call(*arguments) for call in ADVICE[name]])


class OutOfMemoryError(MemoryError):
    """Like CuPy's own."""


def test_when_the_memory_of_a_gpu_is_full():
    said = refusal(OutOfMemoryError("Out of memory allocating 8,000 bytes."), np.add, [StrictArray(X)])
    assert isinstance(said, MemoryError)
    assert "np.add found no more memory on the GPU: Out of memory allocating 8,000 bytes." in str(said)
    assert "mg.cuda.empty_cache()" in str(said)


def test_when_libraries_of_cuda_are_missing():
    error = ImportError('Failure finding "libcublasLt.so.12": No such file.\nmany lines more')
    said = str(refusal(error, np.matmul, [StrictArray(X)]))
    assert said.startswith(
        "np.matmul needs CUDA's libraries beside CuPy, and one of them is missing here (Failure"
    )
    assert 'pip install "cupy-cuda12x[ctk]"' in said
    assert "many lines" not in said


def test_other_errors_are_nobody_elses():
    assert refusal(ValueError("shapes"), np.add, [StrictArray(X)]) is None
    assert refusal(TypeError("no implementation found for 'numpy.block'"), np.block, [X]) is None
    assert refusal(TypeError("f() got an unexpected keyword argument 'k'"), len, [StrictArray(X)]) is None
