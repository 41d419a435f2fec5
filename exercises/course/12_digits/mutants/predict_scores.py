"""Returns the scores.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: ten numbers per picture, where a class belongs
"""


def predict(model, x):
    return model(x).numpy()
