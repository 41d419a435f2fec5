"""Groups, hyperparameters, and what an optimizer refuses."""

import copy

import numpy as np
import pytest

import minigrad as mg

OPT = mg.optim


def test_groups_have_rates_of_their_own():
    slow, fast = mg.Parameter(1.0), mg.Parameter(1.0)
    optimizer = OPT.SGD([{"params": [slow], "lr": 0.01}, {"params": iter([fast])}], lr=0.1, momentum=0.5)
    slow.grad = fast.grad = mg.tensor(1.0)
    optimizer.step()
    assert (slow.item(), fast.item()) == (0.99, 0.9)
    assert [g["momentum"] for g in optimizer.param_groups] == [0.5, 0.5]
    assert optimizer.parameters == [slow, fast]


def test_a_group_may_come_later_and_the_rate_of_all_may_be_set():
    a, b = mg.Parameter(1.0), mg.Parameter(1.0)
    optimizer = OPT.Adam([a], lr=0.1)
    optimizer.add_param_group({"params": b, "lr": 0.2})
    with pytest.raises(AttributeError, match=r"groups of this Adam have different rates; see \.param_groups"):
        _ = optimizer.lr
    optimizer.lr = np.float64(0.5)
    assert [g["lr"] for g in optimizer.param_groups] == [0.5, 0.5]
    assert type(optimizer.lr) is float  # a np.float64 would lift float32 parameters


def test_parameters_without_gradient_are_skipped():
    w, frozen = mg.Parameter(1.0), mg.tensor(1.0)
    optimizer = OPT.Adam([w, frozen], lr=0.1)
    w.grad = mg.tensor(2.0)
    optimizer.step()
    assert frozen.item() == 1
    assert frozen not in optimizer.state
    assert optimizer.state[w]["step"] == 1
    optimizer.zero_grad()
    assert w.grad is None
    with pytest.raises(
        RuntimeError, match=r"Adam.step\(\) found no gradient in any of its 2 parameters.*loss.back"
    ):
        optimizer.step()


W = mg.Parameter([1.0], name="W")
REFUSED = [
    ([], ValueError, r"list of parameters is empty\. \(A generator gives its items only once"),
    ((p for p in ()), ValueError, "list of parameters is empty"),
    ([{"params": []}], ValueError, "list of parameters is empty"),
    (W, TypeError, r"write \[w\] where you gave Tensor 'W'"),
    (3, TypeError, "takes a list of parameters; this is int"),
    ({W}, TypeError, "set has no fixed order"),
    ({"params": [W]}, TypeError, r'this is one dictionary\. Write \[\{"params": \[…\], "lr": 0\.1\}\]'),
    (mg.nn.Linear(2, 2, np.random.default_rng(0)), TypeError, r"not a Linear: write net\.parameters\(\)"),
    (
        [("weight", W)],
        TypeError,
        r"Parameter 0 is no Tensor but tuple: write net\.parameters\(\) for net\.named_",
    ),
    ([W, np.ones(2)], TypeError, "Parameter 1 is no Tensor but ndarray"),
    ([{"params": [W]}, W], TypeError, "either parameters or groups of parameters"),
    ([W, W], ValueError, "'W' is given twice; it would be updated twice"),
    ([{"params": [W]}, {"params": [W]}], ValueError, "'W' is given twice"),
    ([W * 2], ValueError, r"Parameter 0, .*, was computed.*Optimize the leaves.*mg\.Parameter\(t\.data\)"),
    ([mg.tensor([1, 2])], ValueError, "holds int64, and small steps need floating-point"),
    (
        [{"params": [W], "momentun": 0.9}],
        KeyError,
        "SGD has no hyperparameter 'momentun': did you mean 'momentum'",
    ),
    ([{"lr": 0.1}], KeyError, 'A group is a dictionary with "params"'),
]


@pytest.mark.parametrize(("params", "error", "message"), REFUSED)
def test_what_is_no_list_of_parameters(params, error, message):
    with pytest.raises(error, match=message):
        OPT.SGD(params, 0.1)


RANGES = [
    (OPT.SGD, {"lr": 0}, r"SGD: lr must be above 0; it is 0\."),
    (OPT.SGD, {"lr": -1.0}, r"SGD: lr must be above 0; it is -1\.0\."),
    (OPT.SGD, {"lr": float("nan")}, "lr must be above 0; it is nan"),
    (OPT.SGD, {"lr": float("inf")}, "lr must be above 0; it is inf"),
    (OPT.SGD, {"lr": "0.1"}, "lr must be above 0; it is '0.1'"),
    (OPT.SGD, {"lr": True}, "lr must be above 0; it is True"),
    (OPT.SGD, {"momentum": 1}, r"momentum must be in \[0, 1\); it is 1"),
    (OPT.SGD, {"momentum": -0.1}, r"momentum must be in \[0, 1\)"),
    (OPT.SGD, {"nesterov": 1, "momentum": 0.9}, "nesterov must be True or False; it is 1"),
    (OPT.SGD, {"nesterov": True}, "nesterov=True looks ahead along the velocity; it needs momentum above 0"),
    (OPT.SGD, {"form": "torch"}, "form must be 'lecture' or 'pytorch'; it is 'torch'"),
    (OPT.SGD, {"weight_decay": -1}, "weight_decay must be 0 or more"),
    (OPT.SGD, {"l1": -1}, "l1 must be 0 or more"),
    (OPT.Adagrad, {"eps": 0}, "Adagrad: eps must be above 0"),
    (OPT.RMSprop, {"alpha": 1.5}, r"RMSprop: alpha must be in \[0, 1\)"),
    (OPT.Adadelta, {"rho": 1}, r"Adadelta: rho must be in \[0, 1\)"),
    (OPT.Adam, {"betas": 0.9}, r"Adam: betas must be two numbers in \[0, 1\); it is 0\.9"),
    (OPT.Adam, {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\)"),
    (OPT.AdamW, {"betas": (0.9,)}, "AdamW: betas must be two numbers"),
]


@pytest.mark.parametrize(("kind", "hyperparameters", "message"), RANGES)
def test_hyperparameters_out_of_range(kind, hyperparameters, message):
    with pytest.raises(ValueError, match=message):
        kind([mg.Parameter(1.0)], **{"lr": 0.1, **hyperparameters})


def test_groups_are_checked_when_they_are_changed():
    group = OPT.SGD([mg.Parameter(1.0)], 0.1).param_groups[0]
    with pytest.raises(KeyError) as caught:
        group["momentun"] = 0.9
    assert str(caught.value) == (
        "SGD has no hyperparameter 'momentun': did you mean 'momentum'? "
        "It has lr, momentum, nesterov, form, weight_decay, l1."
    )
    with pytest.raises(KeyError, match="no hyperparameter 'x': It has lr"):
        group.update(x=1)
    with pytest.raises(ValueError, match="lr must be 0 or more; it is -1"):
        group["lr"] = -1
    group["lr"] = 0  # a schedule may end there
    assert group["lr"] == 0


def test_a_hyperparameter_is_no_attribute():
    optimizer = OPT.SGD([mg.Parameter(1.0)], 0.1)
    with pytest.raises(AttributeError, match=r"write optimizer\.param_groups\[0\]\['momentum'\] = 0\.5"):
        optimizer.momentum = 0.5


def test_a_method_of_ones_own():
    class Own(OPT.Optimizer):
        def __init__(self, params, lr, power):
            super().__init__(params, lr=lr, power=power)

        def memory(self, h):
            return ("past",)

        def update(self, w, g, h, t, past, buffer):
            past += g
            w -= h["lr"] * t * past ** h["power"]

    w = mg.Parameter([1.0, 2.0])
    optimizer = Own([w], lr=0.1, power=2)
    for _ in range(2):
        w.grad = mg.tensor([1.0, 2.0])
        optimizer.step()
    np.testing.assert_allclose(w.data, [1 - 0.1 - 0.8, 2 - 0.4 - 3.2])
    w.grad = mg.tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=r"Optimizer has no update\(self, w, g, h, t, …\) yet"):
        OPT.Optimizer([w], lr=0.1).step()


def test_how_they_print():
    a, b = mg.Parameter([[1.0, 2.0]]), mg.Parameter(1.0)
    assert repr(OPT.Adam([a, b])) == (
        "Adam(2 parameters, 3 numbers: lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, l1=0)"
    )
    assert repr(OPT.Adagrad([{"params": a}, {"params": b, "lr": 1}])) == (
        "Adagrad(\n"
        "  (0) 1 parameter, 2 numbers: lr=0.01, eps=1e-10, weight_decay=0, l1=0\n"
        "  (1) 1 parameter, 1 numbers: lr=1, eps=1e-10, weight_decay=0, l1=0\n)"
    )


def test_a_copy_is_independent():
    w = mg.Parameter([1.0])
    optimizer = OPT.SGD([w], 0.1, momentum=0.9)
    w.grad = mg.tensor([1.0])
    optimizer.step()
    twin = copy.deepcopy(optimizer)
    twin.lr = 0.5
    assert optimizer.lr == 0.1
    assert twin.parameters[0] is not w


def test_the_device_of_a_gradient_must_be_that_of_its_parameter(monkeypatch):
    w = mg.Parameter([1.0], name="w")
    optimizer = OPT.SGD([w], 0.1)
    w.grad = mg.tensor([1.0])
    monkeypatch.setattr("minigrad.device.of", lambda array: "cpu" if array is w.data else "cuda")
    with pytest.raises(ValueError, match="'w' is on cpu and its gradient on cuda: it was moved between"):
        optimizer.step()
