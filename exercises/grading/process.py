"""One worker process: started, spoken to under a time limit, and always stopped with everything in its group.

With this module, one can
- start a worker:       Worker(timeout=10)
- ask it something:     worker.ask({"op": …}, arrays) -> reply, arrays
- stop it:              worker.stop()

Every way a worker can fail ends in `WorkerFailed`. Its text completes the sentence "your code …".
"""

from __future__ import annotations

import math
import os
import select
import signal
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from exercises.grading.callbacks import TooManyCalls
from exercises.grading.levels import server_for
from exercises.grading.policy import DEFAULT as DEFAULT_POLICY
from exercises.grading.policy import Policy
from exercises.grading.server import START_SECONDS, give_back
from exercises.sandbox import wire
from exercises.sandbox.rlimits import DEFAULT


class WorkerFailed(Exception):
    """The worker died, took too long or sent nonsense. It has been stopped; another one must be started."""


class Worker:
    """A running worker process, locked in, with a process group and an empty folder of its own.

    Args:
        timeout: seconds for each question.
        policy: what it offers, see `exercises.grading.policy`.
        limits: what differs from `exercises.sandbox.rlimits.DEFAULT`.

    Raises:
        RuntimeError: none can be started here.
    """

    def __init__(self, timeout: float, policy: Policy = DEFAULT_POLICY, limits: dict[str, int] | None = None):
        self.timeout = timeout
        self.ids = count()
        self.stopped = False
        self.deadline = math.inf  # of the request that is being answered, if any
        self.ended: dict[str, Any] = {}
        self.server = server_for(policy)
        self.level = self.server.level
        self.requests, self.replies = self.server.start(limits or {})
        for fd in (self.requests, self.replies):
            os.set_blocking(fd, False)
        try:
            self._receive("ready", time.monotonic() + START_SECONDS)
        except KeyboardInterrupt:
            self.stop()
            raise
        except WorkerFailed as error:
            raise RuntimeError(f"the grading worker did not start: it {error}") from None

    def ask(
        self, request: dict, arrays: list | None = None, serve: Callable | None = None
    ) -> tuple[dict, list]:
        """Send a request and wait for its reply, at most `timeout` seconds for both.

        Args:
            request: what the worker shall do.
            arrays: the arrays that the request refers to.
            serve: `serve(message, arrays) -> answer, arrays` for calls of our functions that come before the
                reply; their time counts as the worker's.
        """
        number = next(self.ids)
        outer = self.deadline
        self.deadline = deadline = min(time.monotonic() + self.timeout, outer)
        try:
            self._send(wire.pack({**request, "id": number}, arrays), deadline)
            while True:
                reply, received = self._receive(number, deadline)
                if "call" not in reply:
                    return reply, received
                answer, sent = self._serve(serve, reply, received)
                self._send(wire.pack({**answer, "id": number}, sent), deadline)
        finally:
            self.deadline = outer

    def _serve(self, serve: Callable | None, message: dict, arrays: list) -> tuple[dict, list]:
        try:
            if serve is None:
                raise wire.BadMessage("a call of a function that it was not given")
            return serve(message, arrays)
        except wire.BadMessage as error:
            self.stop()
            raise WorkerFailed(f"answered with {error}") from None
        except TooManyCalls as error:
            self.stop()
            raise WorkerFailed(str(error)) from None
        except (
            BaseException
        ):  # the conversation ends in the middle of a sentence: it cannot be taken up again
            self.stop()
            raise

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
        if self.stopped:
            raise WorkerFailed("was stopped by an earlier call")
        left = max(0.0, deadline - time.monotonic())
        ready = select.select([] if writing else [fd], [fd] if writing else [], [], left)
        if not any(ready):
            self.stop()
            raise WorkerFailed(f"took longer than {self.timeout:g} s (an endless loop?)")

    def _died(self) -> WorkerFailed:
        self.stop()
        code = self.ended.get("status", 0)
        if self.ended.get("why") == "disk":
            return WorkerFailed(f"wrote more than {DEFAULT['disk'] // 2**20} MiB of files")
        if self.ended.get("why") == "threads":
            return WorkerFailed(f"started more than {DEFAULT['threads']} threads")
        if code >= 0:
            return WorkerFailed("ended its own process")
        if -code == getattr(signal, "SIGSYS", None):
            return WorkerFailed("was stopped: it tried what no homework needs (a forbidden system call)")
        if -code == getattr(signal, "SIGXCPU", None):
            return WorkerFailed("used too much processor time")
        if -code == signal.SIGKILL:
            return WorkerFailed("was killed (too much memory or processor time?)")
        return WorkerFailed(f"crashed the Python interpreter ({signal.Signals(-code).name})")

    def stop(self) -> None:
        """Kill the worker and all that it started; calling it again is harmless."""
        if self.stopped:
            return
        self.stopped = True
        os.close(self.requests)
        os.close(self.replies)
        self.ended = self.server.stop()
        give_back(self.server, self.ended.get("clean", False))
