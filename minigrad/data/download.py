"""Files from the network, kept in a cache: each is checked against its published checksum before it is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from minigrad.errors import UsageError

SECONDS = 30  # a mirror that says nothing for so long is given up
CHUNK = 1 << 16


class Source(NamedTuple):
    """Where a dataset comes from.

    Attributes:
        name: for people.
        folder: below the cache.
        mirrors: addresses that end with "/"; tried in this order.
        files: per file its length in bytes and its SHA-256.
    """

    name: str
    folder: str
    mirrors: Sequence[str]
    files: Mapping[str, tuple[int, str]]


def cache_folder() -> Path:
    """Where downloads are kept: MINIGRAD_DATA, or `minigrad` in the user's cache folder (XDG_CACHE_HOME, ~/.cache).

    Example:
        >>> cache_folder().is_absolute()
        True
    """
    chosen = os.environ.get("MINIGRAD_DATA")
    if chosen:
        return Path(chosen).expanduser().absolute()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache").absolute() / "minigrad"


def fetch(source: Source, progress: bool = True) -> list[Path]:
    """The files of a dataset, downloaded if they are not in the cache yet.

    Every file appears whole or not at all: it is checked in memory, written beside its place, and moved there.

    Args:
        progress: whether to show a bar while downloading.

    Raises:
        UsageError: no mirror gave the right file (the message says where to put it by hand), or the cache cannot
            be written.

    Example:
        >>> fetch(Source("nothing", "nothing", [], {}))
        []
    """
    folder = cache_folder() / source.folder
    return [found(source, name, folder, progress) for name in source.files]


def found(source: Source, name: str, folder: Path, progress: bool) -> Path:
    """One file of the dataset: from the cache, or from the first mirror that has it."""
    path = folder / name
    failures = []
    if path.is_file():
        fault = difference(path.read_bytes(), source, name)
        if fault is None:
            return path
        failures.append(f"the file that is there is damaged: {fault}")
    for mirror in source.mirrors:
        content = downloaded(mirror + name, source.files[name][0], progress)
        if isinstance(content, bytes):
            fault = difference(content, source, name)
            if fault is None:
                keep(path, content)
                return path
        else:
            fault = content
        failures.append(f"{mirror}: {fault}")
    raise UsageError(
        f"{source.name} is not here and could not be downloaded ({'; '.join(failures) or 'no mirror'}). Without "
        f"a network, put these files, as they are published, into {folder} yourself: {', '.join(source.files)}. "
        f"(MINIGRAD_DATA names another folder than {folder.parent}.)"
    )


def difference(content: bytes, source: Source, name: str) -> str | None:
    """What is wrong with the content of a file; None if it is the published one."""
    import hashlib

    size, checksum = source.files[name]
    if len(content) != size:
        return f"{name} has {len(content):,} bytes instead of {size:,}"
    if hashlib.sha256(content).hexdigest() != checksum:
        return f"{name} has another checksum than the published one"
    return None


def downloaded(url: str, size: int, progress: bool) -> bytes | str:
    """What is at the address; or a sentence on why nothing came. Stops soon after `size` bytes."""
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    content = bytearray()
    try:
        request = Request(url, headers={"User-Agent": "minigrad"})
        with urlopen(request, timeout=SECONDS) as answer, Bar(url, size, progress) as bar:
            while len(content) <= size and (chunk := answer.read(CHUNK)):
                content += chunk
                bar.update(len(chunk))
    except (OSError, HTTPException) as error:  # no network, no such file, a connection that breaks
        reason = getattr(error, "reason", error)
        return str(getattr(reason, "strerror", None) or reason) or type(error).__name__
    return bytes(content)


class Bar:
    """A progress bar, or nothing."""

    def __init__(self, url: str, size: int, shown: bool) -> None:
        self.bar = None
        if shown:
            from tqdm.auto import tqdm

            self.bar = tqdm(desc=url.rpartition("/")[2], total=size, unit="B", unit_scale=True)

    def __enter__(self) -> Bar:
        return self

    def update(self, count: int) -> None:
        """So many bytes more."""
        if self.bar is not None:
            self.bar.update(count)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache, whole or not at all.

    Raises:
        UsageError: the cache cannot be written.
    """
    import tempfile

    draft = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            draft = file.name
            file.write(content)
        os.replace(draft, path)
    except OSError as error:
        raise UsageError(
            f"Cannot write {path}: {error.strerror or error}. Set MINIGRAD_DATA to a folder that you may write."
        ) from None
    finally:
        if draft and os.path.exists(draft):
            os.unlink(draft)
