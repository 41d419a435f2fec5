"""Find the submissions in files, folders and zip files, and whose they are.

With this module, one can
- collect them:              collect([Path("submitted"), Path("class.zip")]) -> [Found(student, submission, …), …]
- take what one handed in:   collect_one(Path("/autograder/submission"), "ann")

In a folder or archive, each folder at the top is a student (as in nbgrader's `submitted/` and in downloads from
Moodle or Gradescope), and each file at the top is one too. What a student handed in and cannot be read is not an
error but a `Found` with a `problem`, one sentence; what the instructor named and is not there is an error.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from exercises.errors import plain_text
from exercises.grading.archives import Member, members
from exercises.grading.submission import MAX_FILE, Submission, parse, read
from minigrad.errors import UsageError

SUFFIXES = (".ipynb", ".py")
MAX_ZIP = 500 * 2**20  # bytes of an archive that a student put into a folder


@dataclass(frozen=True)
class Found:
    """What one student handed in, in one file.

    Attributes:
        student: the name of the folder or file, as handed in.
        path: where it is, for messages.
        submission: its cells; None if there is a problem.
        problem: why it cannot be read, or "".
        when: when it was handed in, as far as that can be told.
        named: the instructor named this very file.
    """

    student: str
    path: Path
    submission: Submission | None
    problem: str = ""
    when: dt.datetime | None = None
    named: bool = False


def collect(paths: list[Path]) -> list[Found]:
    """Everything handed in under the given paths, in their order.

    Raises:
        UsageError: a path that does not exist, a named file that is no submission, a folder or archive
            without any.
    """
    found: list[Found] = []
    files = [path for path in paths if path.is_file() and path.suffix.lower() != ".zip"]
    names = dict(zip(files, _names(files), strict=True))
    for path in paths:
        if path.is_dir():
            inside = list(_student_files(_walk(path), path))
        elif path.suffix.lower() == ".zip" and path.exists():
            with _open(path) as file:
                inside = list(_archive(path, members(str(path), file)))
        else:
            when = _saved(path) if path.exists() else None
            found.append(Found(names.get(path, path.stem), path, read(path), "", when, named=True))
            continue
        if not inside:
            raise UsageError(f"{path}: there is no notebook (.ipynb) and no Python script (.py) in it")
        found += inside
    return _unique(found)


def collect_one(folder: Path, student: str) -> list[Found]:
    """Everything in a folder that holds what one student handed in; nothing in it is a `Found` with a problem."""
    inside = [replace(m, name=PurePath(student, m.name)) for m in _walk(folder)]
    found = list(_student_files(iter(inside), folder, strip=1))
    nothing = "there is no notebook (.ipynb) and no Python script (.py) in what was handed in"
    return found or [Found(student, folder, None, nothing)]


def _open(path: Path) -> io.BufferedReader:
    try:
        return open(path, "rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _walk(folder: Path) -> Iterator[Member]:
    """The files of a folder as if it were an archive. Links are not followed, hidden folders not entered."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(files):
            path = Path(root, name)
            if name.startswith(".") or path.suffix.lower() not in (*SUFFIXES, ".zip", ".txt"):
                continue
            inside, status = path.relative_to(folder), path.lstat()
            limit = MAX_ZIP if path.suffix.lower() == ".zip" else MAX_FILE
            when = dt.datetime.fromtimestamp(status.st_mtime).astimezone()
            if stat.S_ISLNK(status.st_mode):
                yield Member(inside, b"", "it is a link, not a file", when)
            elif not stat.S_ISREG(status.st_mode):
                yield Member(inside, b"", "it is no ordinary file", when)
            elif status.st_size > limit:
                yield Member(inside, b"", f"it is larger than {limit // 2**20} MiB", when)
            else:
                try:
                    yield Member(inside, path.read_bytes(), "", when)
                except OSError as error:
                    yield Member(inside, b"", f"it cannot be read: {error.strerror}", when)


def _archive(path: Path, inside: list[Member]) -> Iterator[Found]:
    """The students of an archive: its top folders, or the archive itself if it holds one submission only."""
    while inside and all(len(m.name.parts) > 1 for m in inside):
        tops = {member.name.parts[0] for member in inside}
        if len(tops) > 1:
            break
        inside = [replace(m, name=m.name.relative_to(m.name.parts[0])) for m in inside]
    if sum(member.name.suffix.lower() != ".txt" for member in inside) == 1:
        inside = [replace(m, name=type(m.name)(path.stem) / m.name) for m in inside]
        return _student_files(iter(inside), path, strip=1)
    return _student_files(iter(inside), path)


def _student_files(files: Iterator[Member], base: Path, strip: int = 0) -> Iterator[Found]:
    """Group files by student; a student's scripts count only where there is no notebook."""
    grouped: dict[str, list[Member]] = {}
    for member in files:
        parts = member.name.parts
        grouped.setdefault(parts[0] if len(parts) > 1 else member.name.stem, []).append(member)
    for student, group in grouped.items():
        given = _timestamp(group)
        unpacked = list(_unpack(group))
        notebooks = [m for m in unpacked if m.name.suffix.lower() == ".ipynb"]
        chosen = notebooks or [m for m in unpacked if m.name.suffix.lower() in (".py", ".zip")]
        for member in chosen:
            path = base / PurePath(*member.name.parts[strip:])
            yield _found(plain_text(student, 80), path, replace(member, when=given or member.when))


def _unpack(group: list[Member]) -> Iterator[Member]:
    """A student's files, those in an archive included; an archive in an archive is not opened."""
    for member in group:
        if member.name.suffix.lower() != ".zip" or member.problem:
            yield member
            continue
        try:
            inner = members(member.name.name, member.data)
        except UsageError as error:
            yield replace(member, data=b"", problem=str(error))
            continue
        if not any(one.name.suffix.lower() in SUFFIXES for one in inner):
            yield replace(member, data=b"", problem="there is no notebook in this archive")
        for one in inner:
            if one.name.suffix.lower() in SUFFIXES:
                yield replace(one, name=type(member.name)(member.name, one.name))


def _found(student: str, path: Path, member: Member) -> Found:
    if member.problem:
        return Found(student, path, None, f"{path.name}: {member.problem}", member.when)
    try:
        return Found(student, path, parse(Path(path.name), member.data), "", member.when)
    except UsageError as error:
        return Found(student, path, None, str(error), member.when)


def _timestamp(group: list[Member]) -> dt.datetime | None:
    """What nbgrader wrote down when it collected: `timestamp.txt` beside the notebook."""
    for member in group:
        if member.name.name == "timestamp.txt":
            try:
                text = member.data.decode("ascii", "replace").strip().removesuffix(" UTC").split(".")[0]
                return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
            except ValueError:
                return None
    return None


def _saved(path: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone()


def _names(paths: list[Path]) -> list[str]:
    """A name for each named file: its stem, or the folder that tells it from its namesakes."""
    names = []
    for path in paths:
        namesakes = [other for other in paths if other.stem == path.stem and other != path]
        name = path.stem
        if namesakes:
            others = [set(other.resolve().parts) for other in namesakes]
            own = [p for p in path.resolve().parts[:-1] if not any(p in parts for parts in others)]
            name = f"{own[0]}_{path.stem}" if own else name
        names.append(plain_text(name, 80))
    return names


def _unique(found: list[Found]) -> list[Found]:
    """The same file named twice is graded once."""
    seen: dict[Path, Found] = {}
    for one in found:
        seen.setdefault(one.path.absolute(), one)
    return list(seen.values())
