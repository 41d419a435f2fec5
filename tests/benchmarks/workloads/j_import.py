"""J. `import minigrad`, in a fresh interpreter each time, as it is once Python has compiled the files.

The first import, which is not counted, compiles them; so PYTHONDONTWRITEBYTECODE is not handed on.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
from typing import Any

from tests.benchmarks.job import Job, Skipped, Target, Workload

LATE = ("cupy", "matplotlib", "IPython", "ipywidgets", "anywidget", "visuals", "exercises")
TIMED = """
import sys, time
{before}
begun = time.process_time()
{statement}
print(time.process_time() - begun, sum(name in sys.modules for name in {late}))
"""


def importing(statement: str, task: Any, before: str = "", late: tuple = ()) -> Job:
    """CPU seconds of an import statement; the value is how many modules came along that must come later."""
    package = statement.split()[-1]
    if importlib.util.find_spec(package) is None:
        raise Skipped(f"not installed ({package})")
    program = TIMED.format(before=before, statement=statement, late=late)
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run() -> list[float]:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=settings,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return [float(word) for word in done.stdout.split()]

    return Job(lambda: run()[1], dict, lambda: {"time": run()[0]})


WORKLOAD = Workload(
    letter="J",
    title="`import` in a fresh interpreter",
    task=lambda dtype, size: None,
    reference=lambda task: Job(lambda: 0.0, dict),
    peers={
        "minigrad_beyond_numpy": functools.partial(
            importing, "import minigrad", before="import numpy", late=LATE
        ),
        "minigrad": functools.partial(importing, "import minigrad", late=LATE),
        "numpy": functools.partial(importing, "import numpy"),
        "micrograd": functools.partial(importing, "import micrograd"),
        "autograd": functools.partial(importing, "import autograd"),
        "jax": functools.partial(importing, "import jax"),
        "torch": functools.partial(importing, "import torch"),
        "cupy": functools.partial(importing, "import cupy"),
    },
    targets=(Target("minigrad_beyond_numpy", None, 20.0),),
    note="All but the first include NumPy, where they need it. It is checked that `import minigrad` imports none of "
    + ", ".join(LATE)
    + ".",
)
