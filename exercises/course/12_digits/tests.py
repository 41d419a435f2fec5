"""Hidden tests of exercise 12. `student` has the submission's names; `rng` and `seeds` are fresh per grading.

`pytest exercises` runs them on the solution, `minigrad grade` on a submission in its own process. The digits that
a classifier is asked about exist only here, and no class has its real name: there is nothing to look up.
"""

import pytest

from exercises.checks import classifier, training
from exercises.errors import WrongAnswer

SANDBOX = {"hide": ["minigrad/data/digits.npz"]}
TRIALS: dict = {}  # this module is loaded anew for each submission, so its trainings are done once


def trials(student, rng):
    """The classifier trained on new digits and on real ones; or why that is not possible."""
    if not TRIALS:
        try:
            seed = int(rng.integers(1000))
            TRIALS["done"] = [
                classifier.trial(student, d, seed) for d in (classifier.drawn(rng), classifier.real(rng))
            ]
        except WrongAnswer as failure:
            TRIALS["failure"] = failure
    if "failure" in TRIALS:
        raise TRIALS["failure"]
    return TRIALS["done"]


@pytest.mark.points(3)
def test_training_step(student, rng):
    """One step of training"""
    training.check_training_step(
        student, rng.random((23, 64)), rng.integers(10, size=23), rng.uniform(0.2, 0.6)
    )


@pytest.mark.points(2)
def test_batches(student, seeds):
    """Minibatches"""
    for (n, size), seed in zip(((11, 4), (48, 16), (5, 9)), seeds, strict=True):
        training.check_batches(student.batches, n, size, seed)


@pytest.mark.points(1)
def test_classifier(student, seeds):
    """The network gives ten scores"""
    classifier.check_scores(student.Classifier, seeds[0] % 1000)


@pytest.mark.points(1)
def test_accuracy_is_learned(student, rng):
    """What it knows is in its parameters"""
    found = trials(student, rng)[0]
    classifier.check_learned(student, found)
    classifier.check_accuracy(found, 0.5)


@pytest.mark.points(2)
def test_accuracy_90(student, rng):
    """90 % right on digits that it has not seen"""
    for found in trials(student, rng):
        classifier.check_accuracy(found, 0.90)


@pytest.mark.points(3)
def test_accuracy_97(student, rng):
    """97 % right on digits that it has not seen"""
    for found in trials(student, rng):
        classifier.check_learned(student, found)
        classifier.check_accuracy(found, 0.97, allowed=2)
