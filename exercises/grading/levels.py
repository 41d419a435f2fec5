"""How well workers are locked in here: the level is found by trying it, and a batch needs a good one.

With this module, one can
- find the best level that holds:      best() -> "strong"
- insist before grading a batch:       require_level(allow_unsandboxed=False) -> "standard"
- get a server at that level:          server_for(policy)

    strong     bubblewrap + Landlock + seccomp + limits: nothing of the machine is even visible
    standard   Landlock + seccomp + limits: no root, no Docker, nothing to install
    basic      limits and a clock: stops accidents, and no attack
"""

from __future__ import annotations

import os
from functools import cache

from exercises.grading import bubblewrap
from exercises.grading.policy import Policy
from exercises.grading.server import Server, ServerFailed, borrow, give_back
from exercises.sandbox.lockdown import LEVELS
from minigrad.errors import UsageError

CHOICE = "MINIGRAD_SANDBOX"  # an environment variable that asks for a lower level than the best one


def best() -> str:
    """The highest level that holds here: a trial worker at that level could do nothing that it must not.

    Raises:
        UsageError: not even a plain worker can be started; or `MINIGRAD_SANDBOX` names no level.
    """
    return _best(os.environ.get(CHOICE, ""))


@cache
def _best(choice: str) -> str:
    if choice and choice not in LEVELS:
        raise UsageError(f"{CHOICE} is {choice!r}; the levels are {', '.join(LEVELS)}")
    reasons = []
    for level in LEVELS[LEVELS.index(choice) if choice else 0 :]:
        if level == "strong" and not bubblewrap.available():
            continue
        try:
            give_back(borrow(level, Policy()), clean=True)  # the first worker will use it
        except ServerFailed as failure:
            reasons.append(f"{level}: {failure}")
        else:
            return level
    raise UsageError(f"no grading worker can be started here. {'; '.join(reasons)}")


def require_level(allow_unsandboxed: bool = False) -> str:
    """The level at which a batch will be graded.

    Args:
        allow_unsandboxed: the user has said --allow-unsandboxed.

    Raises:
        UsageError: it is only "basic", and the user has not said so.
    """
    level = best()
    if level == "basic" and not allow_unsandboxed:
        raise UsageError(
            "student code can read your files, other submissions and hidden tests, and use the network: this "
            "system offers no sandbox. Grade on Linux 5.13 or newer (WSL2 and Docker will do), or say "
            "--allow-unsandboxed if you trust every submission"
        )
    return level


def server_for(policy: Policy) -> Server:
    """A fork server at the best level, to be given back.

    Raises:
        RuntimeError: it cannot be started, although a trial worker could.
    """
    return borrow(best(), policy)
