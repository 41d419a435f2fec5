"""The same computation here and on a device: same numbers, and nothing left the device on the way."""

import numpy as np

import minigrad as mg
from minigrad import device as devices
from tests.minigrad.devices.strict import crossings
from tests.minigrad.rules.probing import joined

WAITING = {  # the only rules and primitives that ask a GPU for a number, and why: it decides what happens next
    "minigrad.primitive:call": "compress, extract and their like: how many entries the result has",
    "minigrad.rules.classification:right_answer": "a class that does not exist is refused",
    "minigrad.rules.decomposition:qr_tall": "linearly dependent columns are refused",
    "minigrad.rules.decomposition:reciprocal_gaps": "equal eigenvalues are refused",
    "minigrad.rules.decomposition:svd_rule": "singular values of 0 are refused",
    "minigrad.rules.indexing:<lambda>": "compress, extract: which entries the condition picked",
    "minigrad.rules.linalg:det_rule": "singular matrices take another formula",
    "minigrad.rules.linalg:slogdet_rule": "singular matrices are refused",
    "minigrad.rules.losses:chances": "probabilities outside of 0 … 1 are refused",
    "minigrad.rules.losses:hinge_loss": "targets other than -1 and 1 are refused",
    "minigrad.rules.losses:reduced": "over how many samples a loss that ignores some is averaged",
    "minigrad.rules.losses:kl_div": "negative probabilities are refused",
    "minigrad.rules.matrices:<genexpr>": "whether any gradient arrived at all",
    "minigrad.rules.neural:embedding": "a row that does not exist is refused",
    "minigrad.rules.norms:cond_rule": "singular matrices are refused",
    "minigrad.rules.pooling:first_largest": "whether there is NaN among the entries",
    "minigrad.rules.shape:getitem": "a mask: how many entries it picks",
    "minigrad.rules.shape:positions": "a mask: which entries it picks",
}

REFUSED = (  # what is said of a call that CuPy does not do
    'does not run on device "cuda"',
    "'tuple' object has no attribute",  # its results have no names: w, v = np.linalg.eigh(x)
    "method is not yet supported",  # of np.quantile
    "Expected q to have a dimension of 1",
    "input has to be 1d",  # np.meshgrid
    "cannot reshape array of size 2 into shape (2,2)",  # np.pad(x, ((2,), (1,)))
    "integer division or modulo by zero",  # np.inner of nothing
    "incorrect type (expected cupy._core.core._ndarray_base",  # a number where an array must be
    "maximum recursion depth exceeded",  # np.clip of a number, by arrays
)


def check_on(device, fn, inputs, second=True, tolerance=1e-9):
    """Value and gradients of orders 1 and 2 on the device, against those on the CPU."""
    inputs = [np.asarray(devices.to_cpu(x), dtype=float) for x in inputs]
    call = lambda *tensors: joined(fn(*tensors))
    here = results(call, inputs, "cpu", second)
    with device.constants():
        if refused(call, [mg.tensor(x, device=device.name) for x in inputs]):
            return
        with crossings() as found:
            there = results(call, inputs, device.name, second)
    surprising = sorted({place for _, place in found} - WAITING.keys())
    assert not surprising, f"these lines ask the GPU for a number, and wait for it: {surprising}"
    for what, a, b in zip(
        ("value", *["gradient"] * len(inputs), *["second"] * len(inputs)), here, there, strict=False
    ):
        assert devices.of(b) == device.name, f"the {what} was left on {devices.of(b)}"
        assert (b.shape, b.dtype) == (a.shape, a.dtype), (what, b.shape, b.dtype, a.shape, a.dtype)
        if device.computes:
            np.testing.assert_allclose(devices.to_cpu(b), a, rtol=tolerance, atol=tolerance, err_msg=what)
    assert len(here) == len(there)


def refused(call, tensors):
    """Whether the function is one that CuPy lacks, and says so. Only a function that a user calls may be."""
    try:
        call(*tensors)
    except Exception as error:
        if any(words in str(error) for words in REFUSED):
            return True
        raise
    return False


def results(call, inputs, name, second):
    """The value, and the gradients with respect to each input."""
    tensors = [mg.tensor(x, requires_grad=True, device=name) for x in inputs]
    out = call(*tensors)
    found = [out]
    if out.requires_grad:
        weights = upstream(out.shape, 1, name)
        first = mg.grad(out, tensors, weights, create_graph=second, allow_unused=True)
        found += [g for g in first if g is not None]
        wanting = [g for g in first if g is not None and g.requires_grad]
        if second and wanting:
            given = [upstream(g.shape, 2, name) for g in wanting]
            found += [g for g in mg.grad(wanting, tensors, given, allow_unused=True) if g is not None]
    return [np.asarray(t.data) if name == "cpu" else t.data for t in found]


def upstream(shape, seed, name):
    return mg.tensor(np.random.default_rng(seed).uniform(0.5, 1.5, shape), device=name)
