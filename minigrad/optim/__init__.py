"""Optimizers: what to do with the gradients."""

from minigrad.optim.sgd import SGD

__all__ = ["SGD"]
