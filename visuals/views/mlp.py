"""The layers of a multilayer perceptron, found in the graph of its result.

With this module, one can
- find them:     layers_of(loss, names) -> the inputs, then a Layer for each product with a matrix of weights

A layer is x @ W (or W @ x), with a bias if one is added, and whatever is then done to each neuron alone: tanh, relu, …
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minigrad.node import Node, function_name
from minigrad.recorder import Recorder, Replay
from minigrad.symbols import SYMBOLS
from minigrad.vjps import lookup

PRODUCTS = {"matmul", "dot", "matvec", "vecmat"}
SAME = {"softmax", "log_softmax", "dropout", "reshape", "ravel", "squeeze", "layer_norm", "batch_norm"}
BESIDE = {"leaky_relu", "elu", "gelu", "silu", "clip"}  # they may have options
SILENT = {"reshape", "ravel", "squeeze", "dropout"}  # not worth a word


@dataclass
class Layer:
    """One column of neurons.

    Attributes:
        name: of the result, or of the inputs.
        values, grads: a number per neuron, of one example; grads is None where none was computed.
        weights: from each neuron before (rows) to each of this layer (columns); None for the inputs.
        weight_grads: the same of their gradients, if they are known.
        weight_name, bias: how the weights are called; the bias per neuron, if there is one.
        functions: what is done to each neuron, e.g. ["tanh"].
        examples: how many examples the batch has.
    """

    name: str
    values: np.ndarray
    grads: np.ndarray | None
    examples: int = 1
    weights: np.ndarray | None = None
    weight_grads: np.ndarray | None = None
    weight_name: str = "W"
    transposed: bool = False
    bias: np.ndarray | None = None
    functions: list[str] = field(default_factory=list)

    def weight_label(self, i: int, j: int) -> str:
        """The weight from neuron i to neuron j as the user would write it."""
        return f"{self.weight_name}[{j}, {i}]" if self.transposed else f"{self.weight_name}[{i}, {j}]"


def layers_of(output: Any, names: dict[str, Any] | None = None) -> list[Layer]:
    """The inputs and the layers of the perceptron in the graph of `output`.

    Raises:
        ValueError: there is none, or its layers are not one chain.

    Example:
        >>> import minigrad as mg
        >>> x, w = mg.tensor([1.0, 2.0], name="x"), mg.Parameter(np.eye(2), name="W")
        >>> inputs, hidden = layers_of(np.tanh(x @ w))
        >>> inputs.name, hidden.functions, hidden.values.round(3).tolist()
        ('x', ['tanh'], [0.762, 0.964])
    """
    finder = _Finder(Replay(Recorder(output, None, names or {})))
    return finder.layers()


class _Finder:
    """Looks for layers in a replayed run."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.users: dict[Any, list[Node]] = defaultdict(list)
        for v, row in replay.sources.items():
            for source in row:
                if source is not None:
                    self.users[source].append(v)

    def layers(self) -> list[Layer]:
        products = [v for v in self.replay.sources if isinstance(v, Node) and self._weights(v) is not None]
        if not products:
            raise ValueError(
                "The neuron view shows the layers of a multilayer perceptron, x @ W + b, and this graph has no product "
                'with a matrix of weights. Use view="modules" or leave view= away.'
            )
        found, before = [self._inputs(products[0])], None
        for product in products:
            if before is not None and self._input(product) is not before:
                raise ValueError(
                    f"The neuron view shows layers of which each takes the result of the one before; here "
                    f"{self._name(self._weights(product)) or 'a matrix'} is multiplied with something else (a network "
                    f'that is used twice, a recurrent one, or one with a branch). Use view="modules".'
                )
            layer, before = self._layer(product)
            found.append(layer)
        return found

    def _weights(self, v: Node) -> Any:
        """The leaf that is a matrix of weights, if `v` is a product with one."""
        if function_name(v.fun) not in PRODUCTS:
            return None
        for source in self.replay.sources[v][::-1]:
            is_leaf = source is not None and not isinstance(source, Node)
            if is_leaf and np.ndim(self.replay.values[source]) == 2 and source.requires_grad:
                return source
        return None

    def _input(self, product: Node) -> Any:
        """What is multiplied with the weights."""
        left, right = self.replay.sources[product]
        return right if left is self._weights(product) else left

    def _inputs(self, product: Node) -> Layer:
        source = self._input(product)
        transposed = self.replay.sources[product][0] is self._weights(product)
        value = self.replay.values[source] if source is not None else product.args[int(transposed)]
        rows = self._rows(value, transposed)
        return Layer(self._name(source) or "x", rows[0], self._gradient(source, transposed), len(rows))

    def _layer(self, product: Node) -> tuple[Layer, Node]:
        """The layer that begins with a product, and its last node."""
        weights = self._weights(product)
        transposed = self.replay.sources[product][0] is weights
        matrix, gradient = self.replay.values[weights], self.replay.known.get(weights)
        last, bias, functions = product, None, list[str]()
        while len(self.users[last]) == 1:
            user = self.users[last][0]
            other = [s for s in self.replay.sources[user] if s is not last and s is not None]
            name = function_name(user.fun)
            if name == "add" and len(other) == 1 and not isinstance(other[0], Node) and bias is None:
                bias = np.ravel(self.replay.values[other[0]])
            elif not any(isinstance(s, Node) for s in other) and self._keeps(user, last):
                functions += [] if name in SILENT else [SYMBOLS.get(name, name)]
            else:
                break
            last = user
        rows = self._rows(self.replay.values[last], transposed)
        layer = Layer(
            name=self._name(last),
            values=rows[0],
            grads=self._gradient(last, transposed),
            examples=len(rows),
            weights=np.asarray(matrix).T if transposed else np.asarray(matrix),
            weight_grads=None
            if gradient is None
            else np.asarray(gradient).T
            if transposed
            else np.asarray(gradient),
            weight_name=self._name(weights) or "W",
            transposed=transposed,
            bias=bias,
            functions=functions,
        )
        return layer, last

    def _keeps(self, user: Node, before: Any) -> bool:
        """Whether a function works on each neuron alone, or at least keeps them apart (a norm may have weights)."""
        name = function_name(user.fun)
        alone = lookup(user.fun).elementwise and (len(user.args) == 1 or name in BESIDE)
        same = np.size(self.replay.values[user]) == np.size(self.replay.values[before])
        return same and (alone or name in SAME)

    def _gradient(self, v: Any, transposed: bool) -> np.ndarray | None:
        found = self.replay.known.get(v)
        return None if found is None else self._rows(found, transposed)[0]

    def _rows(self, value: Any, transposed: bool) -> np.ndarray:
        """A row of neurons per example."""
        array = np.asarray(value)
        if array.ndim < 2:
            return array.reshape(1, -1)
        return array.T if transposed else array.reshape(-1, array.shape[-1])

    def _name(self, v: Any) -> str:
        return self.replay.record.names.get(self.replay.originals.get(v), "")
