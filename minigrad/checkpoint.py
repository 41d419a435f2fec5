"""Checkpoints: all that an interrupted training needs to go on, in one file, written whole or not at all.

With this module, one can
- save:         save("run.npz", model=net, optimizer=optimizer, rng=rng, epoch=3)
- go on:        epoch = load("run.npz", model=net, optimizer=optimizer, rng=rng)["epoch"]

The file is an .npz as NumPy writes it, one array per entry ("model/layers.0.weight"), and one entry
"checkpoint.json" for everything that is no array. There is no pickle in it: a file that comes from somewhere
else cannot run a program here.
"""

from __future__ import annotations

import copy
import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.errors import UsageError
from minigrad.packing import Saved, pack, unpack

HEADER = "checkpoint.json"
FORMAT, VERSION = "minigrad checkpoint", 1


class CheckpointError(UsageError):
    """A checkpoint cannot be written, read, or taken over by what it was loaded into. Nothing was changed."""


def save(path: str | os.PathLike[str], /, **things: Any) -> Path:
    """Write a checkpoint. A reader never sees half of it, and a crash leaves the file that was there before.

    Args:
        path: of the file, mostly ending in .npz; an existing one is replaced.
        things: by name, what is to be kept: modules, optimizers, schedulers and loaders (whatever has a
            `state_dict`), random generators, arrays, and plain values in dicts and lists. With a module, the
            generators that its layers draw from are kept.

    Returns:
        The path.

    Raises:
        CheckpointError: something cannot be kept without pickle, or the file cannot be written.

    Example:
        >>> import numpy as np, minigrad as mg
        >>> from minigrad.checkpoint import save, load
        >>> net = mg.nn.Linear(3, 2, np.random.default_rng(0))
        >>> folder = getfixture("tmp_path")
        >>> path = save(folder / "run.npz", model=net, epoch=3)
        >>> other = mg.nn.Linear(3, 2, np.random.default_rng(1))
        >>> load(path, model=other)["epoch"], np.array_equal(other.weight.data, net.weight.data)
        (3, True)
    """
    import json

    arrays: dict[str, np.ndarray] = {}
    try:
        values = {name: pack(thing, name, arrays) for name, thing in things.items()}
    except UsageError as error:
        raise CheckpointError(f"Cannot save to {path}: {error}") from None
    header = json.dumps({"format": FORMAT, "version": VERSION, "values": values}, allow_nan=False)
    return write(Path(path), header, arrays)


def load(path: str | os.PathLike[str], /, **things: Any) -> dict[str, Any]:
    """Read a checkpoint, and let the given things take over what was saved under their names: all or none.

    Args:
        path: of the file.
        things: by name, objects like those that were saved: modules, optimizers, … and random generators.

    Returns:
        Everything in the file by name: the given things, plain values and arrays as they were, and the state
        dicts of what was not given.

    Raises:
        CheckpointError: there is no such file, it is damaged or none of ours, a name is not in it, or a thing
            cannot take over what was saved (another network, for example). Then nothing was changed.

    Example: see `save`.
    """
    saved = read(Path(path))
    absent = [name for name in things if name not in saved]
    if absent:
        raise CheckpointError(f"{path} has no {', '.join(absent)}; it holds {', '.join(saved) or 'nothing'}.")
    before: list[tuple[Any, Saved]] = []
    for name, thing in things.items():
        try:
            snapshot = copy.deepcopy(Saved.of(thing))
            before.append((thing, snapshot))
            saved[name].restore(thing) if isinstance(saved[name], Saved) else refuse(thing)
        except Exception as error:
            for changed, state in reversed(before):
                state.restore(changed)
            raise CheckpointError(f"{path} does not fit {name}; nothing was changed. {error}") from error
    return {
        name: things.get(name, value.state if isinstance(value, Saved) else value)
        for name, value in saved.items()
    }


def refuse(thing: Any) -> None:
    """For a thing under whose name a plain value was saved."""
    raise UsageError(
        f"A plain value was saved, which a {type(thing).__name__} cannot take over; it is in the result."
    )


# The file -----------------------------------------------------------------------------------------------


def write(path: Path, header: str, arrays: dict[str, np.ndarray]) -> Path:
    """Write beside the destination, make sure that it is on the disk, then move it there."""
    import tempfile
    import zipfile

    if not path.parent.is_dir():
        raise CheckpointError(
            f"Cannot write {path}: the folder {path.parent} does not exist. Create it first."
        )
    draft = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}-", delete=False) as file:
            draft = file.name
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr(HEADER, header)
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, path.stat().st_mode if path.exists() else 0o644)  # not that of a temporary file
        os.replace(draft, path)
    except BaseException as error:  # also when it is interrupted by the keyboard
        if draft and os.path.exists(draft):
            os.unlink(draft)
        if isinstance(error, OSError):
            raise CheckpointError(f"Cannot write {path}: {error.strerror or error}.") from error
        raise
    return path


def read(path: Path) -> dict[str, Any]:
    """Everything in a file, by name. Each entry is read to the end and its checksum compared, then used."""
    import json
    import zipfile
    import zlib

    if not path.is_file():
        raise CheckpointError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            if HEADER not in archive.namelist():
                raise CheckpointError(f"{path} is a zip file, but no checkpoint that mg.save wrote.")
            header = json.loads(archive.read(HEADER))
            if not isinstance(header, dict) or header.get("format") != FORMAT:
                raise CheckpointError(f"{path} is no checkpoint that mg.save wrote.")
            if header.get("version") != VERSION:
                raise CheckpointError(
                    f"{path} is a checkpoint of version {header.get('version')}; this minigrad reads "
                    f"version {VERSION}."
                )
            entries = [name for name in archive.namelist() if name != HEADER]
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(name)), allow_pickle=False
                )
                for name in entries
            }
            return {name: unpack(value, arrays) for name, value in header["values"].items()}
    except CheckpointError:
        raise
    except zipfile.BadZipFile as error:
        raise CheckpointError(
            f"{path} is damaged, cut off, or no checkpoint ({error}). Take the one that was saved before it."
        ) from error
    except (OSError, EOFError, LookupError, TypeError, ValueError, zlib.error, NotImplementedError) as error:
        raise CheckpointError(f"{path} is no checkpoint that can be read: {error}") from error
