"""Networks: modules that hold parameters, and the layers made of them."""

from minigrad.nn import functional
from minigrad.nn.layers import Linear, ReLU, Sequential, Sigmoid, Tanh
from minigrad.nn.module import Module

__all__ = ["Linear", "Module", "ReLU", "Sequential", "Sigmoid", "Tanh", "functional"]
