"""What the tests of training share: a small network, points to learn, and a call of fit without a bar."""

import numpy as np

import minigrad as mg
from minigrad.training import fit


def rng(seed=0):
    return np.random.default_rng(seed)


def net(seed=0):
    source = rng(seed)
    return mg.nn.Sequential(mg.nn.Linear(2, 8, source), mg.nn.Tanh(), mg.nn.Linear(8, 2, source))


def points(n=40, seed=0):
    """Two classes: left and right of a circle's border."""
    x = rng(seed).normal(size=(n, 2))
    return x, (np.sum(x * x, axis=1) > 1).astype(int)


def loader(size=16):
    x, y = points()
    return [(x[k : k + size], y[k : k + size]) for k in range(0, len(x), size)]


def sgd(model, lr=0.1):
    return mg.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def fitted(model, epochs, **options):
    data = options.pop("data", loader())
    optimizer = options.pop("optimizer", None) or sgd(model)
    return fit(model, data, mg.nn.CrossEntropyLoss(), optimizer, epochs, progress=False, **options)
