"""Look into zip files that students made, without unpacking anything onto the disk.

With this module, one can
- list what is in one:    members("ann.zip", data) -> [Member(name, data, problem, when), …]

A name in an archive never becomes a path on this machine, links are not followed, and no more is decompressed
than a notebook may hold, whatever the archive's own figures claim.
"""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath

from exercises.errors import plain_text
from exercises.grading.submission import MAX_FILE
from minigrad.errors import UsageError

MAX_MEMBERS = 20_000  # files in one archive
MAX_ARCHIVE = 2 * 2**30  # bytes of all submissions in one archive, decompressed
KINDS = (".ipynb", ".py", ".zip", ".txt")  # .txt for nbgrader's timestamp.txt


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Attributes:
        name: its path in the archive, free of `..`; never a path on this machine.
        data: its bytes, or b"" if there is a problem.
        problem: why it cannot be used, or "".
        when: when it was saved, as the archive says.
    """

    name: PurePath
    data: bytes
    problem: str = ""
    when: dt.datetime | None = None


def members(name: str, data: bytes | io.BufferedIOBase) -> list[Member]:
    """The notebooks, scripts and inner archives in a zip file; everything else in it is passed over.

    Raises:
        UsageError: it is no zip file, or holds more than any class could hand in.

    Example:
        >>> stream = io.BytesIO()
        >>> with zipfile.ZipFile(stream, "w") as archive:
        ...     archive.writestr("ann/hw.py", "x = 1")
        ...     archive.writestr("../../etc/hw.py", "x = 1")
        >>> [(str(m.name), m.data, m.problem) for m in members("class.zip", stream.getvalue())]
        [('ann/hw.py', b'x = 1', ''), ('etc/hw.py', b'', 'its name leads out of the archive')]
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UsageError(f"{name} is not a zip file, or a damaged one") from None
    with archive:
        entries = [info for info in archive.infolist() if _wanted(info)]
        if len(entries) > MAX_MEMBERS:
            raise UsageError(f"{name} holds {len(entries)} files; at most {MAX_MEMBERS} are read")
        found, total = [], 0
        for info in entries:
            member = _member(archive, info)
            total += len(member.data)
            if total > MAX_ARCHIVE:
                raise UsageError(f"{name} unpacks to more than {MAX_ARCHIVE // 2**30} GiB")
            found.append(member)
    return found


def _wanted(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    hidden = any(part.startswith(".") and part != ".." for part in path.parts) or "__MACOSX" in path.parts
    return not info.is_dir() and not hidden and path.suffix.lower() in KINDS


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    raw = PurePosixPath(info.filename.replace("\\", "/"))
    inside = [
        plain_text(part, 80) for part in raw.parts if part not in ("..", "/") and not part.endswith(":")
    ]
    name, when = PurePosixPath(*inside), _time(info)
    if raw.is_absolute() or ".." in raw.parts or len(inside) != len(raw.parts):
        return Member(name, b"", "its name leads out of the archive", when)
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Member(name, b"", "it is a link, not a file", when)
    if info.flag_bits & 1:
        return Member(name, b"", "it is encrypted", when)
    try:
        with archive.open(info) as file:
            data = file.read(MAX_FILE + 1)  # not what the archive says it holds: what comes out
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, NotImplementedError):
        return Member(name, b"", "it is damaged in the archive", when)
    if len(data) > MAX_FILE:
        return Member(name, b"", f"it unpacks to more than {MAX_FILE // 2**20} MiB", when)
    return Member(name, data, "", when)


def _time(info: zipfile.ZipInfo) -> dt.datetime | None:
    try:
        return dt.datetime(*info.date_time).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
