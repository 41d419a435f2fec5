"""The recurrent network of G by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.job import Job


def last_layer(task: Any, h: np.ndarray) -> tuple[Any, dict[str, np.ndarray], np.ndarray]:
    """Loss, the gradients for Wo and bo, and the message to h."""
    p, rows = task.weights, np.arange(len(h))
    z = h @ p["Wo"] + p["bo"]
    z = z - np.maximum.reduce(z, 1, keepdims=True)
    e = np.exp(z)
    total = np.add.reduce(e, 1, keepdims=True)
    loss = (np.log(total[:, 0]) - z[rows, task.y]).mean()
    g = e / total
    g[rows, task.y] -= 1
    g /= len(h)
    return loss, {"Wo": h.T @ g, "bo": np.add.reduce(g)}, g @ p["Wo"].T


def hand(task: Any) -> Job:
    """Step after step, each result a new array."""
    x, p = task.x, task.weights
    wx, wh, b = p["Wx"], p["Wh"], p["b"]
    latest: dict[str, np.ndarray] = {}

    def step() -> float:
        h, states = task.h, [task.h]
        for x_t in x:
            h = np.tanh(x_t @ wx + h @ wh + b)
            states.append(h)
        loss, gradients, g = last_layer(task, h)
        dx, dh, db = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
        for t in range(len(x) - 1, -1, -1):
            h = states[t + 1]
            g = g * (1 - h * h)
            dx += x[t].T @ g
            dh += states[t].T @ g
            db += np.add.reduce(g)
            g = g @ wh.T
        latest.update(gradients, Wx=dx, Wh=dh, b=db)
        return float(loss)

    return Job(step, lambda: latest)


def hand_out(task: Any) -> Job:
    """Into arrays made once; what all steps can do together is done once: products with x, weight gradients."""
    x, p = task.x, task.weights
    wx, wh, b = p["Wx"], p["Wh"], p["b"]
    steps, batch, inputs = x.shape
    hidden = len(b)
    rows = x.reshape(-1, inputs)
    states = np.concatenate([task.h[None], np.empty((steps, batch, hidden), x.dtype)])
    slopes, messages = np.empty((2, steps, batch, hidden), x.dtype)
    product = np.empty_like(task.h)
    latest: dict[str, np.ndarray] = {}

    def step() -> float:
        after = states[1:]
        np.matmul(rows, wx, out=after.reshape(-1, hidden))
        np.add(after, b, out=after)
        for before, h in zip(states, after, strict=False):
            np.matmul(before, wh, product)
            np.add(h, product, h)
            np.tanh(h, h)
        np.multiply(after, after, slopes)
        np.subtract(1, slopes, slopes)
        loss, gradients, g = last_layer(task, after[-1])
        for slope, message in zip(slopes[::-1], messages[::-1], strict=True):
            np.multiply(g, slope, message)
            g = np.matmul(message, wh.T, product)
        flat = messages.reshape(-1, hidden)
        latest.update(
            gradients,
            Wx=rows.T @ flat,
            Wh=states[:-1].reshape(-1, hidden).T @ flat,
            b=np.add.reduce(flat),
        )
        return float(loss)

    return Job(step, lambda: latest)
