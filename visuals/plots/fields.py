"""Receptive fields: which pixels one entry of a result depends on, from gradients and from the formula.

With this module, one can
- measure it:         receptive_field(net, (1, 28, 28), (3, 3)).box
- compute it:         stack_field(net, (3, 3)), from kernels, strides, paddings and dilations alone
- draw it:            receptive_field_map(net, image, (3, 3))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad.device import to_cpu
from minigrad.rules.windows import windows
from visuals.plots.inputs import shown

DRAWS = 16  # random images; the paths that a max-pool takes differ from one to the next
BRIGHT = 1e6
MOST = 2_000_000  # pixels in one pass
Box = tuple[tuple[int, int], ...]
# Layers that look at one position at a time, and leave all positions where they are.
POINTWISE = (
    nn.ReLU, nn.Tanh, nn.Sigmoid, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Softplus, nn.Identity,
    nn.Dropout, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d,
)  # fmt: skip
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)


@dataclass(frozen=True)
class Field:
    """What `receptive_field` found.

    Attributes:
        influence: Σ |∂output/∂pixel| over images and channels, of the input's size, 1 at its largest.
        box: per axis the first and the last pixel with any influence; None if there is none at all.
        position: of the output.
        output_size: how many positions there are along each axis.
    """

    influence: np.ndarray
    box: Box | None
    position: tuple[int, ...]
    output_size: tuple[int, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """How many pixels the box has along each axis."""
        return tuple(last - first + 1 for first, last in self.box or ())


def receptive_field(
    model: Any,
    input_shape: Sequence[int],
    position: Sequence[int],
    *,
    own_weights: bool = False,
    seed: int = 0,
) -> Field:
    """The pixels that one position of the output depends on, found by backpropagation.

    The gradient of the output at a position is 0 for every pixel that it does not depend on. A ReLU that is
    off and a max-pool that chose another pixel would hide some that it does depend on; so the weights are
    replaced by positive ones meanwhile, and the gradients of many random images are added up, some of them
    with one row or column that outshines the rest.

    Args:
        model: a module that keeps the axes (N, C, …), or a function like it: convolutions and pooling.
        input_shape: of one image, (C, H, W), or of one signal, (C, L).
        position: of the output, one integer per axis; negative ones count from the end. All its channels
            count.
        own_weights: leave the weights as they are, to see what has influence rather than what could have it
            (the effective receptive field).
        seed: of the random images and weights.

    Returns:
        A Field.

    Raises:
        ValueError: an input without channels and at least one more axis, a position outside, or an output
            that has no such axes any more (behind a Flatten).

    Source: Luo et al., "Understanding the effective receptive field in deep convolutional neural networks"
        (2016).

    Example:
        >>> import numpy as np, minigrad as mg
        >>> rng = np.random.default_rng(0)
        >>> net = mg.nn.Sequential(mg.nn.Conv2d(1, 4, 3, rng), mg.nn.ReLU(), mg.nn.MaxPool2d(2))
        >>> receptive_field(net, (1, 8, 8), (0, 1)).box          # rows 0 … 3, columns 2 … 5
        ((0, 3), (2, 5))
    """
    shape = tuple(int(n) for n in input_shape)
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(
            f"input_shape is that of one image, (C, H, W), or signal, (C, L); it was {input_shape!r}."
        )
    rng = np.random.default_rng(seed)
    influence = np.zeros(shape[1:])
    parameters = model.parameters() if hasattr(model, "parameters") else []
    device = parameters[0].device if parameters else "cpu"
    with prepared(model, own_weights, rng):
        for images in probes(shape, own_weights, rng):
            x = mg.tensor(images, requires_grad=True, name="x", device=device)
            output = model(x)
            size = tuple(output.shape[2:])
            if len(size) != len(shape) - 1:
                raise ValueError(
                    f"The result has shape {output.shape}, without positions in an image. Give the part of "
                    f"the network before its Flatten: net[:4]."
                )
            place = at(position, size)
            (g,) = mg.grad(output[(slice(None), slice(None), *place)].sum(), x)
            influence += np.abs(to_cpu(g.data)).sum(axis=(0, 1))
    touched, box = np.argwhere(influence > 0), None
    if len(touched):
        box = tuple(zip(touched.min(axis=0).tolist(), touched.max(axis=0).tolist(), strict=True))
    return Field(influence / (influence.max() or 1.0), box, place, size)


def stack_field(layers: Any, position: Sequence[int], input_size: Sequence[int] | None = None) -> Box:
    """The same by the formula: from a position back through each layer, last to first.

        first ← first · stride - padding,    last ← last · stride - padding + dilation · (kernel - 1)

    Args:
        layers: a Sequential or a list, of convolutions, pooling, activations, Dropout and BatchNorm; or plain
            dicts: {"kernel": 3, "stride": 1, "padding": 0, "dilation": 1}, where all but the kernel may be
            missing.
        position: of the output, one integer per axis, from 0 on.
        input_size: the input's size along these axes. With it, what is in some layer's padding is left out.

    Returns:
        Per axis the first and the last pixel; without a size they may lie below 0 or beyond the image.

    Raises:
        TypeError: a layer that this formula does not know.
        ValueError: a layer of another number of axes than the position has, or a window that does not fit.

    Source: Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks" (2019).

    Example:
        >>> stack_field([{"kernel": 3}, {"kernel": 2, "stride": 2}], (0, 1))
        ((0, 3), (2, 5))
    """
    first = [int(p) for p in position]
    last, n = list(first), len(first)
    steps = []
    size = None if input_size is None else tuple(input_size)
    for layer in flattened(layers):
        given = geometry(layer)
        steps.append((given, size))
        if size is not None:
            size = windows(n, size, **given)[1]
    for given, size in reversed(steps):
        # a size that every window fits into: only padding, and what is written as one number, are asked for
        _, _, kernel, stride, dilation, rims = windows(n, size or (10**6,) * n, **given)
        for axis, (before, _) in enumerate(rims):
            first[axis] = first[axis] * stride[axis] - before
            last[axis] = last[axis] * stride[axis] - before + dilation[axis] * (kernel[axis] - 1)
            if size is not None:
                first[axis], last[axis] = max(0, first[axis]), min(size[axis] - 1, last[axis])
    return tuple(zip(first, last, strict=True))


def flattened(layers: Any) -> Iterator[Any]:
    """The layers of a Sequential, and of those inside of it."""
    for layer in layers if isinstance(layers, Iterable) and not isinstance(layers, dict) else [layers]:
        if isinstance(layer, nn.Sequential):
            yield from flattened(layer)
        elif not isinstance(layer, POINTWISE):
            yield layer


def geometry(layer: Any) -> dict[str, Any]:
    """Kernel, stride, padding and dilation of a layer, as `minigrad.rules.windows` takes them."""
    if isinstance(layer, dict):
        return {"stride": 1, "padding": 0, "dilation": 1, **layer}
    if isinstance(layer, CONVOLUTIONS):
        options = {"stride": layer.stride, "dilation": layer.dilation}
    elif isinstance(layer, POOLS):
        options = {
            "stride": layer.kernel_size if layer.stride is None else layer.stride,
            "dilation": getattr(layer, "dilation", 1),
            "ceil_mode": layer.ceil_mode,
        }
    else:
        raise TypeError(
            f"The formula knows convolutions, pooling and what looks at one position at a time; not "
            f"{shown(layer)}. Use receptive_field, which asks gradients."
        )
    return {"kernel": layer.kernel_size, "padding": layer.padding, **options}


def probes(shape: tuple[int, ...], own_weights: bool, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Positive images, some at a time: random ones; and one for each row and column, so bright there that every
    max-pool that can see it follows it."""
    images = [rng.uniform(0.1, 1.0, shape) for _ in range(DRAWS)]
    for axis in range(1, len(shape) if not own_weights else 0):
        for k in range(shape[axis]):
            bright = rng.uniform(0.1, 1.0, shape)
            bright[(slice(None),) * axis + (k,)] *= BRIGHT
            images.append(bright)
    some = max(1, MOST // int(np.prod(shape)))
    for start in range(0, len(images), some):
        yield np.stack(images[start : start + some])


@contextmanager
def prepared(model: Any, own_weights: bool, rng: np.random.Generator) -> Iterator[None]:
    """A model in eval mode and with positive weights, which is put back as it was."""
    modules = model.modules() if hasattr(model, "modules") else []
    modes = {module: module.training for module in modules}
    parameters = [] if own_weights or not modules else model.parameters()
    buffers = [] if own_weights or not modules else list(model.named_buffers())
    before = [(p, p.data) for p in [*parameters, *(buffer for _, buffer in buffers)]]
    try:
        for module in modules:
            module.training = False
        for p in parameters:
            p.data = np.asarray(rng.uniform(0.5, 1.0, p.shape) / max(p.size, 1), p.dtype, like=p.data)
        for name, buffer in buffers:  # BatchNorm would subtract a mean that these weights do not have
            buffer.data = np.full_like(buffer.data, 0.0 if name.endswith("mean") else 1.0)
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
        for p, data in before:
            p.data = data


def at(position: Sequence[int], size: tuple[int, ...]) -> tuple[int, ...]:
    """A position inside of the output, counted from its beginning."""
    place = tuple(int(p) for p in position)
    if len(place) != len(size) or not all(-n <= p < n for p, n in zip(place, size, strict=True)):
        raise ValueError(f"The output has {size} positions; there is none at {tuple(position)}.")
    return tuple(p % n for p, n in zip(place, size, strict=True))
