"""What a student's classifier of digits confuses: the last picture of exercise 12.

With this module, one can
- see it in the notebook:    digit_report.confusion(Classifier, train, predict)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad as mg
from visuals import plots


def confusion(classifier: Callable, train: Callable, predict: Callable, seed: int = 0) -> Any:
    """Train a classifier on the digits, and show how often it takes which test digit for which.

    Args:
        classifier: classifier(seed) makes a model.
        train: train(model, x, y), pictures (n, 64) and classes (n,).
        predict: predict(model, x) gives classes (n,).
        seed: of the model.

    Returns:
        The axes: rows are what the digits are, columns what the classifier says.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> ax = confusion(lambda seed: None, lambda model, x, y: [], lambda model, x: np.zeros(len(x), int))
        >>> ax.get_xlabel()
        'predicted class'
        >>> plt.close()
    """
    digits, model = mg.data.digits(dtype=np.float64), classifier(seed)
    train(model, digits.x_train, digits.y_train)
    return plots.confusion_matrix(digits.y_test, predict(model, digits.x_test))
