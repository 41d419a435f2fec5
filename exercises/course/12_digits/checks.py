"""Public checks of exercise 12: what `exercises.check` runs in a student's notebook.

Each is a generator that announces a step with `yield` and then takes it; a step that fails raises. Students
may read this file: it gives away neither the answers nor the digits of the hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.checks import classifier, training


def target_classifier() -> Any:
    """Ten digits of each class."""
    from matplotlib.figure import Figure

    digits = classifier.real()
    pictures = np.pad(digits.x.reshape(-1, 8, 8), [(0, 0), (1, 1), (1, 1)])  # so that they do not touch
    rows = [np.hstack([pictures[digits.y == d][k] for d in range(10)]) for k in range(4)]
    figure = Figure((7.5, 3.1), layout="constrained")
    ax = figure.subplots()
    ax.imshow(np.vstack(rows), cmap="gray_r")
    ax.set(xticks=np.arange(10) * 10 + 4.5, xticklabels=range(10), yticks=[], xlabel="class")
    return figure


def some(n: int) -> tuple[np.ndarray, np.ndarray]:
    digits = classifier.real()
    return digits.x[:n], digits.y[:n]


def check_training_step(student: Any) -> Iterator[str]:
    yield "two steps of a linear classifier, against the formula by hand"
    training.check_training_step(student, *some(30), 0.5)


def check_batches(student: Any) -> Iterator[str]:
    yield "10 examples in batches of 4"
    training.check_batches(student.batches, 10, 4, 0)
    yield "60 examples in batches of 20"
    training.check_batches(student.batches, 60, 20, 1)


def check_classifier(student: Any) -> Iterator[str]:
    yield "scores before training"
    classifier.check_scores(student.Classifier, 0)


def check_accuracy(student: Any) -> Iterator[str]:
    digits = classifier.real()
    yield "training"
    found = classifier.trial(student, digits)
    classifier.check_learned(student, found)
    yield f"at least 97 % of {len(digits.y_new)} test digits"
    classifier.check_accuracy(found, 0.97)
    yield "trained anew, with other names for the classes"
    renamed = classifier.real(np.random.default_rng(0), turn=False)
    classifier.check_accuracy(classifier.trial(student, renamed), 0.97, allowed=2)
