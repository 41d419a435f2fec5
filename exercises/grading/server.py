"""The grader's end of fork servers: started when one is needed, kept for the next worker, gone with the grader.

With this module, one can
- borrow one:        server = borrow("standard", Policy())
- have it fork:      requests, replies = server.start({"memory": 2**30})
- end that worker:   server.stop() -> {"status": -9, "why": "disk"}
- give it back:      give_back(server)

A server serves one worker at a time, so that two workers never share a folder or a process space. The protocol and
what happens on the other side are in `exercises.sandbox.forkserver`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from itertools import count
from typing import Any

from exercises.grading import bubblewrap
from exercises.grading.configuration import BOOT, configuration, environment, may_change_users, server_files
from exercises.grading.policy import Policy
from exercises.sandbox import folders
from minigrad.errors import UsageError

START_SECONDS = 60  # for loading NumPy and the engine on a busy machine
STOP_SECONDS = 10
BOX = "/box"  # the writable folder at level strong
UIDS = range(65000, 65500)  # of workers that root starts: reserved on Debian and Fedora, so nobody is there


class ServerFailed(RuntimeError):
    """A fork server did not start, or its level does not hold; the text says why."""


class Server:
    """A running fork server.

    Args:
        level: "strong", "standard" or "basic".
        policy: what its workers offer.

    Raises:
        ServerFailed: it did not start, or a trial worker could do what it must not.
    """

    def __init__(self, level: str, policy: Policy):
        self.level, self.policy = level, policy
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115  (what it says when it does not start)
        ours, theirs = socket.socketpair()
        self.control = ours
        running.add(self)
        ours.settimeout(START_SECONDS)
        root = may_change_users()
        self.uid = UIDS[(os.getpid() + 61 * next(started)) % len(UIDS)] if root else None
        self.box = BOX if level == "strong" else self._box()
        config = configuration(level, policy, self.box, self.uid, theirs.fileno())
        program = [os.path.realpath(sys.executable), "-I", "-S", "-c", BOOT, json.dumps(config)]
        if level == "strong":
            program = bubblewrap.command(program, [*config["readable"], *server_files()], BOX, root)
        try:
            self.process = subprocess.Popen(
                program,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.log,
                env=environment(self.box),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            self.process = None  # type: ignore[assignment]
            self.close()
            raise ServerFailed(str(error)) from None
        finally:
            theirs.close()
        try:
            holes = self._receive().get("holes")
        except BaseException:
            self.close()
            raise
        if holes != []:
            self.close()
            raise ServerFailed(f"a trial worker could {', '.join(map(str, holes or []))}")
        ours.settimeout(STOP_SECONDS)

    def _box(self) -> str:
        """The folder that workers may write in, where it is one of ours."""
        box = tempfile.mkdtemp(prefix="minigrad-")
        if self.uid is not None:
            os.chown(box, self.uid, self.uid)
        return box

    def start(self, limits: dict[str, int]) -> tuple[int, int]:
        """Have a worker forked: our ends of the pipes for requests to it and for its replies."""
        (their_requests, requests), (replies, their_replies) = os.pipe(), os.pipe()
        try:
            message = json.dumps({"start": limits}).encode()
            socket.send_fds(self.control, [message], [their_requests, their_replies])
            self._receive()
        except BaseException as error:
            os.close(requests)
            os.close(replies)
            self.close()
            raise ServerFailed(str(error)) from None
        finally:
            os.close(their_requests)
            os.close(their_replies)
        return requests, replies

    def stop(self) -> dict[str, Any]:
        """Have the worker killed: what it ended with. A server that does not answer is ended itself."""
        try:
            self.control.sendall(json.dumps({"stop": True}).encode())
            return self._receive()
        except (OSError, ServerFailed):
            self.close()
            return {"status": -9, "why": "", "clean": False}

    def _receive(self) -> dict[str, Any]:
        data = b""
        try:
            while not data.endswith(b"\n"):
                part = self.control.recv(65536)
                if not part:
                    raise ServerFailed(f"the fork server ended: {self._said()}")
                data += part
        except OSError as error:
            raise ServerFailed(f"the fork server does not answer ({error})") from None
        return json.loads(data)

    def _said(self) -> str:
        self.log.seek(0)
        return self.log.read()[-2000:].strip()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None and self.control.fileno() >= 0

    def close(self) -> None:
        """End the server and its worker; calling it again is harmless."""
        self.control.close()  # it takes this as the end
        if self.process is not None:
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        if self.level != "strong":
            with contextlib.suppress(OSError):  # usually the server has removed it
                folders.empty(self.box)
                os.rmdir(self.box)


started = count()
running: weakref.WeakSet[Server] = weakref.WeakSet()
idle: list[Server] = []
lock = threading.Lock()


def borrow(level: str, policy: Policy) -> Server:
    """A server that is running and idle, started if there is none.

    Raises:
        ServerFailed: it cannot be started.
        UsageError: this system has no fork.
    """
    if os.name != "posix":
        raise UsageError("grading needs Linux or macOS; on Windows, run it in WSL2")
    with lock:
        for server in idle:
            if (server.level, server.policy) == (level, policy):
                idle.remove(server)
                if server.alive:
                    return server
                server.close()
                break
    return Server(level, policy)


def give_back(server: Server, clean: bool) -> None:
    """Keep a server for the next worker, unless something of the last one is left in it."""
    if clean and server.alive:
        with lock:
            idle.append(server)
    else:
        server.close()


@atexit.register
def close_all() -> None:
    """End all idle servers."""
    while idle:
        idle.pop().close()


def _forget() -> None:
    """In a fork of the grader: the servers are the original's. Without its sockets they see when it ends."""
    for server in running:
        server.control.close()
    idle.clear()


os.register_at_fork(after_in_child=_forget)
