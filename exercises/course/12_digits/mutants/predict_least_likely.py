"""Takes the smallest score.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: not better than a guess
"""


def predict(model, x):
    return model(x).numpy().argmin(axis=1)
