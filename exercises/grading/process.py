"""One worker process: started, spoken to under a time limit, and always stopped with everything in its group.

With this module, one can
- start a worker:       Worker(timeout=10)
- ask it something:     worker.ask({"op": …}, arrays) -> reply, arrays
- stop it:              worker.stop()

Every way a worker can fail ends in `WorkerFailed`. Its text completes the sentence "your code …".
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import minigrad
from exercises.sandbox import wire
from minigrad.errors import UsageError

WORKER = Path(wire.__file__).with_name("worker.py")
ROOTS = [str(Path(module).resolve().parents[1]) for module in (minigrad.__file__, str(WORKER.parent))]
START_SECONDS = 60  # for loading NumPy and the engine on a busy machine


class WorkerFailed(Exception):
    """The worker died, took too long or sent nonsense. It has been stopped; another one must be started."""


class Worker:
    """A running worker process, in a process group and an empty directory of its own."""

    def __init__(self, timeout: float):
        if os.name != "posix":
            raise UsageError("grading needs Linux or macOS; on Windows, run it in WSL2")
        self.timeout = timeout
        self.folder = tempfile.TemporaryDirectory(prefix="minigrad-", ignore_cleanup_errors=True)
        self.ids = count()
        with open(Path(self.folder.name, "stderr"), "w+") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(WORKER), *ROOTS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=0,
                cwd=self.folder.name,
                env=self._environment(),
                start_new_session=True,
            )
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.requests, self.replies = self.process.stdin.fileno(), self.process.stdout.fileno()
            for fd in (self.requests, self.replies):
                os.set_blocking(fd, False)
            try:
                self.level = str(self._receive("ready", time.monotonic() + START_SECONDS)[0].get("level"))
            except KeyboardInterrupt:
                self.stop()
                raise
            except WorkerFailed as error:
                stderr.seek(0)
                said = stderr.read()[-2000:]
                raise RuntimeError(f"the grading worker did not start: it {error}\n{said}") from None

    def _environment(self) -> dict[str, str]:
        """Nothing of the grader's environment but where programs are; one thread; no windows."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self.folder.name,
            "MPLBACKEND": "Agg",
            "OPENBLAS_NUM_THREADS": "1",  # each thread reserves address space, which is limited
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def ask(self, request: dict, arrays: list | None = None) -> tuple[dict, list]:
        """Send a request and wait for its reply, at most `timeout` seconds for both."""
        number = next(self.ids)
        deadline = time.monotonic() + self.timeout
        self._send(wire.pack({**request, "id": number}, arrays), deadline)
        return self._receive(number, deadline)

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self.requests, deadline, writing=True)
            try:
                view = view[os.write(self.requests, view) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._died() from None

    def _receive(self, number: object, deadline: float) -> tuple[dict, list]:
        try:
            header = self._read(wire.LENGTH.size, deadline)
            reply, arrays = wire.unpack(self._read(wire.frame_length(header), deadline))
            if not isinstance(reply, dict) or reply.get("id") != number:
                raise wire.BadMessage("a reply to a question that was not asked")
        except wire.BadMessage as error:
            self.stop()
            raise WorkerFailed(f"answered with {error}") from None
        return reply, arrays

    def _read(self, length: int, deadline: float) -> bytes:
        parts = []
        while length:
            self._wait(self.replies, deadline, writing=False)
            try:
                part = os.read(self.replies, min(length, 1 << 20))
            except BlockingIOError:
                continue
            if not part:
                raise self._died()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _wait(self, fd: int, deadline: float, writing: bool) -> None:
        left = max(0.0, deadline - time.monotonic())
        ready = select.select([] if writing else [fd], [fd] if writing else [], [], left)
        if not any(ready):
            self.stop()
            raise WorkerFailed(f"took longer than {self.timeout:g} s (an endless loop?)")

    def _died(self) -> WorkerFailed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        code = self.process.poll()
        self.stop()
        if code is None or code >= 0:
            return WorkerFailed("ended its own process")
        if -code == getattr(signal, "SIGXCPU", None):
            return WorkerFailed("used too much processor time")
        if -code == signal.SIGKILL:
            return WorkerFailed("was killed (too much memory or processor time?)")
        return WorkerFailed(f"crashed the Python interpreter ({signal.Signals(-code).name})")

    def stop(self) -> None:
        """Kill the worker and its process group; calling it again is harmless."""
        with contextlib.suppress(OSError):  # the group is named after the worker, and outlives it if need be
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.folder.cleanup()
