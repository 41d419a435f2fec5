"""Where and with what it was measured: figures without that say nothing."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

import minigrad

PEERS = ("torch", "autograd", "jax", "jaxlib", "micrograd", "scipy", "pygraphviz")


def described(command: Sequence[str], threads: Sequence[int], left_out: Sequence[int] = ()) -> dict[str, str]:
    """What the head of the table says; `left_out` are numbers of threads for which there are not enough cores."""
    few = f" ({', '.join(map(str, left_out))} left out: this process may use fewer cores)" if left_out else ""
    return {
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "command": " ".join(command),
        "machine": f"{processor()}, {os.cpu_count()} cores, {memory()}",
        "system": system(),
        "software": f"Python {platform.python_version()}, NumPy {np.__version__} with {blas()}",
        "minigrad": f"{minigrad.__version__}{commit()}",
        "peers": ", ".join(f"{name} {version(name)}" for name in PEERS),
        "threads": ", ".join(map(str, threads)) + few,
        "load at the start": load(),
    }


def processor() -> str:
    """The name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


def memory() -> str:
    """How much memory there is."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "memory unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def system() -> str:
    """The operating system."""
    try:
        distribution = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform()
    return f"{distribution}, {platform.system()} {platform.release().split('-')[0]}"


def blas() -> str:
    """What multiplies NumPy's matrices."""
    found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-overload]
    return f"{found.get('name', 'unknown BLAS')} {found.get('version', '')}".strip()


def version(package: str) -> str:
    """Of an installed package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def commit() -> str:
    """Which state of the repository, if this is one."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty=, changed"],
            cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return f" (commit {found.stdout.strip()})"


def load() -> str:
    """How busy the machine was before the first question: work for so many cores over the last minute."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else f"unknown on {sys.platform}"
