"""A genetic algorithm: a population of weights, in which the fitter have more children."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.optim.groups import FRACTION, FROM_ONE, POSITIVE
from minigrad.optim.search import Search


class Genetic(Search):
    """Selection, crossover and mutation of weight vectors, a generation per step.

    1. The loss of every individual is computed; the `elite` best pass on unchanged, so none better is lost.
    2. Each child has two parents. A parent is the best of `tournament` individuals drawn at random.
    3. Crossover: each entry comes from either parent with probability ½.
    4. Mutation: each entry changes with probability `mutation_rate`, by Gaussian noise of size `mutation`.

    Args:
        params: the leaf Tensors to change. Their values are the first individual.
        rng: a numpy.random.Generator.
        population: the number of individuals.
        scale: the other individuals begin that far (standard deviation) from the first.
        elite: how many pass on unchanged, fewer than the population.
        tournament: how many compete to be a parent: the more, the stronger the selection.
        mutation_rate: in [0, 1).
        mutation: standard deviation of a mutation.

    Raises:
        TypeError, ValueError: as for `Search`; or an elite as large as the population.

    Source: Holland (1975), "Adaptation in natural and artificial systems"; tournaments and uniform crossover
    as in Eiben & Smith (2003), "Introduction to evolutionary computing".

    Example:
        >>> import numpy as np, minigrad as mg
        >>> w = mg.Parameter([3.0, -2.0])
        >>> genetic = mg.optim.Genetic([w], np.random.default_rng(0), 20, scale=1.0, mutation_rate=0.5)
        >>> losses = [genetic.step(lambda: (w * w).sum()) for _ in range(30)]
        >>> losses[-1] < 0.01, genetic.evaluations
        (True, 600)
    """

    ranges = {
        "population": FROM_ONE,
        "scale": POSITIVE,
        "elite": FROM_ONE,
        "tournament": FROM_ONE,
        "mutation_rate": FRACTION,
        "mutation": POSITIVE,
    }
    remembered = ("best", "individuals")

    def __init__(
        self,
        params: Any,
        rng: np.random.Generator,
        population: int = 50,
        scale: float = 0.1,
        elite: int = 2,
        tournament: int = 3,
        mutation_rate: float = 0.1,
        mutation: float = 0.1,
    ) -> None:
        super().__init__(
            params,
            rng,
            population=population,
            scale=scale,
            elite=elite,
            tournament=tournament,
            mutation_rate=mutation_rate,
            mutation=mutation,
        )
        if elite >= population:
            raise ValueError(
                f"Genetic: elite must be below the population, or there are no children; they are "
                f"{elite} and {population}."
            )
        others = self.best + self.noise(self.settings["scale"], population - 1, self.best.size)
        self.individuals = np.vstack([self.best, others])

    def candidates(self) -> Any:
        return self.individuals

    def select(self, candidates: Any, ranked: Any) -> None:
        h = self.settings
        elite, children = candidates[ranked[: h["elite"]]], h["population"] - h["elite"]
        # `ranked` goes from the best to the worst, so the best of a tournament is its smallest rank.
        drawn = self.rng.integers(len(ranked), size=(2, children, h["tournament"]))
        mothers, fathers = candidates[ranked[drawn.min(axis=2)]]
        young = np.where(self.rng.random(mothers.shape) < 0.5, mothers, fathers)
        mutated = self.rng.random(young.shape) < h["mutation_rate"]
        young += mutated * self.noise(h["mutation"], *young.shape)
        self.individuals = np.vstack([elite, young])
