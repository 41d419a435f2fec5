"""State dicts: what was learned, out of a module and into another, all or nothing."""

import numpy as np
import pytest

import minigrad as mg


def net(seed=0, hidden=3, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return mg.nn.Sequential(
        mg.nn.Linear(2, hidden, rng, dtype),
        mg.nn.BatchNorm1d(hidden, dtype=dtype),
        mg.nn.Linear(hidden, 1, rng, dtype),
    )


def equal(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def test_round_trip_with_buffers():
    one, two = net(0), net(1)
    one(np.random.default_rng(0).normal(size=(5, 2)))  # moves the running numbers
    state = one.state_dict()
    assert list(state) == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias",
        "layers.1.running_mean", "layers.1.running_var",
    ]  # fmt: skip
    parameters = two.parameters()
    assert two.load_state_dict(state) == ([], [])
    assert equal(state, two.state_dict())
    assert all(a is b for a, b in zip(parameters, two.parameters(), strict=True))
    assert all(p.requires_grad for p in two.parameters())
    x = np.ones((4, 2))
    np.testing.assert_array_equal(one.eval()(x).data, two.eval()(x).data)


def test_a_state_is_a_copy_on_both_sides():
    one = net()
    state = one.state_dict()
    state["layers.0.weight"][:] = 0
    assert np.any(one[0].weight.data)
    one.load_state_dict(state)
    state["layers.0.weight"][:] = 5
    assert not np.any(one[0].weight.data)


def test_the_dtype_of_the_module_stays():
    wide, narrow = net(), net(1, dtype=np.float32)
    narrow.load_state_dict(wide.state_dict())
    assert {p.dtype.name for p in narrow.parameters()} == {"float32"}
    np.testing.assert_array_equal(narrow[0].weight.data, wide[0].weight.data.astype(np.float32))
    wide.load_state_dict({name: mg.tensor(a) for name, a in wide.state_dict().items()})


def test_all_mistakes_are_named_at_once_and_nothing_is_changed():
    module = net()
    before = module.state_dict()
    wrong = module.state_dict()
    wrong["layers.0.weigth"] = wrong.pop("layers.0.weight")
    wrong["extra"] = np.zeros(2)
    wrong["layers.2.bias"] = np.zeros(7)
    wrong["layers.0.bias"] = np.zeros(3) + 1j
    wrong["layers.1.bias"] = np.ones(3)  # this one would fit
    with pytest.raises(mg.UsageError) as caught:
        module.load_state_dict(wrong)
    text = str(caught.value)
    assert "This state is not one of this Sequential; nothing was changed." in text
    assert "missing in the state: layers.0.weight" in text
    assert "unexpected in the state: layers.0.weigth (did you mean layers.0.weight?), extra" in text
    assert "layers.2.bias has shape (1,), but (7,) in the state" in text
    assert "layers.0.bias holds float64, but complex128 in the state" in text
    assert equal(before, module.state_dict())


def test_not_strict_passes_over_names_but_not_shapes():
    module, other = net(), net(1)
    state = other.state_dict()
    del state["layers.2.weight"]
    state["more"] = np.zeros(1)
    mismatch = module.load_state_dict(state, strict=False)
    assert mismatch == (["layers.2.weight"], ["more"])
    assert np.array_equal(module[0].weight.data, other[0].weight.data)
    assert not np.array_equal(module[2].weight.data, other[2].weight.data)
    with pytest.raises(mg.UsageError, match=r"layers.0.bias has shape \(3,\), but \(4,\)"):
        module.load_state_dict(net(hidden=4).state_dict(), strict=False)


def test_long_lists_are_cut():
    with pytest.raises(mg.UsageError, match=r"layers.2.bias, … and 2 more"):
        net().load_state_dict({})


@pytest.mark.parametrize("state", [None, [1, 2], "run.npz"])
def test_what_is_no_state(state):
    with pytest.raises(mg.UsageError, match="A state is a dict of arrays by name"):
        net().load_state_dict(state)


def test_a_value_that_is_no_array():
    state = net().state_dict() | {"layers.0.bias": "zero"}
    with pytest.raises(mg.UsageError, match=r"layers.0.bias has shape \(3,\), but \(\) in the state"):
        net().load_state_dict(state)
    with pytest.raises(mg.UsageError, match="unexpected in the state: 3"):
        net().load_state_dict(net().state_dict() | {3: np.zeros(1)})


def test_a_shared_parameter_is_saved_once():
    layer = mg.nn.Linear(2, 2, np.random.default_rng(0))
    assert list(mg.nn.Sequential(layer, layer).state_dict()) == ["layers.0.weight", "layers.0.bias"]
