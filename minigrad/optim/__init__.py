"""Optimizers: what to do with the gradients, or without them.

With this package, one can
- step along gradients:   SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW, or an Optimizer of one's own
- change the rate:        StepLR, ExponentialLR, InverseSqrtLR, CosineAnnealingLR, LambdaLR
- warm up:                LinearLR
- combine schedules:      SequentialLR, ChainedScheduler
- bound gradients:        clip_grad_norm_, clip_grad_value_
- search without them:    RandomSearch, Genetic, on parameters_to_vector
"""

from minigrad.optim.adam import Adam, AdamW
from minigrad.optim.adaptive import Adadelta, Adagrad, RMSprop
from minigrad.optim.clip import clip_grad_norm_, clip_grad_value_
from minigrad.optim.combined import ChainedScheduler, SequentialLR
from minigrad.optim.genetic import Genetic
from minigrad.optim.optimizer import Optimizer
from minigrad.optim.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    InverseSqrtLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    StepLR,
)
from minigrad.optim.search import RandomSearch
from minigrad.optim.sgd import SGD
from minigrad.optim.vector import parameters_to_vector, vector_to_parameters

RMSProp = RMSprop  # as the lectures write it

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "ChainedScheduler",
    "CosineAnnealingLR",
    "ExponentialLR",
    "Genetic",
    "InverseSqrtLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "Optimizer",
    "RMSProp",
    "RMSprop",
    "RandomSearch",
    "SequentialLR",
    "StepLR",
    "clip_grad_norm_",
    "clip_grad_value_",
    "parameters_to_vector",
    "vector_to_parameters",
]
