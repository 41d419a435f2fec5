"""What a Tensor says when it is asked for something that it does not have, but NumPy or PyTorch would.

Every hint is an attribute of the class that raises. A `__getattr__` would be shorter, but with one Python looks up
*every* attribute of a Tensor the long way: a graph of small arrays takes a tenth longer.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

ELSEWHERE = {
    "view": "x.reshape(…)", "permute": "x.transpose(…)", "numel": "x.size", "dim": "x.ndim", "t": "x.T",
    "mm": "x @ y", "cuda": 'x.to("cuda")', "cpu": 'x.to("cpu")', "grad_fn": "x.node", "is_leaf": "x.node is None",
    "float": "x.astype(np.float32)", "double": "x.astype(np.float64)", "int": "x.numpy().astype(int)",
    "requires_grad_": "x.requires_grad = True", "detach_": "x = x.detach()", "clone": "x + 0", "contiguous": "x",
    "zero_": "x.data = np.zeros(x.shape)", "add_": "x = x + y", "sub_": "x = x - y", "mul_": "x = x * y",
    "copy_": "x.data = y",
}  # fmt: skip


class Hint:
    """Stands where an attribute might be looked for, and says what to write instead."""

    def __init__(self, name: str, instead: str) -> None:
        self.name, self.instead = name, instead

    def __get__(self, tensor: Any, owner: type) -> NoReturn:
        raise AttributeError(f"A Tensor has no method or attribute {self.name!r}: write {self.instead}.")


def add_hints(tensor: type) -> None:
    """Give the class a hint for every function of NumPy's that is no method of it, and for PyTorch's usual names."""
    functions = {
        name: f"np.{name}(x, …)"
        for name, value in vars(np).items()
        if callable(value) and not isinstance(value, type) and name[0] != "_"
    }
    for name, instead in {**functions, **ELSEWHERE}.items():
        if not hasattr(tensor, name):
            setattr(tensor, name, Hint(name, instead))
