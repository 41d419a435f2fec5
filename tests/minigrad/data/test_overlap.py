"""Copies beside the computation: right in every order in which a GPU may run them."""

import gc

import numpy as np
import pytest

import minigrad as mg
from minigrad.data.overlap import Courier, overlapped

ROWS = np.arange(1.0, 13.0)


def run(gpu, prefetch, num_workers=0, rows=ROWS):
    """One epoch whose steps only read their batch; what they read."""
    read = []
    loader = mg.data.DataLoader(
        mg.data.ArrayDataset(rows), 2, device="cuda", prefetch=prefetch, num_workers=num_workers
    )
    for (x,) in loader:
        gpu.step(x.data, read)
        del x
    gpu.computing.synchronize()
    return read


@pytest.mark.parametrize("ahead", ["computing", "copying", "any", "neither"])
@pytest.mark.parametrize("prefetch", [0, 1, 2, 9])
@pytest.mark.parametrize("num_workers", [0, 2])
def test_each_step_reads_its_own_batch_whichever_stream_runs_ahead(make_gpu, ahead, prefetch, num_workers):
    read = run(make_gpu(ahead), prefetch, num_workers)
    np.testing.assert_array_equal(read, ROWS.reshape(6, 2))


class ForgetsToWaitForTheCopy(Courier):
    def receive(self, parcel):
        return parcel[1]


class ForgetsThatMemoryIsStillRead(Courier):
    def send(self, arrays):
        stream, self.stream = self.stream, Unwaiting(self.stream)
        try:
            return super().send(arrays)
        finally:
            self.stream = stream


class ForgetsToHoldPinnedMemory(Courier):
    def send(self, arrays):
        parcel = super().send(arrays)
        self.leaving.clear()
        return parcel


class Unwaiting:
    def __init__(self, stream):
        self.stream = stream

    def wait_event(self, event):
        pass

    def __getattr__(self, name):
        return getattr(self.stream, name)


@pytest.mark.parametrize(
    ("wrong", "ahead"),
    [
        (ForgetsToWaitForTheCopy, "computing"),
        (ForgetsThatMemoryIsStillRead, "copying"),
        (ForgetsToHoldPinnedMemory, "neither"),
    ],
)
def test_the_pretended_gpu_notices_each_of_the_three_races(make_gpu, monkeypatch, wrong, ahead):
    monkeypatch.setattr("minigrad.data.loader.Courier", wrong)
    read = run(make_gpu(ahead), prefetch=1)
    assert not np.array_equal(read, ROWS.reshape(6, 2))


def test_copies_are_started_before_the_step_that_hides_them(make_gpu):
    gpu = make_gpu("neither")
    run(gpu, prefetch=2)
    started = [entry for entry in gpu.log if not entry.startswith("wait")]
    assert (
        ", ".join(started)
        == "copy 1, copy 3, copy 5, step, copy 7, step, copy 9, step, copy 11, step, step, step"
    )


def test_without_prefetch_each_copy_is_started_when_it_is_asked_for(make_gpu):
    gpu = make_gpu("neither")
    run(gpu, prefetch=0)
    started = [entry for entry in gpu.log if not entry.startswith("wait")]
    assert (
        ", ".join(started)
        == "copy 1, step, copy 3, step, copy 5, step, copy 7, step, copy 9, step, copy 11, step"
    )


def test_a_stream_of_its_own_and_events_without_time_stamps(make_gpu):
    gpu = make_gpu("any")
    courier = Courier()
    assert courier.stream.non_blocking
    assert courier.event().disable_timing
    assert courier.stream is not gpu.computing


def test_pinned_memory_is_used_again_once_its_copy_is_over(make_gpu):
    gpu = make_gpu("any")
    run(gpu, prefetch=1, rows=np.arange(200.0))
    assert gpu.pinned.made < 20  # of 100 batches
    assert gpu.memory.made < 20


def test_leaving_the_loop_waits_for_copies_under_way(make_gpu, no_threads_left):
    gpu = make_gpu("neither")
    loader = mg.data.DataLoader(mg.data.ArrayDataset(ROWS), 2, device="cuda", prefetch=3, num_workers=2)
    for (_,) in loader:
        assert gpu.streams[1].queue
        break
    gc.collect()
    assert gpu.log[-1] == "wait for copying"
    assert not gpu.streams[1].queue


def test_arrays_that_are_on_the_gpu_already_stay_there(make_gpu):
    make_gpu("any")
    courier = Courier()
    here = courier.cupy.empty((2,), np.dtype(float))
    loaded = courier.load((here, np.ones(2)))
    assert loaded[0] is here
    ((first, second),) = overlapped(courier, (batch for batch in [loaded]), ahead=1)
    assert first is here
    np.testing.assert_array_equal(second.memory, [1, 1])


def test_without_a_gpu_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr("minigrad.device.is_available", lambda: False)
    with pytest.raises(mg.UsageError, match=r'device="cuda" needs an NVIDIA GPU .* install minigrad-toolkit'):
        mg.data.DataLoader([1, 2], 1, device="cuda")
    with pytest.raises(mg.UsageError, match="no device 'gpu'"):
        mg.data.DataLoader([1, 2], 1, device="gpu")
