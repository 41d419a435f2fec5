"""The numbers of a module as plain arrays by name, and back: all or none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from minigrad import device as devices
from minigrad.errors import UsageError
from minigrad.operators import plain

SHOWN = 6  # of many names that are wrong, so many are listed


class Mismatch(NamedTuple):
    """Names that the module has and the state has not, and the other way round."""

    missing: list[str]
    unexpected: list[str]


def state_of(module: Any) -> dict[str, np.ndarray]:
    """See `Module.state_dict`."""
    parts = (*module.named_parameters(), *module.named_buffers())
    return {name: np.array(devices.to_cpu(part.data)) for name, part in parts}


def load_state(module: Any, state: Mapping[str, Any], strict: bool) -> Mismatch:
    """See `Module.load_state_dict`. First everything is looked at; only then is anything changed."""
    if not isinstance(state, Mapping):
        raise UsageError(
            f"A state is a dict of arrays by name, as state_dict() gives it, not a {type(state).__name__}."
        )
    parts = dict((*module.named_parameters(), *module.named_buffers()))
    mismatch = Mismatch(
        [name for name in parts if name not in state], [name for name in state if name not in parts]
    )
    arrays = {name: np.asarray(devices.to_cpu(plain(state[name]))) for name in parts if name in state}
    wrong = [
        f"{name} has shape {part.shape}, but {arrays[name].shape} in the state"
        for name, part in parts.items()
        if name in arrays and part.shape != arrays[name].shape
    ] + [
        f"{name} holds {part.dtype}, but {arrays[name].dtype} in the state"
        for name, part in parts.items()
        if name in arrays and not np.can_cast(arrays[name].dtype, part.dtype, "same_kind")
    ]
    problems = listed("does not fit", wrong)
    if strict:
        problems += listed("missing in the state", mismatch.missing)
        problems += listed(
            "unexpected in the state", [f"{name}{hint(name, parts)}" for name in mismatch.unexpected]
        )
    if problems:
        advice = " (strict=False passes over names that are missing or unexpected.)" if any(mismatch) else ""
        raise UsageError(
            f"This state is not one of this {type(module).__name__}; nothing was changed.{advice}"
            + "".join(problems)
        )
    for name, array in arrays.items():
        part = parts[name]
        part.data = devices.transfer(array.astype(part.dtype, copy=True), part.device)
    return mismatch


def hint(name: str, known: Iterable[str]) -> str:
    """The nearest name that there is."""
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""


def listed(what: str, entries: list[str]) -> list[str]:
    """One line for a list of problems; nothing if there are none."""
    if not entries:
        return []
    more = f", … and {len(entries) - SHOWN} more" if len(entries) > SHOWN else ""
    return [f"\n  {what}: {', '.join(entries[:SHOWN])}{more}"]
