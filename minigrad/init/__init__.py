"""Initial weights: random, so that units differ, and scaled, so that signals neither vanish nor explode.

With this package, one can
- scale to the layer:      xavier_normal, he_normal, lecun_normal, the same with _uniform, orthogonal
- or not:                  constant (which shows the symmetry saddle), zeros, uniform, normal
- see how:                 fans(shape), calculate_gain("tanh")

Each function takes a shape, and what is random also a numpy.random.Generator; it returns an array.
"""

from minigrad.init.fans import calculate_gain, fans, generator
from minigrad.init.plain import constant, normal, uniform, zeros
from minigrad.init.scaled import (
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    orthogonal,
    xavier_normal,
    xavier_uniform,
)

__all__ = [
    "calculate_gain",
    "constant",
    "fans",
    "generator",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "orthogonal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]
