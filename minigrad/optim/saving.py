"""The state of an optimizer as plain data: what is needed to go on as if nothing had happened.

With this module, one can
- take it:         dump(optimizer)
- put it back:     restore(optimizer, state), which checks everything before it changes anything
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad import device as devices
from minigrad.optim.groups import Group, within
from minigrad.tensor import Tensor

if TYPE_CHECKING:
    from minigrad.optim.optimizer import Optimizer


def dump(optimizer: Optimizer) -> dict[str, Any]:
    """See `Optimizer.state_dict`."""
    place = {p: k for k, p in enumerate(optimizer.parameters)}
    return {
        "optimizer": type(optimizer).__name__,
        "param_groups": [
            {**group.hyperparameters, "params": [place[p] for p in group["params"]]}
            for group in optimizer.param_groups
        ],
        "state": [
            {
                "name": p.name,
                "shape": list(p.shape),
                **_copied(p, optimizer.state.get(p), optimizer.memory(group)),
            }
            for group in optimizer.param_groups
            for p in group["params"]
        ],
    }


def _copied(p: Tensor, memory: Mapping[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any]:
    """The remembered arrays. What the formula did not need so far, but will at the next step, is zeros."""
    if memory is None:
        return {}
    complete = {name: np.zeros_like(p.data) for name in names} | dict(memory)
    return {
        name: value if name == "step" else np.array(devices.to_cpu(value)) for name, value in complete.items()
    }


def restore(optimizer: Optimizer, state: Mapping[str, Any]) -> None:
    """See `Optimizer.load_state_dict`."""
    owner, groups = type(optimizer).__name__, optimizer.param_groups
    if not isinstance(state, Mapping) or not {"optimizer", "param_groups", "state"} <= state.keys():
        raise ValueError(
            'This is not what state_dict() of an optimizer gives: "optimizer", "param_groups" and "state".'
        )
    if state["optimizer"] != owner:
        raise ValueError(f"This is the state of {state['optimizer']}; it cannot be loaded into {owner}.")
    if len(state["state"]) != len(optimizer.parameters):
        raise ValueError(
            f"This is an {owner} of {len(optimizer.parameters)} parameters; the saved state is of "
            f"{len(state['state'])}."
        )
    here = [len(group["params"]) for group in groups]
    there = [len(saved["params"]) for saved in state["param_groups"]]
    if here != there:
        raise ValueError(
            f"This {owner} has groups of {here} parameters, and the saved state is of groups of {there}."
        )
    entries, settings = iter(state["state"]), []
    new_state: dict[Tensor, dict[str, Any]] = {}
    for group, saved in zip(groups, state["param_groups"], strict=True):
        settings.append(_settings(group, saved))
        wanted = optimizer.memory(settings[-1])
        for p in group["params"]:
            new_state[p] = _memory(len(new_state), p, next(entries), wanted)
    for group, values in zip(groups, settings, strict=True):
        group.data = {"params": group["params"], **values}
    optimizer.state = {p: memory for p, memory in new_state.items() if memory["step"]}


def _settings(group: Group, saved: Mapping[str, Any]) -> dict[str, Any]:
    """The saved hyperparameters, checked."""
    values = {name: value for name, value in saved.items() if name != "params"}
    missing = sorted(set(group.names) - set(values))
    extra = sorted(set(values) - set(group.names) - {"initial_lr"})
    if missing or extra:
        raise ValueError(
            f"The saved state does not have the hyperparameters of {group.owner}: "
            f"{', '.join(missing) or 'none'} missing, {', '.join(extra) or 'none'} too many."
        )
    return {
        name: within(group.owner, name, value, group.ranges[name]) if name in group.ranges else value
        for name, value in values.items()
    }


def _memory(k: int, p: Tensor, saved: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    """What is remembered for one parameter, in its dtype and on its device."""
    absent = [name for name in ("name", "shape") if name not in saved]
    if not absent and saved.get("step"):
        absent = [name for name in wanted if name not in saved]
    if absent:
        raise ValueError(f"The saved state of parameter {k}, {p.label}, lacks {', '.join(absent)}.")
    if tuple(saved["shape"]) != p.shape:
        raise ValueError(
            f"Parameter {k}, {p.label}, has shape {p.shape}; the saved one, {saved['name'] or 'a Tensor'}, "
            f"has shape {tuple(saved['shape'])}."
        )
    memory: dict[str, Any] = {"step": int(saved.get("step", 0))}
    for name in [name for name in saved if name not in ("name", "shape", "step")]:
        if np.shape(saved[name]) != p.shape:
            raise ValueError(
                f"The saved {name} of parameter {k}, {p.label}, has shape {np.shape(saved[name])} instead of "
                f"{p.shape}."
            )
        memory[name] = devices.as_array(saved[name], p.dtype, p.device)
    return memory
