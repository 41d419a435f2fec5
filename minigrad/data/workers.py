"""Work done ahead by threads, handed out in order.

NumPy lets go of Python's lock while it copies and computes, so threads prepare minibatches side by side; unlike
processes they share the data without sending it about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any


def in_order(
    prepare: Callable[[int], Any], numbers: Iterable[int], threads: int, ahead: int
) -> Generator[Any]:
    """prepare(n) for each n, in order, with up to `ahead` of them done before they are asked for.

    When the generator is closed, what has not begun is dropped, what has is waited for, and every thread has
    ended. An error in a thread is raised here, with the traceback from there.

    Args:
        prepare: called in several threads at once.
        threads: how many; 0 prepares each in the calling thread, when it is asked for.
        ahead: how many may be under way or waiting beyond the one in use; at least one per thread are.

    Example:
        >>> list(in_order(lambda n: n * n, range(4), threads=2, ahead=3))
        [0, 1, 4, 9]
    """
    if threads == 0:
        for number in numbers:
            yield prepare(number)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # 5 ms that `import minigrad` need not wait for

    pool = ThreadPoolExecutor(threads, thread_name_prefix="minigrad-data")
    waiting: deque[Future] = deque()
    try:
        for number in numbers:
            waiting.append(pool.submit(prepare, number))
            if len(waiting) > max(ahead, threads):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
