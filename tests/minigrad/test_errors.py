"""Every wrong use gives one exception that says what happened and what to write instead."""

import subprocess
import sys

import numpy as np
import pytest

import minigrad as mg


@pytest.fixture
def x():
    return mg.tensor([1.0, 2.0], requires_grad=True, name="x")


@pytest.fixture
def s():
    return mg.tensor(3.0, requires_grad=True, name="s")


# A Tensor never leaves its graph silently ------------------------------------------------------------------


def test_float_and_int(s):
    with pytest.raises(
        TypeError, match=r"float\(…\) would take Tensor 's' out of its graph.*\.item\(\).*np\.exp\(x\)"
    ):
        float(s)
    with pytest.raises(TypeError, match=r"int\(…\) would take Tensor 's' out of its graph"):
        int(s)
    assert (s.item(), float(s.detach())) == (3.0, 3.0)


@pytest.mark.parametrize(
    "convert", [np.asarray, lambda t: np.array([t, t]), lambda t: np.zeros(2) + np.asarray(t)]
)
def test_conversion_to_an_array(x, s, convert):
    for t in (x, s):
        with pytest.raises(TypeError, match=r"plain NumPy array.*\.numpy\(\) or \.detach\(\).*np\.stack"):
            convert(t)
    np.testing.assert_array_equal(np.asarray(x.detach()), [1, 2])


def test_assignment_into_a_tensor(x):
    with pytest.raises(TypeError, match=r"cannot be assigned into.*Tensor 'x'.*np\.where\(mask, new, x\)"):
        x[0] = 5.0
    assert x.data[0] == 1


def test_out(x):
    target = np.zeros(2)
    with pytest.raises(TypeError, match=r"add\(…, out=array\).*Leave out= away"):
        np.add(x, 1, out=target)
    with pytest.raises(TypeError, match=r"`total = array \+ tensor`"):
        target += x
    with pytest.raises(TypeError, match="outside of its graph"):
        np.sum(x, out=np.zeros(()))
    np.testing.assert_array_equal(target, 0)


def test_static_tensors_may_be_written_into_arrays(x):
    """`w.data -= lr * w.grad`, the line that ends every training step."""
    (x * x).sum().backward()
    x.data -= 0.1 * x.grad
    np.testing.assert_allclose(x.data, [0.8, 1.6])
    total = np.zeros(2)
    total += x.detach()
    assert type(total) is np.ndarray
    with pytest.raises(TypeError, match="outside of its graph"):
        np.add(1.0, 2.0, out=x)


def test_a_function_without_a_rule_names_its_neighbours_and_the_lines_that_add_it(x):
    with pytest.raises(
        mg.NoRuleError, match=r"no derivative rule for polymul \(there is one for poly"
    ) as caught:
        np.polymul(x, x)
    assert "mg.defvjp(np.polymul,\n              lambda g, a1: …)" in str(caught.value)
    with pytest.raises(mg.NoRuleError, match="no derivative rule for polydiv"):
        np.polydiv(x, x)


def test_functions_without_a_rule_work_on_static_data():
    t = mg.tensor([3.0, 1.0, 2.0])
    assert isinstance(np.sort(t), mg.Tensor)
    np.testing.assert_array_equal(np.sort(t), [1, 2, 3])
    assert np.allclose(t, [3, 1, 2])


def test_what_has_no_derivative_worth_having_gives_plain_values(x):
    assert np.argmax(x) == 1
    assert not np.sign(x).requires_grad
    assert not np.floor(x).requires_grad
    assert not (x > 1).requires_grad
    assert np.shape(x) == (2,)
    assert np.zeros_like(x).shape == (2,)


def test_options_that_no_rule_knows_are_refused(x):
    with pytest.raises(TypeError, match=r"np\.sum\(…, dtype=…\) is not recorded"):
        np.sum(x, dtype=np.float32)
    with pytest.raises(
        TypeError, match=r"np\.exp\(…, where=…\) is not recorded.*np\.where\(mask, np\.exp\(x\), 0\)"
    ):
        np.exp(x, where=np.array([True, False]))
    with pytest.raises(
        TypeError, match=r"sum has no derivative rule for its argument initial.*initial\.detach\(\)"
    ):
        np.sum(x, None, None, None, False, x[0])
    with pytest.raises(TypeError, match=r"np\.var\(…, mean=…\) is not recorded"):
        np.var(x, mean=x[0])
    with pytest.raises(mg.NoRuleError, match=r"write z / np\.abs\(z\)"):
        np.sign(x * 1j)
    with pytest.raises(TypeError, match="cannot be assigned into"):
        np.put(x, [0], 5.0)
    with pytest.raises(TypeError, match=r"np\.add\.reduce is not recorded on Tensors. Write np\.sum"):
        np.add.reduce(x)


def test_update_of_a_leaf(x):
    original = x
    with pytest.raises(TypeError, match=r"x -= … would replace the leaf Tensor 'x'.*x\.data -= …"):
        x -= 1.0
    with mg.no_grad():
        x -= 1.0
    assert x is original
    np.testing.assert_array_equal(x.data, [0, 1])
    total = mg.tensor(0.0)
    total += (original * 2).sum()
    assert total.requires_grad


# Backward ---------------------------------------------------------------------------------------------------


def test_backward_of_a_vector_without_a_gradient(x):
    y = x * 2
    y.name = "y"
    with pytest.raises(
        RuntimeError, match=r"single number, but Tensor 'y' has shape \(2,\).*y\.sum\(\)\.backward\(\)"
    ):
        y.backward()


def test_backward_with_a_gradient_of_another_shape(x):
    with pytest.raises(
        ValueError, match=r"has shape \(3,\); it must have the shape of the tensor itself, \(2,\)"
    ):
        (x * 2).backward(np.ones(3))


def test_backward_of_something_without_a_graph():
    with pytest.raises(RuntimeError, match=r"backward\(\) has nowhere to go: Tensor 'c'.*requires_grad=True"):
        mg.tensor(1.0, name="c").backward()


def test_grad_of_something_without_a_graph(s):
    with pytest.raises(RuntimeError, match=r"grad\(\) cannot start"):
        mg.grad(mg.tensor(1.0), s)
    with pytest.raises(ValueError, match="1 outputs need 1 grad_outputs, but 2 came"):
        mg.grad(s * 1, s, [None, None])


def test_a_value_changed_in_place_after_it_was_used(s):
    w = mg.tensor([2.0, 3.0], requires_grad=True, name="w")
    y = (w * w).sum()
    w.data -= 1.0
    with pytest.raises(mg.StaleValueError, match=r"Tensor 'w' was changed in place after multiply used it"):
        y.backward()
    assert w.grad is None


def test_a_change_in_place_that_no_rule_needs_is_fine():
    w = mg.tensor([2.0, 3.0], requires_grad=True)
    y = (w + 1.0).sum()
    w.data -= 1.0
    y.backward()
    np.testing.assert_array_equal(w.grad, [1, 1])


def test_new_data_do_not_disturb_an_older_graph():
    w = mg.tensor([2.0, 3.0], requires_grad=True)
    y = (w * w).sum()
    w.data = w.data * 100
    y.backward()
    np.testing.assert_array_equal(w.grad, [4, 6])
    with pytest.raises(mg.StaleValueError, match="was given new data after the forward pass"):
        mg.grad(y, w, create_graph=True)


def test_a_rule_of_the_wrong_shape_is_named_with_the_users_line(x):
    @mg.primitive
    def double(x):
        return 2 * x

    mg.defvjp(double, lambda g: 2 * g.sum())
    y = double(x)
    with pytest.raises(
        ValueError, match=r"rule of double for its argument 0.*\(\), but.*\(2,\).*test_errors\.py:\d+"
    ):
        y.sum().backward()


# Shapes -----------------------------------------------------------------------------------------------------


def test_shapes_that_do_not_broadcast(x):
    v = mg.tensor([1.0, 2.0, 3.0], name="v")
    with pytest.raises(
        ValueError, match=r"add failed on Tensor 'x' of shape \(2,\), Tensor 'v' of shape \(3,\)"
    ) as caught:
        x + v
    assert "axis -1 is 2 against 3" in str(caught.value)


@pytest.mark.parametrize(
    ("a", "b", "advice"),
    [
        ((2, 3), (4, 3), r"a @ b\.T"),
        ((3, 2), (3, 4), r"a\.T @ b"),
        ((2, 3), (5, 4), "last axis of the first"),
    ],
)
def test_matrix_shapes_that_do_not_fit(a, b, advice):
    with pytest.raises(ValueError, match=advice):
        mg.tensor(np.ones(a), requires_grad=True) @ mg.tensor(np.ones(b))


def test_data_and_gradients_keep_their_shape(x):
    with pytest.raises(ValueError, match=r"has shape \(2,\); the new data has shape \(3, 2\)"):
        x.data = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"a gradient of shape \(3,\)"):
        x.grad = np.ones(3)


# Making tensors ---------------------------------------------------------------------------------------------


def test_integers_want_no_gradient():
    with pytest.raises(TypeError, match=r"floating-point.*int64.*Write \[1\., 2\.\]"):
        mg.tensor([1, 2], requires_grad=True)
    with pytest.raises(TypeError, match="holds bool"):
        mg.Parameter([True])
    assert mg.tensor([1j], requires_grad=True).requires_grad


def test_backward_of_a_complex_number_asks_which_real_number_is_meant():
    z = mg.tensor(1 + 2j, requires_grad=True, name="z")
    with pytest.raises(
        RuntimeError, match=r"'z' is complex\. Which real number is to grow\? Write np\.abs\(z\)"
    ):
        z.backward()


@pytest.mark.parametrize("data", [[[1.0], [2.0, 3.0]], ["a"], [None], object()])
def test_what_makes_no_array_of_numbers(data):
    with pytest.raises(ValueError, match=r"do not make one array of numbers|A Tensor holds numbers"):
        mg.tensor(data)


def test_unknown_and_missing_devices():
    with pytest.raises(mg.UsageError, match="no device 'tpu'; minigrad knows cpu and cuda"):
        mg.tensor(1.0, device="tpu")
    if not mg.cuda.is_available():
        with pytest.raises(mg.UsageError, match=r"needs an NVIDIA GPU.*minigrad-toolkit\[cuda12\]"):
            mg.tensor(1.0, device="cuda")


def test_truth_length_and_iteration(x, s):
    with pytest.raises(ValueError, match=r"2 entries; which one decides\?.*\.all\(\) or"):
        bool(x)
    assert bool(s > 2)
    with pytest.raises(TypeError, match=r"no len\(\)"):
        len(s)
    with pytest.raises(TypeError, match="nothing to iterate over"):
        iter(s)
    assert [t.item() for t in x] == [1, 2]
    with pytest.raises(ValueError, match=r"exactly one entry; Tensor 'x' has shape \(2,\)"):
        x.item()


def test_a_computed_tensor_keeps_its_data_and_its_need_for_gradients(x):
    y = x * 2
    with pytest.raises(TypeError, match="was computed; giving it other data would make its graph wrong"):
        y.data = np.zeros(2)
    with pytest.raises(TypeError, match=r"use \.detach\(\)"):
        y.requires_grad = False


# The rule book ----------------------------------------------------------------------------------------------


def test_a_rule_that_asks_for_an_unknown_name():
    @mg.primitive
    def twice(x):
        return 2 * x

    with pytest.raises(TypeError, match=r"rule for twice asks for 'z'. It may ask for g, out, x"):
        mg.defvjp(twice, lambda g, z: g)


def test_cross_entropy_targets(x):
    scores = mg.tensor(np.zeros((2, 3)), requires_grad=True)
    with pytest.raises(ValueError, match=r"scores of shape \(2, 3\), so the target needs shape \(2,\)"):
        mg.cross_entropy(scores, [0, 1, 2])
    with pytest.raises(ValueError, match=r"With 3 scores a class is 0 … 2; the target goes from 0 to 3"):
        mg.cross_entropy(scores, [0, 3])
    with pytest.raises(TypeError, match="classes as integers, not float64"):
        mg.cross_entropy(scores, [0.0, 1.0])


def test_a_format_shows_its_number(x, s):
    assert f"{s:.2f}" == "3.00"
    assert f"{s}" == "tensor(3., name='s', requires_grad=True)"
    with pytest.raises(ValueError, match="exactly one entry"):
        f"{x:.2f}"


def test_a_rule_that_returns_no_numbers():
    @mg.primitive
    def twice(x):
        return 2 * x

    mg.defvjp(twice, lambda g: "two")
    y = twice(mg.tensor(1.0, requires_grad=True))
    with pytest.raises(
        TypeError, match=r"rule of twice for its argument 0 returned <U3 instead of.*test_errors\.py"
    ):
        y.backward()


def test_a_detached_history_is_freed():
    import weakref

    y = np.tanh(mg.tensor(np.ones(3), requires_grad=True))
    node, kept = weakref.ref(y.node), y.detach()
    del y
    assert node() is None
    assert kept.shape == (3,)


def test_an_unknown_method_says_what_to_write(x):
    with pytest.raises(AttributeError, match=r"no method or attribute 'arctan': write np\.arctan\(x, …\)"):
        x.arctan()
    with pytest.raises(AttributeError, match=r"no method or attribute 'view': write x\.reshape\(…\)"):
        x.view(-1)
    with pytest.raises(AttributeError, match="no attribute 'sigmod'"):
        x.sigmod()
    assert not hasattr(x, "_repr_html_")


def test_python_itself_corrects_the_name_of_a_method():
    program = "import minigrad as mg; mg.tensor([1.0]).sigmod()"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.stderr.rstrip().endswith("Did you mean: 'sigmoid'?")


def test_hints_do_not_appear_among_the_names(x):
    assert "sum" in dir(x)
    assert "arctan" not in dir(x)
    assert "view" not in dir(mg.Parameter(1.0))
