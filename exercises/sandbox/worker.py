"""The worker: a separate process that runs one submission and answers the grader's calls.

Started by `exercises.grading.process` as ``python -I worker.py ROOT...``. Requests arrive on what was stdin,
replies leave on what was stdout; the student's code gets the null device for all three standard streams.
It knows no tests and no expected values: it is asked to call functions, and sends back what they return.

Requests: run a cell, look up a name, call a function, method or class. A reply holds the value or the error,
and which arguments the call changed in place.
"""

from __future__ import annotations

import os
import sys
from typing import Any

MAX_OBJECTS = 1000  # values that are not arrays or numbers stay here and are known to the grader by number


class Worker:
    """The student's namespace, and the objects that the grader holds by number."""

    def __init__(self, wire: Any, cells: Any):
        self.wire = wire
        self.cells = cells
        self.namespace = cells.fresh_namespace()
        self.objects: list[Any] = []

    def keep(self, value: Any) -> dict:
        if len(self.objects) >= MAX_OBJECTS:
            self.objects.clear()
        self.objects.append(value)
        return {"object": len(self.objects) - 1, "type": type(value).__name__}

    def answer(self, request: dict, arrays: list) -> bytes:
        """The reply to one request; never raises for what the student's code does."""
        reply: dict = {"id": request["id"]}
        out: list = []
        before = [array.tobytes() for array in arrays]
        try:
            if request["op"] == "cell":
                self.cells.run_cell(request["source"], request["name"], self.namespace)
            elif request["op"] == "has":
                reply["value"] = request["name"] in self.namespace
            else:
                value = self.target(request["target"])(*self.values(request["args"], arrays))
                reply["value"] = self.wire.encode(value, out, self.keep)
                reply["changed"] = [a.tobytes() != b for a, b in zip(arrays, before, strict=True)]
            return self.wire.pack(reply, out)
        except self.wire.BadMessage as error:
            return self.wire.pack({"id": request["id"], "error": {"type": "", "message": str(error)}})
        except BaseException as error:  # SystemExit too: only the grader ends this process
            return self.wire.pack({"id": request["id"], "error": self.describe(error)})

    def target(self, path: list) -> Any:
        found = self.namespace[path[0]] if isinstance(path[0], str) else self.objects[path[0]]
        for name in path[1:]:
            found = getattr(found, name)
        return found

    def values(self, data: list, arrays: list) -> list:
        return [self.wire.decode(item, arrays) for item in data]

    def describe(self, error: BaseException) -> dict:
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)[:300]
        except Exception:  # a student's exception class may fail to print
            message = ""
        where, line, text = self.cells.student_line(error, self.namespace)
        return {"type": type(error).__name__, "message": message, "where": where, "line": line, "text": text}


def read_exactly(fd: int, length: int) -> bytes:
    """`length` bytes, or fewer when the other side has closed the pipe."""
    parts = []
    while length and (part := os.read(fd, min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def main() -> None:
    sys.path.extend(path for path in sys.argv[1:] if path not in sys.path)
    requests, replies = os.dup(0), os.dup(1)  # not inherited by child processes

    from exercises.sandbox import cells, lockdown, wire

    worker = Worker(wire, cells)
    for name in ("exercises", "visuals"):
        sys.modules[name] = cells.Silent(name)
    level = lockdown.lock_down()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    write_all(replies, wire.pack({"id": "ready", "level": level}))
    while len(header := read_exactly(requests, wire.LENGTH.size)) == wire.LENGTH.size:
        request, arrays = wire.unpack(read_exactly(requests, wire.frame_length(header)))
        write_all(replies, worker.answer(request, arrays))
    os._exit(0)  # at once: a student's exit handlers and threads have no say


if __name__ == "__main__":
    main()
