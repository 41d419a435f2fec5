"""Module: something with parameters that can be called."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Any, Self

from minigrad import device as devices
from minigrad.nn import attributes
from minigrad.nn.holding import Holder
from minigrad.nn.hooks import Handle, Hooks
from minigrad.nn.scopes import blame, mark, running
from minigrad.nn.states import Mismatch, load_state, state_of
from minigrad.node import tick


class Module(Holder):
    """The base of all layers and networks. Parameters and submodules are found by being attributes.

    A module is a function with parameters: `forward` says what it computes, and calling the module runs it.
    There is no `super().__init__()` to remember. A module that is used twice shares its parameters with
    itself: their gradients add up.

    Attributes:
        training: whether layers that behave differently in training (Dropout, BatchNorm) do; see `train`.

    Example:
        >>> import minigrad as mg
        >>> class Scale(mg.nn.Module):
        ...     def __init__(self):
        ...         self.factor = mg.Parameter(2.0)
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> Scale()(mg.tensor([1.0, 2.0])).numpy()
        array([2., 4.])
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
    """

    training = True
    _hooks: Hooks | None = None

    # Running it -----------------------------------------------------------------------------------------

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes. To be written by every subclass."""
        raise TypeError(f"{type(self).__name__} has no forward(self, …) yet.")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        modules = running.modules
        modules.append(self)
        begin = tick()
        try:
            result = self.forward(*inputs, **options)
            if result is None:
                raise TypeError(f"{type(self).__name__}.forward gave no result: it must end with `return …`.")
            if self._hooks is not None:
                result = self._hooks.run(self, inputs, result)
        except Exception as error:
            blame(error, modules, inputs)
            raise
        finally:
            modules.pop()
        mark(result, begin, self, modules)
        return result

    def register_forward_hook(self, hook: Callable[[Any, tuple, Any], Any]) -> Handle:
        """Call hook(module, inputs, result) after every forward pass.

        What the hook returns, unless it is None, takes the place of the result.

        Returns:
            A handle with `.remove()`; as a context manager it removes the hook at the end of the block.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> net = mg.nn.Sequential(mg.nn.Linear(3, 4, np.random.default_rng(0)), mg.nn.ReLU())
            >>> with net[0].register_forward_hook(lambda module, inputs, z: print(z.shape)):
            ...     y = net(np.ones((5, 3)))
            (5, 4)
        """
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks.add(hook)

    # What it is in ----------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Put this module and all below it into training: Dropout drops, BatchNorm uses the batch itself.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> net = mg.nn.Sequential(mg.nn.Dropout(0.5, np.random.default_rng(0)))
            >>> net.eval()(np.ones(4)), net.train()(np.ones(4))
            (array([1., 1., 1., 1.]), array([2., 0., 0., 0.]))
        """
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """The opposite of `train`: the module as it is used when it has learned."""
        return self.train(False)

    def requires_grad_(self, on: bool = True) -> Self:
        """Freeze the parameters (False): no gradient reaches them, no optimizer changes them. Or free them again.

        A frozen BatchNorm still adapts its running numbers while it is in training; `.eval()` ends that too.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> rng = np.random.default_rng(0)
            >>> net = mg.nn.Sequential(mg.nn.Linear(8, 4, rng), mg.nn.ReLU(), mg.nn.Linear(4, 2, rng))
            >>> net[0].requires_grad_(False)        # keep what was learned before, and learn a new last layer
            Linear(n_in=8, n_out=4)
            >>> [name for name, p in net.named_parameters() if p.requires_grad]
            ['layers.2.weight', 'layers.2.bias']
        """
        for parameter in self.parameters():
            parameter.requires_grad = on
        return self

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def to(self, device: str) -> Self:
        """Move all parameters, their gradients and the buffers to "cpu" or "cuda"; the objects stay the same.

        Raises:
            UsageError: an unknown device, or "cuda" where there is none.
        """
        devices.check(device)
        for part in (*self.parameters(), *self.buffers()):
            part.data = devices.transfer(part.data, device)
            if part.grad is not None:
                part.grad = part.grad.to(device)
        return self

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call fn with every module below this one, and then with this one: to draw new weights, for example."""
        for module in reversed(self.modules()):
            fn(module)
        return self

    # Keeping it -------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All parameters and buffers by name, as copies in NumPy arrays: what was learned.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> state = mg.nn.Linear(3, 2, np.random.default_rng(0)).state_dict()
            >>> {name: array.shape for name, array in state.items()}
            {'weight': (3, 2), 'bias': (2,)}
        """
        return state_of(self)

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> Mismatch:
        """Take over the numbers of a state dict, all or none of them.

        Args:
            state: name → array or Tensor, as `state_dict` gives it; copied.
            strict: if False, names that are missing or unexpected are passed over, and returned.

        Returns:
            (missing, unexpected): names, if strict is False.

        Raises:
            UsageError: missing or unexpected names (if strict), or shapes and dtypes that do not fit. Then
                nothing was changed.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> one, two = (mg.nn.Linear(3, 2, np.random.default_rng(seed)) for seed in (1, 2))
            >>> two.load_state_dict(one.state_dict())
            Mismatch(missing=[], unexpected=[])
            >>> np.array_equal(one.weight.data, two.weight.data)
            True
        """
        return load_state(self, state, strict)

    # Looking at it ----------------------------------------------------------------------------------------

    def summary(self, *inputs: Any) -> Any:
        """A table of all modules: how many parameters, and with inputs also of which shape their results are.

        Args:
            inputs: what the module is called with: Tensors, arrays, or shapes (for zeros of that shape). It
                runs once in eval mode, without recording.

        Example:
            >>> import numpy as np, minigrad as mg
            >>> rng = np.random.default_rng(0)
            >>> net = mg.nn.Sequential(mg.nn.Linear(64, 32, rng), mg.nn.ReLU(), mg.nn.Linear(32, 10, rng))
            >>> net.summary((5, 64))
            name      module                     result   parameters
            --------------------------------------------------------
                      Sequential                 (5, 10)
            layers.0  Linear(n_in=64, n_out=32)  (5, 32)       2,080
            layers.1  ReLU()                     (5, 32)
            layers.2  Linear(n_in=32, n_out=10)  (5, 10)         330
            --------------------------------------------------------
            2,410 parameters, 18.83 KiB
        """
        from minigrad.nn.summary import summarize

        return summarize(self, inputs)

    def extra_repr(self) -> str:
        """What stands between the parentheses of the repr. To be written by subclasses with options."""
        return ""

    def _title(self) -> str:
        """Class and options, in one line."""
        return f"{type(self).__name__}({self.extra_repr()})"

    @reprlib.recursive_repr("…")
    def __repr__(self) -> str:
        lines = [f"({name}): {attributes.named(part)}".replace("\n", "\n  ") for name, part in self._shown()]
        if not lines:
            return self._title()
        inside = [self.extra_repr(), *lines] if self.extra_repr() else lines
        return f"{type(self).__name__}(\n  " + "\n  ".join(inside) + "\n)"

    def _shown(self) -> list[tuple[str, Any]]:
        """What the repr shows inside of the module."""
        return list(self._held(Holder))

    # Attributes -------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """Only called for what is not there."""
        return attributes.absent(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        attributes.check(self, name, value)
        object.__setattr__(self, name, value)


attributes.RESERVED |= {
    name for name in dir(Module) if name[0] != "_" and callable(getattr(Module, name))
} - {"forward"}
