"""Module: what it holds, what it is in, and what it says of mistakes."""

import copy

import numpy as np
import pytest

import minigrad as mg
from minigrad import device as devices


def rng(seed=0):
    return np.random.default_rng(seed)


class Tree(mg.nn.Module):
    """Parts as attributes, in lists, tuples and dicts, and within one another."""

    def __init__(self):
        self.scale = mg.Parameter(2.0)
        self.first = mg.nn.Linear(2, 2, rng())
        self.blocks = [mg.nn.Linear(2, 2, rng(), bias=False), (mg.nn.BatchNorm1d(2), mg.nn.Tanh())]
        self.heads = {"a": mg.nn.Linear(2, 1, rng()), "b": [mg.Parameter([1.0]), "text", 3]}
        self.seen = mg.nn.Buffer([0])
        self.sizes = [1, 2, 3]

    def forward(self, x):
        return self.heads["a"](self.blocks[1][1](self.first(x))) * self.scale


def test_parts_are_found_by_attribute_and_named_by_the_path_to_them():
    net = Tree()
    assert [name for name, _ in net.named_parameters()] == [
        "scale", "heads.b.0", "first.weight", "first.bias", "blocks.0.weight", "blocks.1.0.weight",
        "blocks.1.0.bias", "heads.a.weight", "heads.a.bias",
    ]  # fmt: skip
    assert [name for name, _ in net.named_buffers()] == [
        "seen", "blocks.1.0.running_mean", "blocks.1.0.running_var"
    ]  # fmt: skip
    assert [name for name, _ in net.named_modules()] == [
        "", "first", "blocks.0", "blocks.1.0", "blocks.1.1", "heads.a"
    ]  # fmt: skip
    assert [name for name, _ in net.named_children()] == [
        "first",
        "blocks.0",
        "blocks.1.0",
        "blocks.1.1",
        "heads.a",
    ]
    assert net.children() == [part for _, part in net.named_children()]
    assert net.modules()[0] is net
    assert len(net.buffers()) == 3
    assert next(net.named_parameters("net"))[0] == "net.scale"
    assert [name for name, _ in mg.nn.ReLU().named_modules("act")] == ["act"]


def test_what_is_held_twice_is_listed_once():
    layer = mg.nn.Linear(3, 3, rng())
    net = mg.nn.Sequential(layer, mg.nn.Tanh(), layer)
    assert [name for name, _ in net.named_parameters()] == ["layers.0.weight", "layers.0.bias"]
    assert len(net.modules()) == 3
    assert len(net.children()) == 2
    tied = Tree()
    tied.heads["b"][0] = tied.scale
    assert len(tied.parameters()) == len(Tree().parameters()) - 1


def test_a_module_may_know_the_one_that_holds_it():
    outer, inner = Tree(), mg.nn.ReLU()
    outer.inner, inner.outer = inner, outer
    assert len(outer.modules()) == 7
    assert "(outer): …" in repr(outer)


def test_generators_are_found():
    source = rng()
    net = mg.nn.Sequential(mg.nn.Dropout(0.5, source), mg.nn.Sequential(mg.nn.Dropout(0.5, rng())))
    net.extra = source
    assert [name for name, _ in net.named_generators()] == ["extra", "layers.1.layers.0.rng"]


def test_siamese_branches_add_up_in_the_shared_weights():
    layer = mg.nn.Linear(3, 2, rng())
    a, b = rng(1).normal(size=(2, 4, 3))
    distance = np.sum((layer(mg.tensor(a)) - layer(mg.tensor(b))) ** 2)
    distance.backward()
    w = layer.weight.data
    np.testing.assert_allclose(layer.weight.grad.data, 2 * (a - b).T @ (a - b) @ w)  # d ‖(a - b) W‖² / dW
    np.testing.assert_allclose(layer.bias.grad.data, 0, atol=1e-14)


def test_training_and_eval_reach_everything_below():
    net = Tree()
    assert all(part.training for part in net.modules())
    assert net.eval() is net
    assert not any(part.training for part in net.modules())
    assert net.train() is net
    assert all(part.training for part in net.modules())


def test_frozen_parts_get_no_gradient_and_are_not_changed():
    net = mg.nn.Sequential(mg.nn.Linear(2, 3, rng()), mg.nn.Tanh(), mg.nn.Linear(3, 1, rng(1)))
    before = net.state_dict()
    net[0].requires_grad_(False)
    optimizer = mg.optim.SGD(net.parameters(), lr=0.1)
    net(np.ones((4, 2))).sum().backward()
    optimizer.step()
    after = net.state_dict()
    assert net[0].weight.grad is None
    assert {name for name in after if not np.array_equal(before[name], after[name])} == {
        "layers.2.weight", "layers.2.bias"
    }  # fmt: skip
    net.requires_grad_()
    assert all(p.requires_grad for p in net.parameters())


def test_zero_grad_forgets_and_apply_visits_children_first():
    net, visited = Tree(), []
    (net(mg.tensor(np.ones((3, 2)))).sum()).backward()
    assert net.first.weight.grad is not None
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    assert net.apply(lambda part: visited.append(type(part).__name__)) is net
    assert visited == ["Linear", "Tanh", "BatchNorm1d", "Linear", "Linear", "Tree"]


def test_a_copy_is_independent():
    net = mg.nn.Sequential(mg.nn.Linear(2, 2, rng()), mg.nn.BatchNorm1d(2))
    net(np.ones((3, 2)))
    twin = copy.deepcopy(net)
    twin[0].weight.data = twin[0].weight.data + 1
    assert not np.array_equal(net[0].weight.data, twin[0].weight.data)
    assert twin[0].weight.requires_grad
    assert twin(np.ones((3, 2))).node.notes.scopes[-1][2] == "Sequential"


# Mistakes ---------------------------------------------------------------------------------------------------


def test_typos_raise_and_say_what_was_meant():
    net = Tree()
    with pytest.raises(AttributeError, match=r"Tree has no attribute 'frist'; did you mean first\?"):
        net.frist  # noqa: B018
    with pytest.raises(AttributeError, match=r"did you mean .*named_parameters"):
        net.named_parameter()
    with pytest.raises(AttributeError, match=r"Tree has no attribute 'xyzzy'\.$"):
        net.xyzzy  # noqa: B018
    assert not hasattr(net, "xyzzy")


def test_a_property_that_fails_says_why_itself():
    class Broken(mg.nn.Module):
        @property
        def width(self):
            return self.missing_piece

    with pytest.raises(AttributeError, match="no attribute 'missing_piece'"):
        Broken().width  # noqa: B018


def test_a_parameter_cannot_become_something_else_silently():
    layer = mg.nn.Linear(2, 2, rng())
    with pytest.raises(
        TypeError,
        match=r"Linear.weight is a Parameter, and cannot become a Tensor of shape \(2, 2\).*write .weight.data = ",
    ):
        layer.weight = layer.weight - 0.1
    with pytest.raises(
        TypeError, match=r"cannot become a float, .* to replace it, .weight = mg.Parameter\(…\)"
    ):
        layer.weight = 1.0
    norm = mg.nn.BatchNorm1d(2)
    with pytest.raises(
        TypeError, match=r"running_mean is a Buffer, .* a ndarray of shape \(2,\).*mg.nn.Buffer"
    ):
        norm.running_mean = np.zeros(2)
    layer.weight = mg.Parameter(np.eye(2))
    layer.bias = None
    assert layer(np.ones((1, 2))).data.tolist() == [[1, 1]]


def test_a_layer_cannot_be_overwritten_by_its_result():
    class Careless(mg.nn.Module):
        def __init__(self):
            self.layer = mg.nn.Linear(2, 2, rng())

        def forward(self, x):
            self.layer = self.layer(x)
            return self.layer

    with pytest.raises(TypeError, match=r"Careless.layer is a layer, .* y = self.layer\(x\)"):
        Careless()(np.ones((1, 2)))
    net = Careless()
    net.layer = mg.nn.Identity()  # another layer may take its place
    net.layer = None


def test_methods_cannot_be_covered_by_attributes():
    with pytest.raises(
        AttributeError, match=r"Module.parameters is a method of every module; choose another name"
    ):
        mg.nn.Module().parameters = []


def test_forward_is_needed_and_has_to_return_something():
    class Silent(mg.nn.Module):
        def forward(self, x):
            x + 1

    with pytest.raises(TypeError, match=r"Module has no forward\(self, …\) yet"):
        mg.nn.Module()(1)
    with pytest.raises(TypeError, match=r"Silent.forward gave no result: it must end with `return …`"):
        Silent()(mg.tensor(1.0))


def test_options_and_several_inputs_reach_forward():
    class Scaled(mg.nn.Module):
        def forward(self, x, y, factor=1.0):
            return factor * (x + y), {"sum": x + y}

    product, parts = Scaled()(1.0, 2.0, factor=3.0)
    assert (product, parts["sum"]) == (9.0, 3.0)


# Devices and hooks ------------------------------------------------------------------------------------------


def test_to_moves_parameters_gradients_and_buffers(monkeypatch):
    moved = []
    monkeypatch.setattr(devices, "check", lambda name: None)
    monkeypatch.setattr(devices, "transfer", lambda x, target: moved.append(target) or x)
    monkeypatch.setattr(mg.Tensor, "to", lambda self, target: moved.append(f"gradient to {target}") or self)
    layer = mg.nn.Sequential(mg.nn.Linear(2, 2, rng()), mg.nn.BatchNorm1d(2, affine=False))
    layer(np.ones((3, 2))).sum().backward()
    weight = layer[0].weight
    assert layer.to("cuda") is layer
    assert layer[0].weight is weight
    assert moved == ["cuda", "gradient to cuda", "cuda", "gradient to cuda", "cuda", "cuda"]


def test_to_refuses_what_is_no_device():
    with pytest.raises(mg.UsageError, match="There is no device 'gpu'"):
        mg.nn.Linear(2, 2, rng()).to("gpu")
    assert mg.nn.Linear(2, 2, rng()).to("cpu")(np.ones((1, 2))).device == "cpu"


def test_forward_hooks_see_and_may_replace():
    net, seen = mg.nn.Sequential(mg.nn.Tanh(), mg.nn.ReLU()), []
    handle = net[0].register_forward_hook(lambda module, inputs, out: seen.append((module, inputs, out)))
    x = mg.tensor([0.5])
    net(x)
    assert seen[0][0] is net[0]
    assert seen[0][1] == (x,)
    assert seen[0][2].item() == np.tanh(0.5)
    with net[1].register_forward_hook(lambda module, inputs, out: out * 2):
        net[1].register_forward_hook(lambda module, inputs, out: out + 1)
        assert net(x).item() == 2 * np.tanh(0.5) + 1
    assert net(x).item() == np.tanh(0.5) + 1
    handle.remove()
    handle.remove()
    assert len(seen) == 3
    with pytest.raises(TypeError, match=r"A hook is a function of \(module, inputs, result\), not a int"):
        net.register_forward_hook(3)


def test_repr_shows_the_tree():
    assert repr(Tree()) == (
        "Tree(\n"
        "  (first): Linear(n_in=2, n_out=2)\n"
        "  (blocks.0): Linear(n_in=2, n_out=2, bias=False)\n"
        "  (blocks.1.0): BatchNorm1d(2)\n"
        "  (blocks.1.1): Tanh()\n"
        "  (heads.a): Linear(n_in=2, n_out=1)\n"
        ")"
    )
    net = mg.nn.Sequential(mg.nn.Sequential(mg.nn.ReLU()), np.tanh)
    assert repr(net) == "Sequential(\n  (0): Sequential(\n    (0): ReLU()\n  )\n  (1): tanh\n)"
    assert repr(mg.nn.RNN(2, 3, rng(), batch_first=True)) == (
        "RNN(\n  batch_first=True\n  (cell): RNNCell(input_size=2, hidden_size=3)\n)"
    )
