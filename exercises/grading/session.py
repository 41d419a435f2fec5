"""A submission brought to life: its cells run in a worker, and again in a new one whenever a worker is lost.

With this module, one can
- run a submission:     session = Session(submission, timeout=10)
- look a name up:       session.has("AddGate")
- call into it:         session.call(["AddGate"], "AddGate") -> value
- read and set data:    session.get([3, "momentum"], "x.momentum"), session.set(…, value, …)
- see what went wrong:  session.cell_errors
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from exercises.errors import CheckFailed, plain_text
from exercises.grading.callbacks import MAX_DEPTH, Calls, Functions
from exercises.grading.policy import DEFAULT as DEFAULT_POLICY
from exercises.grading.policy import Policy
from exercises.grading.process import Worker, WorkerFailed
from exercises.grading.submission import Submission
from exercises.sandbox import wire

WALLS = "; graded code has no network, no other programs, and no files but its own"
MAX_TIMES = 30  # times the limit of one call: what all cells and calls together may take
CELL_TIMES = 6  # the same for the cells alone
MAX_LOST = 4  # cells that may hang or kill the worker; after that the cells not run yet are left out


class Session:
    """The grader's end of one submission. Every failure in it is a `CheckFailed` that says why.

    Args:
        submission: its cells.
        timeout: seconds for each cell and for each call.
        memory: bytes that a worker may use; by default what `exercises.sandbox.rlimits` says.
        policy: what an exercise forbids, see `exercises.grading.policy`.
    """

    def __init__(
        self,
        submission: Submission,
        timeout: float,
        memory: int | None = None,
        policy: Policy = DEFAULT_POLICY,
    ):
        self.submission = submission
        self.timeout = timeout
        self.policy = policy
        self.limits = {} if memory is None else {"memory": memory}
        self.worker: Worker | None = None
        self.level = ""
        self.cell_errors: dict[int, str] = {}
        self.lost: set[int] = set()  # cells that hung or killed a worker: not run again
        self.functions = Functions()  # ours that the worker may call
        self.largest = 0  # numbers in the largest request that was sent
        self.depth = 0  # calls within calls
        self.spent = 0.0  # seconds in cells and calls

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
        while self.worker is None or self.worker.stopped:
            self.worker = Worker(self.timeout, self.policy, self.limits)
            self.functions = Functions()
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
        began = time.monotonic()
        try:
            again = [index for index in range(len(cells)) if not self._run_cell(worker, index, began)]
            for index in again:  # cells in another order than they need: a missing name may be there now
                self._run_cell(worker, index, began)
        finally:
            self.spent += time.monotonic() - began

    def _run_cell(self, worker: Worker, index: int, began: float) -> bool:
        """False if the cell missed a name and is worth another try."""
        if index in self.lost:
            return True
        if time.monotonic() - began > CELL_TIMES * self.timeout:
            self.lost.add(index)
            self.cell_errors[index] = "was not run: the cells before it took too long"
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
            raise
        self.cell_errors.pop(index, None)
        if "error" in reply:
            raised = _error(reply)
            self.cell_errors[index] = _sentence(raised)
            return raised["type"] != "NameError"
        return True

    def _ask(self, request: dict, arrays: list | None = None, name: str = "") -> tuple[dict, list]:
        """The reply to a request; `name` is what the request is about, in messages."""
        if self.spent > MAX_TIMES * self.timeout:
            raise CheckFailed(f"your code took longer than {MAX_TIMES * self.timeout:g} s in all")
        worker = self.ready()
        arrays = arrays or []
        self.largest = max(self.largest, sum(array.size for array in arrays))
        calls = Calls(self.functions, self.largest, self._encode, self._decode)
        self.depth += 1
        began = time.monotonic()
        try:
            if self.depth > MAX_DEPTH:
                raise CheckFailed("your code and the test call each other without end")
            reply, received = worker.ask(request, arrays, calls.answer)
        except WorkerFailed as failure:
            raise calls.failure or CheckFailed(f"your code {failure}") from None
        finally:
            self.depth -= 1
            self.spent += (time.monotonic() - began) * (self.depth == 0)
        if calls.failure:
            raise calls.failure
        if "error" in reply:
            error = _error(reply)
            if not error["type"]:  # the reply itself was impossible
                raise CheckFailed(f"{plain_text(name)} returned {error['message']}")
            raise CheckFailed(f"your code raised {_sentence(error)}")
        return reply, received

    def has(self, name: str) -> bool:
        reply, _ = self._ask({"op": "has", "name": name})
        return reply.get("value") is True

    def get(self, target: list, name: str, home: Worker | None = None) -> Any:
        """The value of what `target` names, as it is now; see `call`."""
        self._at_home(home)
        reply, arrays = self._ask({"op": "get", "target": target}, name=name)
        return self._value(reply, "value", arrays)

    def set(self, target: list, value: Any, name: str, home: Worker | None = None) -> None:
        """Assign to the attribute that `target` names; see `call`."""
        self._at_home(home)
        sent: list = []
        self._ask({"op": "set", "target": target, "value": self._encode(value, sent)}, sent, name)

    def evaluate(self, expression: str, names: dict) -> Any:
        """The value of a Python expression of the grader's, with `names` and the student's names in it."""
        sent: list = []
        request = {"op": "evaluate", "expression": expression, "names": self._encode(names, sent)}
        reply, arrays = self._ask(request, sent, expression)
        return self._value(reply, "value", arrays)

    def call(
        self,
        target: list,
        name: str,
        args: tuple = (),
        kwargs: dict | None = None,
        home: Worker | None = None,
        give_back: bool = False,
    ) -> Any:
        """Call what `target` names and return its result.

        Args:
            target: a global name or an object's number, then names of attributes.
            name: what to call the target in messages.
            args: plain data, the worker's own objects, and functions of ours that may be called back.
            kwargs: the same, by keyword.
            home: the worker that an object lives in; objects are lost with their worker.
            give_back: the function may change its arguments: return (result, arguments as they are then).
        """
        self._at_home(home)
        sent: list = []
        data = self._encode((args, kwargs or {}), sent)
        request = {"op": "call", "target": target, "args": data, "give_back": give_back}
        reply, arrays = self._ask(request, sent, name)
        if give_back:
            return self._value(reply, "value", arrays), self._value(reply, "args", arrays)
        changed = reply.get("changed")
        if not isinstance(changed, list) or any(changed):
            raise CheckFailed(
                f"{plain_text(name)} overwrote its input", "Copy it first; z = x + y, not x += y."
            )
        return self._value(reply, "value", arrays)

    def _at_home(self, home: Worker | None) -> None:
        if home is not None and home is not self.worker:
            raise CheckFailed("your code was stopped by an earlier call of this test")

    def _value(self, reply: dict, key: str, arrays: list) -> Any:
        try:
            return self._decode(reply.get(key), arrays)
        except (wire.BadMessage, RecursionError) as error:
            raise CheckFailed(f"your code answered with {error}") from None

    def _encode(self, value: Any, arrays: list) -> Any:
        return wire.encode(value, arrays, self._keep)

    def _decode(self, data: Any, arrays: list) -> Any:
        return wire.decode(data, arrays, self._other)

    def _keep(self, value: Any) -> dict:
        """What is sent for a value that is not plain data."""
        from exercises.grading.student import RemoteObject

        if isinstance(value, RemoteObject):
            path, home = value._path, value._home
            self._at_home(home)
            return {"ref": path}
        if callable(value):
            return self.functions.keep(value)
        raise wire.BadMessage(f"cannot send a {type(value).__name__}")

    def _other(self, kind: str, data: dict) -> Any:
        from exercises.grading.student import RemoteObject, RemoteTensor

        if kind == "tensor":
            return RemoteTensor(data["array"])
        if kind == "object":
            return RemoteObject(self, [data["id"]], data["type"], self.worker)
        raise wire.BadMessage("a value of unknown form")


def _error(reply: dict) -> dict:
    """The error of a reply, every field made safe to show."""
    raw = reply["error"] if isinstance(reply["error"], dict) else {}
    fields = {key: plain_text(raw.get(key, ""), 120) for key in ("type", "message", "where", "text")}
    line = raw.get("line")
    return {**fields, "line": line if isinstance(line, int) else 0}


def _sentence(error: dict) -> str:
    said = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
    where = f" (line {error['line']} of {error['where']}: {error['text']})" if error["where"] else ""
    return said + where + (WALLS if error["type"] == "PermissionError" else "")
