"""From what was handed in to what is to be graded: which exercise, which version, which folder for the results.

With this module, one can
- decide:               entries(collect(paths)) -> [Entry(found, exercise, …), …]
- place the results:    result_folders(entries, Path("grades"))
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exercises import catalogue
from exercises.errors import plain_text
from exercises.grading.collect import Found
from exercises.grading.identify import identify
from exercises.grading.job import Job
from minigrad.errors import UsageError


@dataclass(frozen=True)
class Entry:
    """One submission, and what is to be done with it: a job, or a problem to report."""

    found: Found
    exercise: catalogue.Exercise | None
    job: Job | None = None
    problem: str = ""
    note: str = ""


def entries(found: Sequence[Found], exercise: str | None = None) -> list[Entry]:
    """What to do with each submission: the exercise it answers, and of several versions the newest.

    Raises:
        UsageError: an unknown exercise, or a named file that answers none.
    """
    all_entries = [_entry(one, exercise) for one in found]
    usual = Counter(e.exercise.name for e in all_entries if e.exercise).most_common(1)
    named = exercise or (usual[0][0] if usual else None)
    result = []
    for entry in all_entries:
        theirs = [e for e in all_entries if e.found.student == entry.found.student]
        if entry.exercise is None:  # it cannot be read: it counts as what the others of the class are
            if not entry.found.named and any(e.exercise for e in theirs):
                continue
            if entry is next(e for e in theirs if e.exercise is None):
                result.append(_as_the_class(entry, named))
            continue
        versions = [e for e in theirs if e.exercise == entry.exercise and not e.found.named]
        if len(versions) > 1 and not entry.found.named:
            newest = max(versions, key=lambda e: e.found.when.timestamp() if e.found.when else 0.0)
            if entry is not newest:
                continue
            note = f"{len(versions)} files answer {entry.exercise.name}; the newest, {entry.found.path.name}, counts."
            entry = replace(entry, note=note)
        result.append(entry)
    return result


def _as_the_class(entry: Entry, name: str | None) -> Entry:
    """A submission of an exercise that nobody knows is graded as that of the others, if it can be read."""
    if name is None:
        return entry
    exercise, submission = catalogue.find(name), entry.found.submission
    if submission is None:
        return replace(entry, exercise=exercise)
    asked = any(submission.defining(answer) for answer in exercise.answers)
    nothing = f"{entry.found.path.name} defines nothing that {exercise.name} asks for; is it the right file?"
    return replace(entry, exercise=exercise, problem="", note="" if asked else nothing)


def _entry(found: Found, name: str | None) -> Entry:
    if found.submission is None:
        return Entry(found, None, problem=found.problem)
    try:
        return Entry(found, identify(found.submission, name))
    except UsageError as error:
        if found.named or name is not None:
            raise
        return Entry(found, None, problem=str(error))


def result_folders(batch: Sequence[Entry], out: Path) -> list[Path]:
    """A folder for each entry: `out/STUDENT`, and in it one per exercise if a student has several."""
    folders: list[Path] = []
    for entry in batch:
        student = entry.found.student
        name = re.sub(r"[^\w.-]", "_", plain_text(student, 80)).strip(".") or "student"
        several = sum(e.found.student == student for e in batch) > 1
        folder = out / name / entry.exercise.name if several and entry.exercise else out / name
        number = 1
        while folder in folders:
            number += 1
            folder = folder.with_name(
                f"{name}_{number}" if folder.parent == out else f"{folder.name}_{number}"
            )
        folders.append(folder)
    return folders
