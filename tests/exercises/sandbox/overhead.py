"""What a worker costs: processor time of grader, fork server and worker, from fork to end.

Run it by hand: ``OPENBLAS_NUM_THREADS=1 python tests/exercises/sandbox/overhead.py 100``
"""

import os
import sys
import time
from pathlib import Path

from exercises.grading import levels
from exercises.grading.process import Worker

CALLS = 100


def descendants(pid):
    """All processes below one, as Linux lists them."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [pid for child in children for pid in (child, *descendants(child))]


def spent():
    """Milliseconds of processor time of the servers, with what their ended workers took."""
    total = 0
    for pid in descendants(os.getpid()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))  # user and system time, own and of children
    return 1e3 * total / os.sysconf("SC_CLK_TCK")


def main(rounds):
    for level in levels.LEVELS:
        os.environ[levels.CHOICE] = level
        if levels.best() != level:
            print(f"{level:9} is not to be had here")
            continue
        Worker(20).stop()
        ours, theirs = time.process_time(), spent()
        for _ in range(rounds):
            worker = Worker(20)
            worker.ask({"op": "has", "name": "x"})
            worker.stop()
        each = (1e3 * (time.process_time() - ours) + spent() - theirs) / rounds
        worker, times = Worker(20), []
        for _ in range(CALLS):
            began = time.perf_counter()
            worker.ask({"op": "has", "name": "x"})
            times.append(1e3 * (time.perf_counter() - began))
        worker.stop()
        print(
            f"{level:9} {each:5.1f} ms of processor time per worker, {sorted(times)[CALLS // 2]:.2f} ms per call"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
