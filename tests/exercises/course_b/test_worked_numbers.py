"""The numbers that exercises 07 to 10 ask students to check by hand."""

import numpy as np
import pytest

import minigrad as mg
from exercises.checks import convolution, deep, pooling, softmax
from exercises.checks import optimizers as steps


def test_softmax_of_2_1_0():
    scores = np.array([[2.0, 1.0, 0.0]])
    assert np.exp(scores).sum() == pytest.approx(11.107, abs=5e-4)
    assert mg.softmax(scores)[0] == pytest.approx([0.6652, 0.2447, 0.0900], abs=5e-5)
    assert mg.logsumexp(scores, axis=1)[0] == pytest.approx(2.4076, abs=5e-5)
    assert softmax.loss(scores, np.array([1])) == pytest.approx(1.4076, abs=5e-5)
    assert mg.softmax(scores + 998)[0] == pytest.approx(mg.softmax(scores)[0])
    assert -1 / mg.softmax(scores)[0, 1] == pytest.approx(-4.09, abs=5e-3)


def test_loss_is_no_smaller_than_its_clipped_version_says():
    scores, target = np.array([[1000.0, 0.0]]), np.array([1])
    assert softmax.loss(scores, target) == pytest.approx(1000)
    assert np.log(1e12) == pytest.approx(27.6, abs=0.05)


def chained(step, count):
    """The steps of an optimizer on a constant gradient of 4."""
    w, m, s, lengths = 1.0, 0.0, 0.0, []
    for t in range(1, count + 1):
        new, m, s = step(w, 4.0, m, s, t, 0.1)
        lengths.append(w - new)
        w = new
    return lengths


def test_steps_of_adam_as_it_is_and_as_printed():
    assert chained(steps.adam, 5) == pytest.approx([0.1] * 5)
    assert chained(steps.adam_as_printed, 3) == pytest.approx([0.1, 0.0235, 0.0044], abs=5e-5)


def test_steps_of_the_others():
    assert pytest.approx(0.76) == 0.9 * 0.4 + 0.4
    assert 0.1 * 4 / np.sqrt(9 + 16) == pytest.approx(0.08)
    assert 0.1 * 4 / np.sqrt(0.75 * 4 + 0.25 * 16) == pytest.approx(0.151, abs=5e-4)


@pytest.mark.parametrize(("which", "found"), steps.OTHERS.items())
def test_other_adams_break_the_law_where_they_are_said_to(which, found):
    step, wrong = found
    off = [abs(length - 0.1) > 1e-3 for length in chained(step, 8)]
    assert (off.index(True) + 1 if any(off) else 0) == wrong, which


def test_deep_linear_network_of_two_layers():
    w1, w2 = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[2.0, 0.0], [1.0, 1.0]])
    x, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    right = [[[1.0, 2.0], [-1.0, -2.0]], [[5.0, 2.0], [-5.0, -2.0]]]
    deep.check_activations(lambda w, x: [x, np.array([5.0, 2.0]), np.array([10.0, 7.0])], [w1, w2], x)
    deep.check_deep_linear(lambda w, x, g: [np.array(one) for one in right], [w1, w2], x, g)


def test_variances_of_800_to_450():
    assert deep.VARIANCES["xavier"](800, 450) == pytest.approx(0.04**2)
    assert deep.VARIANCES["he"](800, 450) == pytest.approx(0.05**2)


def test_convolution_of_3_by_3():
    x, k = np.arange(1.0, 10.0).reshape(1, 3, 3), np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
    assert convolution.convolution(x, k, 1, 0).tolist() == [[[0, 2], [6, 8]]]
    of_x, of_k = convolution.gradients(x, k, np.array([[[1.0, 0.0], [0.0, 2.0]]]), 1, 0)
    assert of_k.tolist() == [[[[11, 14], [20, 23]]]]
    assert of_x.tolist() == [[[1, 2, 0], [0, 1, 4], [0, 0, -2]]]


def test_pooling_of_2_by_4():
    x = np.array([[[1.0, 5.0, 4.0, 4.0], [0.0, 2.0, 8.0, 1.0]]])
    assert pooling.pooled(x, 2).tolist() == [[[5, 8]]]
    assert pooling.gradient(x, np.array([[[1.0, 10.0]]]), 2).tolist() == [[[0, 1, 0, 0], [0, 0, 10, 0]]]
