"""How much memory this process has, and has had at most."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path


def reset_peak() -> int:
    """Forget the peak so far, where the system allows it, and return the bytes in use now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak_bytes() -> int:
    """The most bytes in use since the last `reset_peak`, or since the process began."""
    return _status("VmHWM")


def _status(field: str) -> int:
    """A field of Linux's description of this process; elsewhere the peak is all there is."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(field))
        return 1024 * int(line.split()[1])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
