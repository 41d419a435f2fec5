"""Search without gradients: try other weights, and keep what is better. The rivals that gradients beat.

With this module, one can
- guess:     RandomSearch(params, rng).step(lambda: loss), with `around="start"` or `around="best"`
- breed:     Genetic(params, rng).step(lambda: loss), in `genetic.py`

They need nothing but the loss, so they also work where there is no derivative. What they pay is the number of
evaluations, which `evaluations` counts: a gradient costs about three, and looks in all directions at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from minigrad.init import generator
from minigrad.modes import no_grad
from minigrad.optim.groups import FROM_ONE, POSITIVE, Range, one_of, tensors, within
from minigrad.optim.vector import parameters_to_vector, vector_to_parameters
from minigrad.tensor import Tensor


class Search:
    """The base: it holds all weights as one vector, and measures the loss of others.

    Args:
        params: the leaf Tensors to change.
        rng: a numpy.random.Generator, which makes a search repeatable.

    Attributes:
        best: the best weights so far, as one vector; the parameters have them after each step.
        evaluations: how often the loss was computed.

    Raises:
        TypeError: `rng` is no Generator, or the parameters are no Tensors.
        ValueError: no parameters, complex ones, or a setting outside its range.
    """

    ranges: ClassVar[Mapping[str, Range]] = {}

    def __init__(self, params: Any, rng: np.random.Generator, **settings: Any) -> None:
        self.parameters = tensors(params)
        self.rng = generator(rng)
        self.settings = {n: within(type(self).__name__, n, v, self.ranges[n]) for n, v in settings.items()}
        if any(p.dtype.kind == "c" for p in self.parameters):
            raise ValueError(f"{type(self).__name__} searches real numbers; there are complex parameters.")
        self.best = parameters_to_vector(self.parameters)
        self.evaluations = 0

    def step(self, closure: Callable[[], Any]) -> float:
        """Try other weights, and leave the best in the parameters.

        Args:
            closure: computes the loss of the present parameters; called many times, without recording a
                graph. Within one step it must use the same data: losses of different batches do not compare.

        Returns:
            The loss of the best.

        Raises:
            TypeError: `closure` is no function, or does not return one number.
            ArithmeticError: the loss of every candidate is NaN.
        """
        if not callable(closure):
            raise TypeError(
                f"{type(self).__name__}.step needs a function that computes the loss, such as lambda: "
                f"loss(net(x), y); this is {type(closure).__name__}."
            )
        try:
            with no_grad():
                candidates = self.candidates()
                losses = np.array([self._loss(candidate, closure) for candidate in candidates])
            if np.isnan(losses).all():
                raise ArithmeticError("The loss of every candidate is NaN, so none is the best.")
            ranked = np.argsort(losses, kind="stable")  # NaN comes last
            self.best = candidates[ranked[0]].copy()
            self.select(candidates, ranked)
        finally:  # whatever happens, no half-tried candidate stays in the parameters
            vector_to_parameters(self.best, self.parameters)
        return float(losses[ranked[0]])

    def candidates(self) -> Any:
        """The weights to try, a row each; the first row is the best so far."""
        raise TypeError(f"{type(self).__name__} has no candidates(self) yet.")

    def select(self, candidates: Any, ranked: Any) -> None:
        """What to remember for the next step; `ranked` are the rows from the best to the worst."""

    def _loss(self, vector: Any, closure: Callable[[], Any]) -> float:
        vector_to_parameters(vector, self.parameters)
        self.evaluations += 1
        loss = closure()
        if (loss.size if isinstance(loss, Tensor) else np.size(loss)) != 1 or loss is None:
            raise TypeError(
                f"The function for {type(self).__name__}.step must return one number; it returned {loss!r}."
            )
        return float(loss.item() if isinstance(loss, Tensor) else loss)

    def noise(self, scale: float, *shape: int) -> Any:
        """Gaussian numbers with standard deviation `scale`, in the dtype of the weights."""
        return self.rng.normal(0.0, scale, shape).astype(self.best.dtype)

    # State ------------------------------------------------------------------------------------------------

    remembered: ClassVar[tuple[str, ...]] = ("best",)

    def state_dict(self) -> dict[str, Any]:
        """All that a later run needs to go on, as plain data and NumPy arrays: also the generator's state."""
        return {
            "optimizer": type(self).__name__,
            "evaluations": self.evaluations,
            "rng": self.rng.bit_generator.state,
            **{name: getattr(self, name).copy() for name in self.remembered},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict()` was taken; the parameters get the best weights of then.

        Raises:
            ValueError: the state is another search's, or of other parameters.
        """
        wanted = {"optimizer", "evaluations", "rng", *self.remembered}
        if (
            not isinstance(state, Mapping)
            or state.keys() != wanted
            or state["optimizer"] != type(self).__name__
        ):
            raise ValueError(f"This is not what state_dict() of a {type(self).__name__} gives.")
        for name in self.remembered:
            if np.shape(state[name]) != getattr(self, name).shape:
                raise ValueError(
                    f"The saved {name} has shape {np.shape(state[name])}, not {getattr(self, name).shape}."
                )
        self.rng.bit_generator.state = state["rng"]
        self.evaluations = int(state["evaluations"])
        for name in self.remembered:
            setattr(self, name, np.array(state[name], dtype=self.best.dtype))
        vector_to_parameters(self.best, self.parameters)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        return f"{type(self).__name__}({self.best.size:,} numbers, {self.evaluations} evaluations: {values})"


class RandomSearch(Search):
    """w + σ ε with Gaussian ε: draw `trials` of them in each step, and keep the best.

    Args:
        params: the leaf Tensors to change.
        rng: a numpy.random.Generator.
        scale: σ.
        trials: candidates in each step; the best so far is measured again beside them.
        around: "best" draws around the best so far and climbs down from there (random local search); "start"
            always draws around the weights of the beginning (random guessing).

    Raises:
        TypeError, ValueError: as for `Search`.

    Source: Rastrigin (1963), "The convergence of the random search method in the extremal control of a many
    parameter system"; as a rival of gradients in the lectures.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> w = mg.Parameter([3.0, -2.0])
        >>> search = mg.optim.RandomSearch([w], np.random.default_rng(0), scale=0.5)
        >>> losses = [search.step(lambda: (w * w).sum()) for _ in range(20)]
        >>> losses[-1] < 0.1, search.evaluations
        (True, 220)
    """

    ranges = {"scale": POSITIVE, "trials": FROM_ONE, "around": one_of("best", "start")}
    remembered = ("best", "start")

    def __init__(
        self,
        params: Any,
        rng: np.random.Generator,
        scale: float = 0.1,
        trials: int = 10,
        around: str = "best",
    ) -> None:
        super().__init__(params, rng, scale=scale, trials=trials, around=around)
        self.start = self.best.copy()

    def candidates(self) -> Any:
        center = self.best if self.settings["around"] == "best" else self.start
        others = center + self.noise(self.settings["scale"], self.settings["trials"], center.size)
        return np.vstack([self.best, others])
