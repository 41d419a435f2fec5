"""Threads that work ahead: in order, not too far, and gone in the end."""

import threading

import pytest

from minigrad.data.workers import in_order

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_results_come_in_order_however_long_each_takes(threads):
    second_is_done = threading.Event()

    def prepare(n):
        if n == 1:
            second_is_done.set()
        elif n == 0 and threads > 1:
            assert second_is_done.wait(10), "both were to run side by side"
        return -n

    assert list(in_order(prepare, range(20), threads, ahead=2)) == [-n for n in range(20)]


def test_without_threads_nothing_is_done_before_it_is_asked_for():
    done = []
    results = in_order(done.append, range(5), threads=0, ahead=2)
    next(results)
    assert done == [0]


@pytest.mark.parametrize(("threads", "ahead", "most"), [(1, 2, 3), (1, 0, 2), (4, 2, 5)])
def test_threads_do_not_run_farther_ahead_than_asked(threads, ahead, most):
    begun = []
    results = in_order(begun.append, range(50), threads, ahead)
    next(results)
    results.close()
    assert 1 <= len(begun) <= most


def test_closing_drops_what_has_not_begun():
    begun, go_on = [], threading.Event()

    def prepare(n):
        begun.append(n)
        assert n == 0 or go_on.wait(10)

    results = in_order(prepare, range(50), threads=1, ahead=10)
    next(results)
    go_on.set()
    results.close()
    assert len(begun) < 12


def test_an_error_in_a_thread_is_raised_with_its_own_traceback():
    def fails_at_three(n):
        if n == 3:
            raise LookupError("no row three")
        return n

    results = in_order(fails_at_three, range(9), threads=2, ahead=4)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError, match="no row three") as caught:
        next(results)
    assert "fails_at_three" in [entry.name for entry in caught.traceback]
