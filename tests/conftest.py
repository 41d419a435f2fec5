"""What all tests share: the rule book is put back after each test, and NumPy says when a number is lost."""

import pytest
from hypothesis import settings

import minigrad.func  # noqa: F401  (its rules are in the book before the first test begins)
from minigrad import vjps

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _same_rule_book():
    """A test may teach the engine a function; the next test must not know it."""
    before = dict(vjps.rulebook)
    yield
    vjps.rulebook.clear()
    vjps.rulebook.update(before)
