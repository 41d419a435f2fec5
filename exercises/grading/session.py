"""A submission brought to life: its cells run in a worker, and again in a new one whenever a worker is lost.

With this module, one can
- run a submission:     session = Session(submission, timeout=10)
- look a name up:       session.has("AddGate")
- call into it:         session.call(["AddGate"], [], "AddGate") -> value
- see what went wrong:  session.cell_errors
"""

from __future__ import annotations

import contextlib
from typing import Any

from exercises.errors import CheckFailed, plain_text
from exercises.grading.process import Worker, WorkerFailed
from exercises.grading.submission import Submission
from exercises.sandbox import wire

MAX_LOST = 4  # cells that may hang or kill the worker; after that the cells not run yet are left out


class Session:
    """The grader's end of one submission. Every failure in it is a `CheckFailed` that says why."""

    def __init__(self, submission: Submission, timeout: float):
        self.submission = submission
        self.timeout = timeout
        self.worker: Worker | None = None
        self.level = ""
        self.cell_errors: dict[int, str] = {}
        self.lost: set[int] = set()  # cells that hung or killed a worker: not run again

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None

    def ready(self) -> Worker:
        """A worker in which all cells have run that can be run."""
        while self.worker is None:
            self.worker = Worker(self.timeout)
            self.level = self.worker.level
            with contextlib.suppress(WorkerFailed):
                self._run_cells(self.worker)
        return self.worker

    def _run_cells(self, worker: Worker) -> None:
        cells = self.submission.cells
        if len(self.lost) >= MAX_LOST:
            left_out = range(max(self.lost) + 1, len(cells))
            self.lost.update(left_out)
            self.cell_errors.update(dict.fromkeys(left_out, "was not run: earlier cells hung or crashed"))
        again = [index for index in range(len(cells)) if not self._run_cell(worker, index)]
        for index in again:  # cells in another order than they need: a name that was missing may be there now
            self._run_cell(worker, index)

    def _run_cell(self, worker: Worker, index: int) -> bool:
        """False if the cell missed a name and is worth another try."""
        if index in self.lost:
            return True
        request = {"op": "cell", "name": f"cell {index + 1}", "source": self.submission.cells[index]}
        try:
            reply, _ = worker.ask(request)
        except wire.BadMessage as error:
            self.cell_errors[index] = str(error)
            return True
        except WorkerFailed as failure:
            self.lost.add(index)
            self.cell_errors[index] = str(failure)
            self.worker = None
            raise
        self.cell_errors.pop(index, None)
        if "error" in reply:
            raised = _error(reply)
            self.cell_errors[index] = _sentence(raised)
            return raised["type"] != "NameError"
        return True

    def _ask(self, request: dict, arrays: list | None = None) -> tuple[dict, list]:
        worker = self.ready()
        try:
            return worker.ask(request, arrays)
        except WorkerFailed as failure:
            self.worker = None
            raise CheckFailed(f"your code {failure}") from None

    def has(self, name: str) -> bool:
        reply, _ = self._ask({"op": "has", "name": name})
        return reply.get("value") is True

    def call(self, target: list, args: list, name: str, home: Worker | None = None) -> Any:
        """Call what `target` names and return its result.

        Args:
            target: a global name or an object's number, then names of attributes.
            args: arrays, numbers, texts, and lists of them.
            name: what to call the target in messages.
            home: the worker that an object lives in; objects are lost with their worker.
        """
        if home is not None and home is not self.worker:
            raise CheckFailed("your code was stopped by an earlier call of this test")
        sent: list = []
        request = {"op": "call", "target": target, "args": [wire.encode(a, sent) for a in args]}
        reply, arrays = self._ask(request, sent)
        if "error" in reply:
            error = _error(reply)
            if not error["type"]:  # the reply itself was impossible
                raise CheckFailed(f"{plain_text(name)} returned {error['message']}")
            raise CheckFailed(f"your code raised {_sentence(error)}")
        changed = reply.get("changed")
        if not isinstance(changed, list) or any(changed):
            raise CheckFailed(
                f"{plain_text(name)} overwrote its input", "Copy it first; z = x + y, not x += y."
            )
        try:
            return wire.decode(reply.get("value"), arrays, self._other)
        except (wire.BadMessage, RecursionError) as error:
            raise CheckFailed(f"your code answered with {error}") from None

    def _other(self, kind: str, data: dict) -> Any:
        from exercises.grading.student import RemoteObject, RemoteTensor

        if kind == "tensor":
            return RemoteTensor(data["array"])
        return RemoteObject(self, [data["id"]], data["type"], self.worker)


def _error(reply: dict) -> dict:
    """The error of a reply, every field made safe to show."""
    raw = reply["error"] if isinstance(reply["error"], dict) else {}
    fields = {key: plain_text(raw.get(key, ""), 120) for key in ("type", "message", "where", "text")}
    line = raw.get("line")
    return {**fields, "line": line if isinstance(line, int) else 0}


def _sentence(error: dict) -> str:
    said = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
    where = f" (line {error['line']} of {error['where']}: {error['text']})" if error["where"] else ""
    return said + where
