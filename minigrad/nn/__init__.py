"""Networks: modules that hold parameters, and the layers made of them.

With this package, one can
- stack layers:          net = Sequential(Linear(64, 32, rng), ReLU(), Linear(32, 10, rng))
- write a network:       class Net(Module): … def forward(self, x): …
- look at it:            net, net.summary((1, 64)), net.named_parameters()
- freeze a part of it:   net[0].requires_grad_(False)
- keep what it learned:  net.state_dict(), net.load_state_dict(state); files: mg.save, mg.load

Layers that draw random numbers take the generator as an argument: the same seed gives the same network.
"""

from minigrad.nn import functional
from minigrad.nn.activations import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from minigrad.nn.convolution import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from minigrad.nn.holding import Buffer
from minigrad.nn.linear import Embedding, Flatten, Identity, Linear
from minigrad.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from minigrad.nn.module import Module
from minigrad.nn.pooling import AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d
from minigrad.nn.recurrent import RNN, RNNCell
from minigrad.nn.regularization import BatchNorm1d, BatchNorm2d, BatchNorm3d, Dropout, LayerNorm
from minigrad.nn.sequential import Sequential

__all__ = [
    "ELU",
    "GELU",
    "RNN",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Buffer",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "HingeLoss",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Module",
    "NLLLoss",
    "RNNCell",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softplus",
    "Tanh",
    "functional",
]
