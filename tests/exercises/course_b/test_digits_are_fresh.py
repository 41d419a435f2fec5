"""Exercise 12: nobody can have seen the digits that count, and no answer can be looked up."""

import numpy as np
import pytest

import minigrad as mg
from exercises import catalogue
from exercises.build import cells_of, code_of
from exercises.checks import classifier
from exercises.checks.drawn_digits import draw, drawn_digits
from exercises.errors import CheckFailed
from exercises.grading import grade
from exercises.grading.submission import Submission
from exercises.local import LocalStudent

DIGITS = catalogue.find("12_digits")


def rng(seed=0):
    return np.random.default_rng(seed)


def test_drawn_digits_are_pictures_of_ten_classes():
    x, y = drawn_digits(2000, rng())
    assert x.shape == (2000, 64)
    assert x.min() >= 0
    assert x.max() <= 1
    assert np.all(np.bincount(y, minlength=10) > 120)


def test_drawn_digits_are_new_each_time_and_none_is_a_real_one():
    (x, _), (other, _) = drawn_digits(500, rng(0)), drawn_digits(500, rng(1))
    split = mg.data.digits(dtype=np.float64)
    for known in (other, split.x_train, split.x_test):
        gaps = ((x[:, None] - known[None]) ** 2).sum(-1)
        assert gaps.min() > 0.01


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_most_like_others_of_its_class(digit):
    templates = np.stack([draw(k, 300, rng(k)).mean(0).ravel() for k in range(10)])
    found = ((draw(digit, 200, rng(99)).reshape(200, 1, 64) - templates) ** 2).sum(-1).argmin(1)
    assert np.mean(found == digit) > 0.8


def test_renamed_digits_are_the_same_pictures_turned_with_other_classes():
    plain, changed = classifier.real(), classifier.real(rng(3))
    pairs = set(zip(changed.first.tolist(), changed.y_new.tolist(), strict=True))
    assert len(pairs) == 10  # one new name for each class
    assert not np.array_equal(changed.y_new, plain.y_new)
    assert np.allclose(np.sort(changed.x_new, axis=1), np.sort(plain.x_new, axis=1))
    assert not np.array_equal(changed.x_new, plain.x_new)


@pytest.mark.parametrize("seed", range(5))
def test_labels_looked_up_by_the_nearest_real_digit_are_worthless(seed):
    plain = classifier.real()
    pictures, known = np.concatenate([plain.x, plain.x_new]), np.concatenate([plain.y, plain.y_new])
    for digits in (classifier.drawn(rng(seed)), classifier.real(rng(seed))):
        gaps = (digits.x_new**2).sum(1)[:, None] - 2 * digits.x_new @ pictures.T + (pictures**2).sum(1)
        answers = known[gaps.argmin(1)]
        found = classifier.Trial(digits, None, np.array([1.0, 0.1]), answers)
        assert found.accuracy < 0.5
        with pytest.raises(CheckFailed):
            classifier.check_accuracy(found, 0.9, allowed=2)


def test_file_of_the_digits_is_shut_in_the_worker():
    source = DIGITS.source.read_text(encoding="utf-8")
    peek = "seen = mg.data.digits()\n\n\ndef batches(n, size, seed):\n    return [seen.y_test]"
    report = grade(Submission(DIGITS.source, (*code_of(cells_of(source))[:1], peek)), DIGITS, 20.0, 0)
    if report.level == "basic":
        pytest.skip("files can only be shut where Landlock or bubblewrap works")
    assert report.score == 0
    assert any("Permission" in note for note in report.notes)


def student(**functions):
    class Flat(mg.nn.Module):
        def __init__(self, seed):
            self.weight = mg.Parameter(np.random.default_rng(seed).normal(size=(64, 10)) / 8)

        def forward(self, x):
            return x @ self.weight

    def predict(model, x):
        return model(x).numpy().argmax(1)

    names = {"Classifier": Flat, "train": lambda model, x, y: [2.0, 0.5], "predict": predict}
    return LocalStudent({**names, **functions})


def test_untrained_network_is_a_guess():
    found = classifier.trial(student(), classifier.real())
    with pytest.raises(CheckFailed, match=r"not better than a guess|not right often enough|one answer"):
        classifier.check_accuracy(found, 0.9)


def test_luck_is_allowed_for_by_standard_errors():
    digits = classifier.drawn(rng())
    share = np.where(np.arange(1500) < 1500 * 0.963, digits.y_new, (digits.y_new + 1) % 10)
    found = classifier.Trial(digits, None, np.array([1.0, 0.1]), share)
    classifier.check_accuracy(found, 0.97, allowed=2)
    with pytest.raises(CheckFailed, match=r"96\.3% of 1500 are right; 97% are wanted"):
        classifier.check_accuracy(found, 0.97)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ([1.0, np.nan], "did training blow up"),
        ([1.0], "not the mean loss of every epoch"),
        (1.0, "not the mean loss of every epoch"),
        ([1.0, 0.9], "the loss hardly falls"),
    ],
)
def test_losses_are_looked_at(losses, message):
    someone = student(train=lambda model, x, y: losses)
    with pytest.raises(CheckFailed, match=message):
        classifier.check_learned(someone, classifier.trial(someone, classifier.real()))


def test_answers_from_elsewhere_are_found_though_they_are_right():
    digits = classifier.real()
    known = {x.tobytes(): y for x, y in zip(digits.x_new, digits.y_new, strict=True)}
    someone = student(predict=lambda model, x: np.array([known[row.tobytes()] for row in np.asarray(x)]))
    found = classifier.trial(someone, digits)
    assert found.accuracy == 1
    with pytest.raises(CheckFailed, match="the answers do not come from the model"):
        classifier.check_learned(someone, found)
