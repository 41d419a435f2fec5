"""A training step with momentum, as the users of each engine write it (D, E, F).

    v ← μ v + η ∂loss/∂w      w ← w - v

Two batches take turns, so that nobody can compute once what depends on the data.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.benchmarks.job import Job

RATE, MOMENTUM = 0.05, 0.9
Arrays = dict[str, np.ndarray]
Batches = Sequence[tuple[np.ndarray, np.ndarray]]  # of (x, y): data, and a class for each sample


def copies(arrays: Mapping[str, np.ndarray]) -> Arrays:
    """Arrays of one's own, to be changed in place."""
    return {name: a.copy() for name, a in arrays.items()}


def by_hand(weights: Arrays, batches: Batches, run: Callable[[Any, Any, Arrays], tuple]) -> Job:
    """Steps of run(x, y, weights) -> (loss, gradients by name), and the update in place."""
    weights, turns = copies(weights), itertools.cycle(batches)
    velocities = {name: np.zeros_like(w) for name, w in weights.items()}
    latest: Mapping[str, np.ndarray] = {}

    def step() -> float:
        nonlocal latest
        value, latest = run(*next(turns), weights)
        for name, g in latest.items():
            v = velocities[name]
            v *= MOMENTUM
            v += RATE * g
            weights[name] -= v
        return float(value)

    return Job(step, lambda: latest)


def with_minigrad(parameters: Mapping[str, Any], batches: Batches, loss: Callable[[Any, Any], Any]) -> Job:
    """Steps of minigrad."""
    import minigrad as mg

    turns = itertools.cycle([(mg.tensor(x), y) for x, y in batches])
    optimizer = mg.optim.SGD(parameters.values(), lr=RATE, momentum=MOMENTUM)

    def step() -> float:
        optimizer.zero_grad()
        value = loss(*next(turns))
        value.backward()
        optimizer.step()
        return value.item()

    return Job(step, lambda: {name: p.grad for name, p in parameters.items()})


def with_minigrad_compiled(weights: Arrays, batches: Batches, loss: Callable) -> Job:
    """Steps of a compiled graph of minigrad, which gives loss and gradients as arrays."""
    import minigrad as mg

    x, y = batches[0]
    parameters = {name: mg.Parameter(w) for name, w in weights.items()}
    compiled = mg.Graph(loss, x=x, y=y, **parameters).compile()
    return by_hand(weights, batches, lambda x, y, p: compiled(x=x, y=y, **p))


def with_torch(weights: Arrays, batches: Batches, model: Any) -> Job:
    """Steps of PyTorch, whose linear layers keep their matrices as (out, in)."""
    import torch

    def turned(a: Any) -> Any:
        return a.T if a.ndim == 2 else a

    given = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
    turns = itertools.cycle(given)
    model.to(given[0][0].dtype)
    with torch.no_grad():
        for p, w in zip(model.parameters(), weights.values(), strict=True):
            p.copy_(turned(torch.from_numpy(w)))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def step() -> float:
        optimizer.zero_grad()
        x, y = next(turns)
        value = cross_entropy(model(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return Job(
        step, lambda: {name: turned(p.grad) for name, p in zip(weights, model.parameters(), strict=True)}
    )


def with_autograd(weights: Arrays, batches: Batches, loss: Callable[[Any, Any, Any], Any]) -> Job:
    """Steps of HIPS autograd: loss(x, y, weights)."""
    from autograd import value_and_grad

    return by_hand(weights, batches, value_and_grad(loss, 2))


def with_jax(weights: Arrays, batches: Batches, loss: Callable, wrap: Callable) -> Job:
    """Steps of JAX: the whole step, update included, is one function; `wrap` is jax.jit, or nothing."""
    import jax
    import jax.numpy as jnp

    turns = itertools.cycle([(jnp.array(x), jnp.array(y)) for x, y in batches])
    p = {name: jnp.array(w) for name, w in weights.items()}
    v = {name: jnp.zeros_like(w) for name, w in weights.items()}

    def update(x: Any, y: Any, p: Any, v: Any) -> tuple:
        value, gradients = jax.value_and_grad(loss, 2)(x, y, p)
        v = {name: MOMENTUM * v[name] + RATE * g for name, g in gradients.items()}
        return value, {name: p[name] - v[name] for name in p}, v

    update = wrap(update)

    def step() -> float:
        nonlocal p, v
        value, p, v = jax.block_until_ready(update(*next(turns), p, v))
        return float(value)

    return Job(step, lambda: {name: part / RATE for name, part in v.items()})  # right after the first step


def autograd_cross_entropy(scores: Any, y: np.ndarray) -> Any:
    """The loss, where no such function exists."""
    import autograd.numpy as anp

    largest = anp.max(scores, axis=1, keepdims=True)
    total = largest[:, 0] + anp.log(anp.sum(anp.exp(scores - largest), axis=1))
    return anp.mean(total - scores[anp.arange(len(y)), y])


def jax_cross_entropy(scores: Any, y: Any) -> Any:
    """The loss in the words of JAX."""
    import jax
    import jax.numpy as jnp

    return jnp.mean(jax.nn.logsumexp(scores, axis=1) - scores[jnp.arange(len(y)), y])
