"""minigrad: a small autograd engine on NumPy whose every gradient can be watched on its way back.

>>> import numpy as np, minigrad as mg
>>> x = mg.tensor(-2.0, requires_grad=True, name="x")
>>> y = mg.tensor(5.0, requires_grad=True, name="y")
>>> z = mg.tensor(-4.0, requires_grad=True, name="z")
>>> f = (x + y) * z
>>> f.backward()
>>> f.item(), x.grad.item(), y.grad.item(), z.grad.item()
(-12.0, -4.0, -4.0, 3.0)
"""

from typing import TYPE_CHECKING, Any

from minigrad import device as cuda
from minigrad.errors import (
    AnomalyError,
    GradientError,
    LeavesGraphError,
    NoRuleError,
    StaleValueError,
    UsageError,
)
from minigrad.function import Function
from minigrad.gradients import grad
from minigrad.modes import detect_anomaly, enable_grad, no_grad
from minigrad.node import Node
from minigrad.record import primitive
from minigrad.rules.classification import cross_entropy
from minigrad.rules.neural import log_softmax, relu, sigmoid, softmax
from minigrad.rules.reduction import logsumexp
from minigrad.tensor import Parameter, Tensor, tensor
from minigrad.trace import Trace, trace
from minigrad.vjps import defvjp

if TYPE_CHECKING:
    from minigrad import data, func, init, nn, optim
    from minigrad.check import gradcheck, gradgradcheck
    from minigrad.checkpoint import CheckpointError, load, save
    from minigrad.graph import Graph
    from minigrad.memory import tune_gc, tune_malloc
    from minigrad.training import DivergedError, EarlyStopping, History, accuracy, evaluate, fit

__version__ = "0.1.0"

__all__ = [
    "AnomalyError",
    "CheckpointError",
    "DivergedError",
    "EarlyStopping",
    "Function",
    "GradientError",
    "Graph",
    "History",
    "LeavesGraphError",
    "NoRuleError",
    "Node",
    "Parameter",
    "StaleValueError",
    "Tensor",
    "Trace",
    "UsageError",
    "accuracy",
    "cross_entropy",
    "cuda",
    "data",
    "defvjp",
    "detect_anomaly",
    "enable_grad",
    "evaluate",
    "fit",
    "func",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "init",
    "load",
    "log_softmax",
    "logsumexp",
    "nn",
    "no_grad",
    "optim",
    "primitive",
    "relu",
    "save",
    "sigmoid",
    "softmax",
    "tensor",
    "trace",
    "tune_gc",
    "tune_malloc",
]

# What not every program needs is imported when first asked for: with all of it, the import would take twice as long.
LATER = {
    "CheckpointError": "checkpoint",
    "DivergedError": "training",
    "EarlyStopping": "training",
    "Graph": "graph",
    "History": "training",
    "accuracy": "training",
    "data": "data",
    "evaluate": "training",
    "fit": "training",
    "func": "func",
    "gradcheck": "check",
    "gradgradcheck": "check",
    "init": "init",
    "load": "checkpoint",
    "nn": "nn",
    "optim": "optim",
    "save": "checkpoint",
    "tune_gc": "memory",
    "tune_malloc": "memory",
}


def __getattr__(name: str) -> Any:
    if name not in LATER:
        raise AttributeError(f"module 'minigrad' has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f"minigrad.{LATER[name]}")
    globals()[name] = value = module if LATER[name] == name else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *LATER})
