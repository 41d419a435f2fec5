"""The journal of a batch: one line per finished test, appended and never rewritten.

With this module, one can
- open it, with what is in it:    journal = Journal(Path("grades/journal.jsonl"))
- add to it:                      journal.outcome(key, outcome), journal.done(key, done)
- ask it:                         journal.outcomes(key), journal.finished(key)

A grading that is killed at any moment loses at most the tests in flight: whole lines stay, and half a line at
the end is passed over. Lines of other versions or of changed submissions have other keys and are never asked for.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from exercises.grading.job import Done
from exercises.grading.results import Outcome
from minigrad.errors import UsageError


class Journal:
    """Outcomes by job key; kept in a file, or in memory only if there is no path."""

    def __init__(self, path: Path | None = None):
        self.seed: int | None = None
        self._outcomes: dict[str, dict[str, Outcome]] = {}
        self._done: dict[str, Done] = {}
        self._file: int | None = None
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            text = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None
        if text and not text.endswith(b"\n"):  # the end of a line that was cut off by a kill
            os.write(self._file, b"\n")
        for line in text.split(b"\n"):
            try:
                self._take(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue

    def _take(self, entry: dict[str, Any]) -> None:
        key = entry.get("key", "")
        if entry.get("forget"):
            self.seed = None
            self._outcomes.clear()
            self._done.clear()
        elif "seed" in entry:
            self.seed = int(entry["seed"])
        elif "outcome" in entry:
            outcome = Outcome(**entry["outcome"])
            self._outcomes.setdefault(key, {})[outcome.name] = outcome
        elif "done" in entry:
            done = entry["done"]
            self._done[key] = Done(tuple(done["order"]), done["level"], tuple(done["notes"]))

    def _append(self, entry: dict[str, Any]) -> None:
        self._take(entry)
        if self._file is not None:
            os.write(self._file, json.dumps(entry).encode() + b"\n")

    def begin(self, seed: int) -> None:
        """A batch starts, or starts anew, with this seed."""
        self._append({"seed": seed})

    def forget(self) -> None:
        """What was graded before does not count any more. It stays in the file, for the record."""
        self._append({"forget": True})

    def outcome(self, key: str, outcome: Outcome) -> None:
        self._append({"key": key, "outcome": asdict(outcome)})

    def done(self, key: str, done: Done) -> None:
        self._append({"key": key, "done": asdict(done)})

    def outcomes(self, key: str) -> dict[str, Outcome]:
        """The tests of a job that have run, by name."""
        return self._outcomes.get(key, {})

    def finished(self, key: str) -> Done | None:
        """What is known besides if all of its tests have run."""
        done = self._done.get(key)
        return done if done and all(name in self.outcomes(key) for name in done.order) else None

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
