"""Takes the largest score of each class, not of each picture.

loses: test_accuracy_is_learned, test_accuracy_90, test_accuracy_97
says: predict: wrong shape
"""


def predict(model, x):
    return model(x).numpy().argmax(axis=0)
