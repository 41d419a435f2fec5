"""Optimizer: what all gradient methods share, so that each of them is only its formula.

With this module, one can
- update parameters:       optimizer.zero_grad(); loss.backward(); optimizer.step()
- vary the rates:          Optimizer([{"params": slow, "lr": 0.01}, {"params": fast}], …)
- stop and go on:          state_dict(), load_state_dict(state)
- invent one's own:        subclass Optimizer, and write update(w, g, h, t, …)

A formula is written for a piece of a parameter: flat, contiguous, real. It may write into the piece, and
into a piece of each array that it remembers, so it hardly allocates. All formulas here work entry by entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from minigrad import device as devices
from minigrad.optim import saving
from minigrad.optim.groups import NOT_NEGATIVE, POSITIVE, Group, Range, as_groups, tensors, unknown, within
from minigrad.optim.pieces import pieces
from minigrad.tensor import Tensor


class Optimizer:
    """The base of all gradient methods: groups, state, penalties, and the loop over the parameters.

    Before the formula sees a gradient g, the penalties are added: g + weight_decay · w + l1 · sign(w), the
    gradient of L + ½ weight_decay ‖w‖² + l1 ‖w‖₁ (with 0 where w is 0).

    Args:
        params: an ordered collection of leaf Tensors; or a list of groups, dictionaries with "params" and
            those hyperparameters in which the group differs: [{"params": […], "lr": 0.01}, …].
        lr, hyperparameters: what the formula needs, by name.

    Attributes:
        param_groups: the groups. Setting group["lr"] takes effect at the next step.
        state: per parameter, how many steps it has made and what the formula remembers.
        ranges: what each hyperparameter may be.
        coupled: whether weight decay is part of the gradient (AdamW keeps it apart).

    Raises:
        ValueError: no parameters, a parameter given twice, a hyperparameter outside its range.
        TypeError: something that is not a collection of Tensors.
        KeyError: a misspelt hyperparameter in a group.

    Example:
        A method of one's own, which only looks at the sign of the gradient:

        >>> import numpy as np, minigrad as mg
        >>> class SignSGD(mg.optim.Optimizer):
        ...     def update(self, w, g, h, t, buffer):
        ...         w -= np.multiply(np.sign(g, out=buffer), h["lr"], out=buffer)
        >>> w = mg.Parameter([1.0, -3.0])
        >>> (w * w).sum().backward()
        >>> SignSGD([w], lr=0.5).step()
        >>> w.data
        array([ 0.5, -2.5])
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "lr": NOT_NEGATIVE,
        "weight_decay": NOT_NEGATIVE,
        "l1": NOT_NEGATIVE,
        "initial_lr": NOT_NEGATIVE,
    }
    coupled: ClassVar[bool] = True

    def __init__(self, params: Any, *, lr: float, **hyperparameters: Any) -> None:
        penalties = {name: hyperparameters.pop(name, 0.0) for name in ("weight_decay", "l1")}
        self.defaults = {"lr": lr, **hyperparameters, **penalties}
        self.param_groups: list[Group] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        self._buffers: dict[tuple, Any] = {}
        for group in as_groups(params):
            self.add_param_group(group)

    # The formula ------------------------------------------------------------------------------------------

    def memory(self, h: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the arrays that the formula remembers; they start as zeros."""
        return ()

    def update(self, w: Any, g: Any, h: Mapping[str, Any], t: int, *arrays: Any) -> None:
        """Change a piece of a parameter in place.

        Args:
            w, g: the piece, and its gradient (to be read only), both flat.
            h: the group's hyperparameters.
            t: the number of this step for this parameter, from 1.
            arrays: the same piece of each array named by `memory`, and a buffer of the same shape at the end.
        """
        raise TypeError(f"{type(self).__name__} has no update(self, w, g, h, t, …) yet.")

    # The loop ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Update every parameter that has a gradient.

        Raises:
            RuntimeError: no parameter has one.
        """
        idle = True
        for group in self.param_groups:
            for p in group.data["params"]:
                if p.grad is not None:
                    self._step(p, group.data)
                    idle = False
        if idle:
            names = ", ".join(p.name or "a Tensor" for p in self.parameters[:3])
            raise RuntimeError(
                f"{type(self).__name__}.step() found no gradient in any of its {len(self.parameters)} "
                f"parameters ({names}, …). Call loss.backward() after zero_grad() and before step(), with a "
                f"loss that was computed from these parameters, outside of mg.no_grad()."
            )

    def _step(self, p: Tensor, h: Mapping[str, Any]) -> None:
        w, g = p.data, p.grad.data  # type: ignore[union-attr]  # asked by the caller
        where = devices.of(w)
        if devices.of(g) != where:
            raise ValueError(
                f"{p.label} is on {where} and its gradient on {devices.of(g)}: it was moved between "
                f"backward() and step(). Move parameters before the forward pass."
            )
        if g.dtype != w.dtype:  # only where a user set .grad
            g = g.astype(w.dtype)
        if not w.flags.c_contiguous:  # a flat view exists of contiguous arrays only
            w = p.data = w.copy(order="C")
        state = self.state.setdefault(p, {"step": 0})
        names = self.memory(h)
        for name in names:
            if name not in state:
                state[name] = np.zeros_like(w)
            elif devices.of(state[name]) != where:  # the parameter was moved since the last step
                state[name] = devices.transfer(state[name], where)
        state["step"] += 1
        penalized = (h["weight_decay"] and self.coupled) or h["l1"]
        for piece, real_g, *memory in pieces(w, g, *[state[name] for name in names]):
            buffers = self._buffer(piece, where)
            if penalized:
                real_g = self._penalized(piece, real_g, h, buffers)
            self.update(piece, real_g, h, state["step"], *memory, buffers[0])
        p.changed()  # graphs that still need the old numbers will say so

    def _penalized(self, w: Any, g: Any, h: Mapping[str, Any], buffers: Any) -> Any:
        if h["weight_decay"] and self.coupled:
            g = np.add(g, np.multiply(w, h["weight_decay"], out=buffers[0]), out=buffers[1])
        if h["l1"]:
            sign = np.sign(w, out=buffers[0])
            g = np.add(g, np.multiply(sign, h["l1"], out=sign), out=buffers[1])
        return g

    def _buffer(self, w: Any, where: str) -> Any:
        """Two rows to compute in, as long as the piece; kept for the next one."""
        key = w.dtype.char, where
        rows = self._buffers.get(key)
        if rows is None or rows.shape[1] < w.size:
            rows = self._buffers[key] = np.empty_like(w, shape=(2, w.size))
        return rows[:, : w.size]

    def zero_grad(self) -> None:
        """Forget all gradients, so that the next backward pass starts from nothing."""
        for p in self.parameters:
            p.zero_grad()

    # Groups and state -------------------------------------------------------------------------------------

    @property
    def parameters(self) -> list[Tensor]:
        """All parameters of all groups."""
        return [p for group in self.param_groups for p in group.data["params"]]

    @property
    def lr(self) -> float:
        """The learning rate, if all groups have the same; assigning to it sets that of all groups."""
        rates = {group["lr"] for group in self.param_groups}
        if len(rates) > 1:
            raise AttributeError(
                f"The groups of this {type(self).__name__} have different rates; see .param_groups."
            )
        return rates.pop()

    @lr.setter
    def lr(self, rate: float) -> None:
        for group in self.param_groups:
            group["lr"] = rate

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Optimize more parameters: {"params": […], "lr": 0.01}. What is not given is as at the start."""
        owner = type(self).__name__
        if "params" not in group:
            raise KeyError('A group is a dictionary with "params": [w, …] and its own hyperparameters.')
        for name in group:
            if name != "params" and name not in self.defaults:
                raise unknown(owner, name, self.defaults)
        params = tensors(group["params"])
        given = {**self.defaults, **group, "params": params}
        within(owner, "lr", given["lr"], POSITIVE)  # later on a schedule may set it to 0
        new = Group(owner, self.ranges, given)
        self.check(new)
        seen = set(self.parameters)
        for p in params:
            if p in seen:
                raise ValueError(f"{p.label} is given twice; it would be updated twice in each step.")
            seen.add(p)
        self.param_groups.append(new)

    def check(self, group: Group) -> None:
        """Refuse hyperparameters that contradict each other."""

    def state_dict(self) -> dict[str, Any]:
        """All that a later run needs to go on, as plain data and NumPy arrays; the weights are no part of it.

        Returns:
            "optimizer": the class; "param_groups": the hyperparameters, and positions in the list of all
            parameters; "state": per parameter its name, shape, number of steps and remembered arrays.
        """
        return saving.dump(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict()` was taken. All is checked first: an error leaves it as it was.

        Raises:
            ValueError: the state is another optimizer's, or of other parameters.
        """
        saving.restore(self, state)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "lr" and name in getattr(self, "defaults", ()):
            raise AttributeError(
                f"{name} belongs to the groups: write optimizer.param_groups[0][{name!r}] = {value!r}."
            )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        lines = []
        for group in self.param_groups:
            values = ", ".join(f"{name}={_short(value)}" for name, value in group.hyperparameters.items())
            n, size = len(group["params"]), sum(p.size for p in group["params"])
            lines.append(f"{n} parameter{'s' * (n > 1)}, {size:,} numbers: {values}")
        body = (
            lines[0]
            if len(lines) == 1
            else "".join(f"\n  ({k}) {line}" for k, line in enumerate(lines)) + "\n"
        )
        return f"{type(self).__name__}({body})"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
