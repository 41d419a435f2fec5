"""Checks of a classifier of digits, for exercise 12.

With this module, public checks and hidden tests can
- check an untrained classifier:  check_scores(student.Classifier, seed)
- train and measure:              found = trial(student, real(rng)); check_accuracy(found, 0.97)
- see where its knowledge is:     check_learned(student, found)

Where the answer counts, the digits are fresh: drawn by a program for this grading, or the real ones with other
names for the classes and turned pictures. So nothing can be looked up in a file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import minigrad as mg
from exercises.answers import as_array, call
from exercises.checks.drawn_digits import drawn_digits
from exercises.checks.training import plain, state_of
from exercises.errors import CheckFailed, NotWritten


@dataclass(frozen=True)
class Digits:
    """Pictures and classes to learn from, and others to be asked about; `first` are their first names."""

    what: str
    x: np.ndarray
    y: np.ndarray
    x_new: np.ndarray
    y_new: np.ndarray
    first: np.ndarray


def real(rng: np.random.Generator | None = None, turn: bool = True) -> Digits:
    """The real digits, split as in the lectures; with `rng`, under other names, and all turned alike."""
    split = mg.data.digits(dtype=np.float64)
    if rng is None:
        nobody = np.full(len(split.y_test), -1)
        return Digits("the test digits", split.x_train, split.y_train, split.x_test, split.y_test, nobody)
    names, quarter, mirror = rng.permutation(10), int(rng.integers(1, 4)), int(rng.choice([1, -1]))
    x, x_new = (part.reshape(-1, 8, 8) for part in (split.x_train, split.x_test))
    if turn:
        x, x_new = (np.rot90(part, quarter, (1, 2))[:, :, ::mirror] for part in (x, x_new))
    x, x_new = x.reshape(-1, 64), x_new.reshape(-1, 64)
    return Digits("digits of other names", x, names[split.y_train], x_new, names[split.y_test], split.y_test)


def drawn(rng: np.random.Generator) -> Digits:
    """Digits that did not exist before, with classes that were renamed."""
    (x, y), (x_new, y_new), names = drawn_digits(1400, rng), drawn_digits(1500, rng), rng.permutation(10)
    return Digits("new digits", x, names[y], x_new, names[y_new], y_new)


def check_scores(make: Callable, seed: int) -> None:
    """An untrained `Classifier(seed)`: ten scores per picture, other ones for another seed."""
    what, x = "Classifier", np.random.default_rng(0).random((7, 64))
    try:
        scores = [make(s)(x) for s in (seed, seed, seed + 1)]
    except (TypeError, CheckFailed) as error:  # nn.Module tells who forgets a `return`
        raise NotWritten(what) if "gave no result" in str(error) else error from None
    one, again, other = (as_array(plain(s), what) for s in scores)
    if one.shape != (7, 10):
        raise CheckFailed(
            f"{what}: the scores have the wrong shape", f"Yours is {one.shape}; it should be (7, 10)."
        )
    if not np.isfinite(one).all():
        raise CheckFailed(f"{what}: inf or nan among the scores", "Before any training they should be small.")
    if not np.array_equal(one, again):
        raise CheckFailed(f"{what}: two with the same seed differ", "rng = np.random.default_rng(seed)")
    if np.array_equal(one, other):
        raise CheckFailed(f"{what}: all seeds give the same weights", "rng = np.random.default_rng(seed)")
    if one.min() >= 0 and np.allclose(one.sum(1), 1):
        raise CheckFailed(
            f"{what}: probabilities, where scores belong", "cross_entropy takes the softmax itself."
        )


@dataclass
class Trial:
    """A trained classifier, and what it says about new digits."""

    digits: Digits
    model: Any
    losses: np.ndarray
    answers: np.ndarray

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.answers == self.digits.y_new))


def trial(student: Any, digits: Digits, seed: int = 0) -> Trial:
    """Train a fresh classifier, and ask it about digits it has not seen."""
    check_scores(student.Classifier, seed)
    model = student.Classifier(seed)
    with np.errstate(all="ignore"):  # a training that blows up is diagnosed from its losses
        losses = call(student.train, [model, digits.x, digits.y], "train")
    if losses is None or losses is Ellipsis:
        raise NotWritten("train")
    losses = (
        np.asarray(losses, dtype=np.float64)
        if isinstance(losses, (list, tuple))
        else as_array(losses, "train")
    )
    return Trial(digits, model, losses, classes(student, model, digits.x_new))


def classes(student: Any, model: Any, x: np.ndarray) -> np.ndarray:
    """`predict(model, x)`: one class for each picture, whatever else is asked and how often."""
    what = "predict"
    answers = as_array(call(student.predict, [model, x], what), what)
    if answers.shape != (len(x),):
        said = (
            "ten numbers per picture, where a class belongs"
            if answers.shape == (len(x), 10)
            else "wrong shape"
        )
        raise CheckFailed(f"{what}: {said}", f"Yours is {answers.shape}; it should be {(len(x),)}.")
    if answers.dtype.kind not in "iu":
        raise CheckFailed(f"{what}: no whole numbers", f"Classes are integers; yours are {answers.dtype}.")
    again = as_array(call(student.predict, [model, x], what), what)
    if not np.array_equal(answers, again):
        raise CheckFailed(f"{what}: two equal calls differ: is dropout still on?", "Call model.eval() first.")
    few = [as_array(call(student.predict, [model, x[k : k + 2]], what), what) for k in range(0, 20, 2)]
    if np.mean(np.concatenate(few) != answers[:20]) > 0.1:  # rounding may decide a tie
        raise CheckFailed(f"{what}: an answer depends on the other pictures", "Each picture is on its own.")
    return answers


def check_learned(student: Any, found: Trial) -> None:
    """What was learned is in the parameters: another model can take them over, and without them it is gone."""
    losses, what = found.losses, "train"
    if not np.isfinite(losses).all():
        raise CheckFailed(
            f"{what}: the loss is inf or nan: did training blow up?", "A smaller learning rate?"
        )
    if losses.ndim != 1 or len(losses) < 2:
        raise CheckFailed(
            f"{what}: not the mean loss of every epoch", "Return a list with one number per epoch."
        )
    if losses[-1] > 0.5 * losses[0]:
        raise CheckFailed(
            f"{what}: the loss hardly falls", f"It goes from {losses[0]:.3g} to {losses[-1]:.3g}."
        )
    state, x = state_of(found.model), found.digits.x_new
    other = student.Classifier(99)
    other.load_state_dict(state)
    if np.mean(classes(student, other, x) != found.answers) > 0.01:
        raise CheckFailed(
            f"{what}: what was learned is not in the parameters",
            "A new Classifier with the parameters of the trained one gives other answers.",
        )
    other.load_state_dict({name: 0 * value for name, value in state.items()})
    several = np.bincount(np.abs(found.answers)).max() < 0.5 * len(found.answers)
    if several and np.mean(classes(student, other, x) == found.answers) > 0.6:
        raise CheckFailed(
            "predict: the answers do not come from the model",
            "With all parameters set to 0, most of them are what they were before.",
        )


def check_accuracy(found: Trial, wanted: float, allowed: float = 0.0) -> None:
    """The share of right answers is at least `wanted`, less `allowed` standard errors of so many digits."""
    digits, accuracy = found.digits, found.accuracy
    enough = wanted - allowed * math.sqrt(wanted * (1 - wanted) / len(digits.y_new))
    told = f"{accuracy:.1%} of {len(digits.y_new)} are right; {wanted:.0%} are wanted."
    if accuracy >= enough:
        return
    if np.mean(found.answers == digits.first) > 0.5:
        raise CheckFailed(
            f"{digits.what}: the answers are not the classes that train was shown",
            f"{told}\nDoes train use the x and y that it is given, and no others?",
        )
    share = np.bincount(np.abs(found.answers), minlength=10).max() / len(found.answers)
    if share > 0.5:
        raise CheckFailed(f"{digits.what}: one answer for nearly everything", told)
    level = "not better than a guess" if accuracy < 0.2 else "not right often enough"
    raise CheckFailed(f"{digits.what}: {level}", told)
