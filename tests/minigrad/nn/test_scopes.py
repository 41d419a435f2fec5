"""Module scopes: the graph knows which nodes a module made, and an error in which module it happened."""

import threading

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn.scopes import running
from minigrad.node import NO_NOTES, ancestors


def rng(seed=0):
    return np.random.default_rng(seed)


def scopes(tensor):
    """Per node, oldest first: the function, and the path of the module calls that it was made in."""
    nodes = ancestors(tensor.node)
    intervals = sorted(scope for node in nodes for scope in node.notes.scopes)
    return [
        (node.fun.__name__, "/".join(name for begin, end, name in intervals if begin < node.order <= end))
        for node in reversed(nodes)
    ]


def test_every_node_is_in_the_module_that_made_it():
    net = mg.nn.Sequential(mg.nn.Linear(3, 2, rng()), mg.nn.ReLU(), {"a": np.tanh}["a"])
    x = mg.tensor(np.ones((4, 3)))
    assert scopes((net(x) * 2).sum()) == [
        ("matmul", "Sequential/layers.0"),
        ("add", "Sequential/layers.0"),
        ("relu", "Sequential/layers.1"),
        ("tanh", "Sequential"),
        ("multiply", ""),
        ("sum", ""),
    ]


def test_labels_are_the_names_under_which_the_caller_holds_a_module():
    class Net(mg.nn.Module):
        def __init__(self):
            self.encoder = mg.nn.Sequential({"fc": mg.nn.Linear(2, 2, rng())})
            self.heads = {"a": [mg.nn.Tanh()]}

        def forward(self, x):
            return mg.nn.Sigmoid()(self.heads["a"][0](self.encoder(x)))

    assert [path for _, path in scopes(Net()(mg.tensor(np.ones((1, 2)))))] == [
        "Net/encoder/layers.fc",
        "Net/encoder/layers.fc",
        "Net/heads.a.0",
        "Net/Sigmoid",  # made in passing: nobody holds it
    ]


def test_a_layer_that_moves_is_named_anew():
    net = mg.nn.Sequential(mg.nn.Tanh(), mg.nn.Sigmoid())
    x = mg.tensor([1.0], requires_grad=True)
    assert scopes(net(x)) == [("tanh", "Sequential/layers.0"), ("sigmoid", "Sequential/layers.1")]
    net.layers.reverse()
    assert scopes(net(x)) == [("sigmoid", "Sequential/layers.0"), ("tanh", "Sequential/layers.1")]
    del net[0]
    assert scopes(net(x)) == [("tanh", "Sequential/layers.0")]


def test_a_shared_layer_is_a_call_of_its_own_each_time():
    layer = mg.nn.Tanh()
    net = mg.nn.Sequential(layer, layer)
    out = net(mg.tensor([1.0], requires_grad=True))
    calls = sorted(scope for node in ancestors(out.node) for scope in node.notes.scopes)
    assert [name for *_, name in calls] == ["Sequential", "layers.0", "layers.0"]
    (_, last, _), (begin, end, _), (again, until, _) = calls
    assert begin < end < again < until < last


def test_every_result_of_a_module_knows_its_call():
    rnn = mg.nn.RNN(2, 2, rng())
    states, h = rnn(np.ones((3, 1, 2)))
    assert [name for *_, name in states.node.notes.scopes] == ["RNN"]
    assert [name for *_, name in h.node.notes.scopes] == ["cell", "RNN"]

    class Both(mg.nn.Module):
        def forward(self, x):
            return {"tanh": np.tanh(x), "same": x}

    x = mg.tensor([1.0], requires_grad=True)
    results = Both()(x)
    assert [name for *_, name in results["tanh"].node.notes.scopes] == ["Both"]


def test_what_a_module_only_passes_on_is_not_its_own():
    x = mg.tensor([1.0], requires_grad=True)
    y = x * 2
    assert mg.nn.Identity()(y) is y
    assert mg.nn.Sequential(mg.nn.Flatten(0), mg.nn.Dropout(0.5, rng()).eval())(y).node.notes.scopes
    assert y.node.notes is NO_NOTES


def test_without_recording_nothing_is_noted():
    net = mg.nn.Sequential(mg.nn.Linear(2, 2, rng()))
    with mg.no_grad():
        assert net(np.ones((1, 2))).node is None
    assert running.modules == []


def test_an_error_says_in_which_module_it_happened_and_leaves_nothing_behind():
    net = mg.nn.Sequential(mg.nn.Flatten(), mg.nn.Sequential(mg.nn.Linear(4, 2, rng()), mg.nn.ReLU()))
    with pytest.raises(ValueError, match=r"Linear\(n_in=4, n_out=2\) takes x of shape \(…, 4\)") as caught:
        net(np.ones((5, 3)))
    assert caught.value.__notes__ == [
        "In the module Sequential.layers.1.layers.0, Linear(n_in=4, n_out=2), called with shape (5, 3)."
    ]
    assert running.modules == []
    with pytest.raises(TypeError) as caught:
        mg.nn.Module()()
    assert caught.value.__notes__ == ["In the module Module, Module(), called with nothing."]


def test_threads_do_not_see_each_others_modules():
    seen = []

    class Waiting(mg.nn.Module):
        def forward(self, x):
            thread = threading.Thread(target=lambda: seen.append(scopes(mg.nn.Tanh()(x))))
            thread.start()
            thread.join()
            return x * 2

    out = Waiting()(mg.tensor([1.0], requires_grad=True))
    assert seen == [[("tanh", "Tanh")]]
    assert scopes(out) == [("multiply", "Waiting")]
