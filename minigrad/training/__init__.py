"""Training: a helper for the loop that everybody writes, with its history, early stopping and progress bar.

The loop itself is the documented way; it is short, and nothing in it is hidden:

    loader = mg.data.DataLoader(dataset, batch_size=32, shuffle=True)
    for epoch in range(10):
        for x, y in loader:
            optimizer.zero_grad()
            loss = mg.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()

With this package, one can have the same loop with what a long run wants around it:
- train:             history = fit(net, loader, mg.cross_entropy, optimizer, epochs=10)
- stop in time:      fit(…, validation=other, callbacks=[EarlyStopping(patience=3)])
- look at it:        history, history["loss"]
- measure:           evaluate(net, loader, mg.cross_entropy, {"accuracy": accuracy})
"""

from minigrad.training.callbacks import EarlyStopping
from minigrad.training.history import History
from minigrad.training.loop import DivergedError, Run, fit
from minigrad.training.measure import accuracy, evaluate

__all__ = ["DivergedError", "EarlyStopping", "History", "Run", "accuracy", "evaluate", "fit"]
