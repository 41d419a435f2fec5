"""Memory: with glibc, freed memory stays with the process; elsewhere nothing happens, and it says so."""

import gc
import os
import subprocess
import sys

import pytest

import minigrad as mg
from minigrad import memory

FAULTS = """
import resource
import numpy as np
from minigrad.memory import tune_malloc

def faults():
    for _ in range(2):  # the second round finds what the first one left behind
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(10):
            np.ones(6_000_000)  # 48 MB: above what glibc ever keeps by itself
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(faults(), tune_malloc(), faults())
"""


@pytest.mark.skipif(not memory.has_glibc(), reason="there is no glibc to tune")
def test_large_arrays_fault_their_pages_in_once_and_not_each_time():
    run = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    before, took, after = run.stdout.split()
    assert took == "True"
    assert int(before) >= 10
    assert int(after) < int(before) / 10


class Library:
    """A C library that notes what it is asked for, and takes no threshold above `most`."""

    def __init__(self, most):
        self.most = most
        self.asked = []

    def mallopt(self, what, value):
        self.asked.append((what, value))
        return int(what == memory.M_TRIM_THRESHOLD or value <= self.most)


@pytest.mark.parametrize(
    ("most", "took", "asked"),
    [
        (2**40, True, [(-3, 2**30), (-1, 2**31 - 1)]),
        (2**25, True, [(-3, 2**30), (-3, 2**25), (-1, 2**31 - 1)]),
        (0, False, [(-3, 2**30), (-3, 2**25)]),
    ],
)
def test_what_it_asks_the_c_library_for(monkeypatch, most, took, asked):
    library = Library(most)
    monkeypatch.setattr(memory, "has_glibc", lambda: True)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: library)
    assert memory.tune_malloc() is took
    assert library.asked == asked


def no_such_name(name):
    raise ValueError("unrecognized configuration name")


@pytest.mark.parametrize(
    ("platform", "confstr"),
    [
        ("darwin", lambda name: "glibc 2.36"),
        ("win32", lambda name: "glibc 2.36"),
        ("linux", no_such_name),
        ("linux", lambda name: None),
    ],
    ids=["macOS", "Windows", "musl", "unknown"],
)
def test_elsewhere_nothing_is_touched(monkeypatch, platform, confstr):
    def touched(name):
        raise AssertionError("the C library was loaded")

    monkeypatch.setattr(memory.sys, "platform", platform)
    monkeypatch.setattr(os, "confstr", confstr, raising=False)
    monkeypatch.setattr(memory.ctypes, "CDLL", touched)
    assert memory.tune_malloc() is False


def test_the_collector_is_tuned_and_restored():
    before = gc.get_threshold()
    try:
        assert mg.tune_gc() == before
        assert gc.get_threshold() > before
    finally:
        gc.set_threshold(*before)
