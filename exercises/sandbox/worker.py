"""The worker: a separate process that runs one submission and answers the grader's calls.

Forked and locked down by `forkserver`. Requests arrive on one pipe, replies leave on another; the student's
code gets the null device for all three standard streams. It knows no tests and no expected values: it is asked to
call functions, and sends back what they return.

Requests: run a cell, look up a name, get or set an attribute, call a function, method or class. A reply holds
the value or the error, and which arguments the call changed in place. Before its reply, the worker may ask for
a call of a function that the grader gave as an argument.
"""

from __future__ import annotations

import builtins
import os
import threading
from typing import Any

from exercises.sandbox import cells, wire
from exercises.sandbox.standins import Engineless

MAX_OBJECTS = 20_000  # values that are not plain data stay here and are known to the grader by number


class Worker:
    """The student's namespace, and the objects that the grader holds by number."""

    def __init__(self, requests: int, replies: int):
        self.namespace = cells.fresh_namespace()
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # of an object that is kept, by its id(): one object, one number
        self.kept = 0
        self.requests, self.replies = requests, replies
        self.open: list[Any] = []  # the requests being answered: more than one while the grader is asked back
        self.thread = threading.get_ident()

    def run(self) -> None:
        """Answer until the grader closes its end of the pipe."""
        while True:
            request, arrays = self.receive()
            write_all(self.replies, self.answer(request, arrays))

    def receive(self) -> tuple[dict, list]:
        """The grader's next message; the end of the worker if there is none."""
        header = read_exactly(self.requests, wire.LENGTH.size)
        if len(header) < wire.LENGTH.size:
            os._exit(0)  # at once: a student's exit handlers and threads have no say
        return wire.unpack(read_exactly(self.requests, wire.frame_length(header)))

    def keep(self, value: Any) -> dict:
        number = self.numbers.get(id(value))
        if number is None:
            number = self.kept
            self.kept += 1
            self.objects[number] = value
            self.numbers[id(value)] = number
            if len(self.objects) > MAX_OBJECTS:
                oldest = next(iter(self.objects))
                del self.numbers[id(self.objects.pop(oldest))]
        return {"object": number, "type": type(value).__name__}

    def answer(self, request: dict, arrays: list) -> bytes:
        """The reply to one request; never raises for what the student's code does."""
        reply: dict = {"id": request["id"]}
        out: list = []
        before = [array.tobytes() for array in arrays]
        self.open.append(request["id"])
        Engineless.answering = request["op"] != "cell"
        try:
            if request["op"] == "cell":
                cells.run_cell(request["source"], request["name"], self.namespace)
            elif request["op"] == "has":
                reply["value"] = request["name"] in self.namespace
            elif request["op"] == "get":
                reply["value"] = wire.encode(self.find(request["target"]), out, self.keep)
            elif request["op"] == "evaluate":
                names = wire.decode(request["names"], arrays, self.other)
                value = eval(request["expression"], {**self.namespace, **names})
                reply["value"] = wire.encode(value, out, self.keep)
            elif request["op"] == "set":
                *path, name = request["target"]
                setattr(self.find(path), name, wire.decode(request["value"], arrays, self.other))
            else:
                function = self.find(request["target"])
                args, kwargs = wire.decode(request["args"], arrays, self.other)
                reply["value"] = wire.encode(function(*args, **kwargs), out, self.keep)
                if request.get("give_back"):
                    reply["args"] = wire.encode(args, out, self.keep)
                else:
                    reply["changed"] = [a.tobytes() != b for a, b in zip(arrays, before, strict=True)]
            return wire.pack(reply, out)
        except wire.BadMessage as error:
            return wire.pack({"id": request["id"], "error": {"type": "", "message": str(error)}})
        except BaseException as error:  # SystemExit too: only the grader ends this process
            return wire.pack({"id": request["id"], "error": self.describe(error)})
        finally:
            self.open.pop()

    def find(self, path: list) -> Any:
        """What a path names: a global or a kept object, then attributes."""
        if isinstance(path[0], str):
            found = self.namespace[path[0]]
        elif path[0] in self.objects:
            found = self.objects[path[0]]
        else:
            raise wire.BadMessage(f"more than {MAX_OBJECTS} objects, so that this one was forgotten")
        for name in path[1:]:
            found = getattr(found, name)
        return found

    def other(self, kind: str, data: dict) -> Any:
        """The arguments that are more than data: tensors, what the worker itself holds, the grader's functions."""
        if kind == "ref":
            return self.find(data["path"])
        if kind == "function":
            return GraderFunction(self, data["id"], data["type"])
        if kind == "tensor":
            import minigrad as mg

            return mg.tensor(data["array"])
        raise wire.BadMessage("a value of unknown form")

    def ask(self, number: int, name: str, args: tuple, kwargs: dict) -> Any:
        """Have the grader call one of its functions, while it waits for our reply."""
        if not self.open or threading.get_ident() != self.thread:
            raise RuntimeError(
                f"{name} can only be called by your function that it was given to, before it returns"
            )
        out: list = []
        try:
            sent = wire.encode((args, kwargs), out, self.keep)
            message = wire.pack({"id": self.open[-1], "call": number, "args": sent}, out)
        except wire.BadMessage as error:
            raise TypeError(f"{name} was called with {error}") from None
        write_all(self.replies, message)
        reply, arrays = self.receive()
        while "op" in reply:  # to call our function, the grader's may need something of ours
            write_all(self.replies, self.answer(reply, arrays))
            reply, arrays = self.receive()
        if "error" in reply:
            kind = getattr(builtins, reply["error"]["type"], RuntimeError)
            raise kind(reply["error"]["message"])
        return wire.decode(reply["value"], arrays, self.other)

    def describe(self, error: BaseException) -> dict:
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)[:300]
        except BaseException:  # a student's exception class may fail to print, or try to end the process
            message = ""
        where, line, text = cells.student_line(error, self.namespace)
        return {"type": type(error).__name__, "message": message, "where": where, "line": line, "text": text}


class GraderFunction:
    """A function that lives with the grader. A call sends the arguments there and returns the grader's answer."""

    def __init__(self, worker: Worker, number: int, name: str):
        self._worker, self._number = worker, number
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._worker.ask(self._number, self.__name__, args, kwargs)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


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
