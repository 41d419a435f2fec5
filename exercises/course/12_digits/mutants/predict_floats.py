"""Returns the classes as floating-point numbers.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: no whole numbers
"""


def predict(model, x):
    return model(x).numpy().argmax(axis=1) * 1.0
