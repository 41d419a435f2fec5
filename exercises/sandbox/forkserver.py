"""The fork server: loads what every submission needs once, then forks a locked-down worker for each.

Started by `exercises.grading.server` in an interpreter of its own, with an empty environment and one end of a
socket pair. It never runs a student's code itself: that happens in its children, after `lock_down`, and only one of
them lives at a time.

Messages on the socket, one JSON line each: it begins with ``{"holes": […]}``, what a trial worker could do that it
must not; ``{"start": limits}`` comes with the two ends of a worker's pipes and is answered with its ``{"pid": …}``;
``{"stop": true}`` ends the worker and is answered with ``{"status": …, "why": …, "clean": …}``. When the socket
closes, because the grader ended in whatever way, the worker is killed, its folder removed, and the server ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import sys
from typing import Any

import numpy as np

from exercises.sandbox import cells, folders, lockdown, probe, rlimits, standins, wire
from exercises.sandbox.worker import Worker, write_all

WATCH = 0.1  # seconds between looks at what a worker has written and started


class Server:
    """What is loaded, and the one worker that may be running.

    Args:
        config: see `exercises.grading.server.configuration`.
        control: the socket to the grader.
    """

    def __init__(self, config: dict, control: socket.socket):
        self.config, self.control = config, control
        self.level, self.folder, self.uid = config["level"], config["folder"], config["uid"]
        self.pid = os.getpid()
        self.worker = 0
        self.why = ""
        self.limits: dict[str, int] = {}
        closed = prepare(config)
        self.rules = None
        if self.level != "basic":
            self.rules = lockdown.readable(
                config["readable"], [*config["closed"], *closed], config["listed"], self.folder
            )
        gc.freeze()  # what is loaded stays shared memory

    def run(self) -> None:
        """Try the walls, say how they hold, then serve until the socket closes."""
        self.send({"holes": self.try_walls()})
        while True:
            if select.select([self.control], [], [], WATCH if self.worker else None)[0]:
                message, fds, _, _ = socket.recv_fds(self.control, 65536, 2)
                if not message:
                    self.stop()
                    with contextlib.suppress(OSError):
                        os.rmdir(self.folder)
                    return
                request = json.loads(message)
                answer = self.start(request["start"], *fds) if "start" in request else self.stop()
                self.send(answer)
            elif not self.why and (why := self.excess()):
                self.why = why
                os.kill(self.worker, signal.SIGKILL)

    def send(self, message: dict) -> None:
        self.control.sendall(json.dumps(message).encode() + b"\n")

    def excess(self) -> str:
        """What the worker has too much of, where the kernel does not count it for us; "" if nothing."""
        limits = {**rlimits.DEFAULT, **self.limits}
        if folders.exceeds(self.folder, limits["disk"]):
            return "disk"
        with contextlib.suppress(OSError, IndexError), open(f"/proc/{self.worker}/stat") as file:
            if int(file.read().rpartition(")")[2].split()[17]) > limits["threads"]:
                return "threads"
        return ""

    def try_walls(self) -> list[str]:
        """What a child can do after lock-down that it must not; empty if the level holds."""
        read, write = os.pipe()
        if os.fork() == 0:
            try:
                self.lock_down({})
                said = probe.holes(self.level, self.folder, self.config["witness"])
            except BaseException as error:
                said = [f"not be locked down ({error})"]
            os.write(write, json.dumps(said).encode())
            os._exit(0)
        os.close(write)
        with open(read, "rb") as pipe:
            answer = pipe.read()
        while True:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)  # the child, and what it could fork
                continue
            break
        return json.loads(answer or b'["end early"]')

    def lock_down(self, limits: dict[str, int]) -> None:
        lockdown.lock_down(self.level, limits, self.uid, self.pid, self.rules, self.config["listed"])

    def start(self, limits: dict[str, int], requests: int, replies: int) -> dict[str, int]:
        """Fork a worker that talks on these two pipes."""
        self.why, self.limits = "", limits
        self.worker = os.fork()
        if self.worker == 0:
            try:
                os.setsid()
                self.close_all_but(requests, replies)
                self.lock_down(limits)
                serve(requests, replies, self.level)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(70)
        os.close(requests)
        os.close(replies)
        return {"pid": self.worker}

    def close_all_but(self, *kept: int) -> None:
        """Not even the socket to the grader may be open in a worker."""
        rules = self.rules.fd if self.rules else -1
        for fd in range(3, 256):
            if fd not in (*kept, rules):
                with contextlib.suppress(OSError):
                    os.close(fd)

    def stop(self) -> dict[str, Any]:
        """Kill the worker, with all that it started, and empty its folder. What it ended with, and why."""
        status = 0
        if self.worker:
            for kill in (os.killpg, os.kill):  # the group, and the leader in case it is not one yet
                with contextlib.suppress(OSError):
                    kill(self.worker, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(self.worker, 0)[1])
            self.worker = 0
            kill_orphans()
        return {"status": status, "why": self.why, "clean": folders.empty(self.folder)}


def prepare(config: dict) -> list[str]:
    """Load the rest of what workers need, and put the stand-ins in place; the files that have to be closed for it."""
    np.random.default_rng(0).normal(size=2) @ np.linalg.inv(np.eye(2))  # loads what NumPy loads late
    cells.load_magics()
    if config["engine"]:
        import minigrad  # noqa: F401
    closed = [file for name in config["forbid"] for file in standins.forbid(name)]
    standins.install(config["engine"])
    sys.path[:] = [path for path in sys.path if path not in config["only_now"]]
    return closed


def serve(requests: int, replies: int, level: str) -> None:
    """Be a worker, until the grader closes the pipe."""
    os.dup2(1, 2)  # until now, errors were for the grader
    sys.argv[:] = [""]
    random.seed()
    np.random.seed()
    worker = Worker(requests, replies)
    write_all(replies, wire.pack({"id": "ready", "level": level}))
    worker.run()


def kill_orphans() -> None:
    """Kill what a worker left behind: it has become our child (only without seccomp can there be any)."""
    while True:
        children = []
        with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as file:
            children = [int(pid) for pid in file.read().split()]
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0 if children else os.WNOHANG)
        except ChildProcessError:
            return
        if not children:
            return


def adopt_orphans() -> None:
    """Whatever a worker starts and leaves becomes our child, not that of process 1."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(36, ctypes.c_ulong(1), 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def main() -> None:
    """Serve as the command line says, until the grader is gone."""
    config = json.loads(sys.argv[1])
    os.chdir(config["folder"])
    adopt_orphans()
    Server(config, socket.socket(fileno=config["control"])).run()
    os._exit(0)
