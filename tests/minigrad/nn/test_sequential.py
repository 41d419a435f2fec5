"""Sequential: a list of layers that is a layer."""

import numpy as np
import pytest

import minigrad as mg


def rng(seed=0):
    return np.random.default_rng(seed)


def test_it_is_the_composition():
    one, two = mg.nn.Linear(3, 4, rng()), mg.nn.Linear(4, 2, rng(1))
    x = mg.tensor(rng(2).normal(size=(5, 3)))
    np.testing.assert_array_equal(mg.nn.Sequential(one, np.tanh, two)(x).data, two(np.tanh(one(x))).data)
    assert mg.nn.Sequential()(x) is x


def test_it_behaves_like_a_list():
    layers = [mg.nn.ReLU(), mg.nn.Tanh(), mg.nn.Sigmoid()]
    net = mg.nn.Sequential(*layers)
    assert len(net) == 3
    assert list(net) == layers
    assert net[0] is layers[0]
    assert net[-1] is layers[2]
    assert list(net[1:]) == layers[1:]
    assert isinstance(net[:2], mg.nn.Sequential)
    net[1] = np.tanh
    assert net[1] is np.tanh
    del net[0]
    assert len(net.append(mg.nn.ReLU()).append(mg.nn.ReLU())) == 4


def test_a_slice_shares_its_layers():
    net = mg.nn.Sequential(mg.nn.Linear(2, 3, rng()), mg.nn.ReLU())
    assert net[:1][0].weight is net[0].weight


def test_layers_may_have_names():
    net = mg.nn.Sequential({"fc": mg.nn.Linear(2, 3, rng()), "act": mg.nn.ReLU()})
    assert [name for name, _ in net.named_parameters()] == ["layers.fc.weight", "layers.fc.bias"]
    assert net["fc"] is net[0] is net[-2]
    assert repr(net) == "Sequential(\n  (fc): Linear(n_in=2, n_out=3)\n  (act): ReLU()\n)"
    assert list(net[1:].layers) == ["act"]
    net["act"] = mg.nn.Tanh()
    net[0] = mg.nn.Identity()
    assert [type(layer).__name__ for layer in net] == ["Identity", "Tanh"]
    del net["fc"]
    assert len(net) == 1
    with pytest.raises(TypeError, match=r"have names: write net.layers\[name\] = layer"):
        net.append(mg.nn.ReLU())
    with pytest.raises(KeyError, match="there is no layer 'fc'; there is act"):
        net["fc"]


def test_wrong_layers_and_places():
    with pytest.raises(TypeError, match=r"Layer 1 is the class ReLU; write ReLU\(\) to make a layer of it"):
        mg.nn.Sequential(mg.nn.Tanh(), mg.nn.ReLU)
    with pytest.raises(TypeError, match=r"Layer 0 is a list; .* Write Sequential\(\*layers\)"):
        mg.nn.Sequential([mg.nn.Tanh()])
    net = mg.nn.Sequential(mg.nn.Tanh())
    with pytest.raises(TypeError, match="Layer 1 is a NoneType; a layer is a Module or a function of x"):
        net.append(None)
    with pytest.raises(TypeError, match="Layer 0 is a int"):
        net[0] = 3
    with pytest.raises(IndexError, match="There is no layer 1; this Sequential has 1, numbered from 0"):
        net[1]
    with pytest.raises(KeyError, match="there is no layer 'fc'; there is 0 … 0"):
        net["fc"]
