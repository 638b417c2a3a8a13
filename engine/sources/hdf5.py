"""Weights in HDF5 files from anywhere: each array is looked at before its numbers are read.

HDF5 can lead to other files in three ways, and can say that it holds far more than its bytes; neither is read here.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from engine.errors import DamagedSource
from engine.sources.tried import try_apart

MOST_BYTES = 700_000_000
"""Of all arrays of a file; VGG-19 with its classifier has 575 million."""

MOST_IN_A_CHUNK = 100_000_000
MOST_OBJECTS = 20_000


@contextmanager
def opened_weights(path: Path) -> Iterator[h5py.File]:
    """The file at `path`. Raises `DamagedSource` for what is no HDF5 file, or turns out damaged while it is read."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except DamagedSource:
        raise
    # A damaged file fails in HDF5 and in NumPy with errors of any kind.
    except Exception as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise DamagedSource(f"{path} is not a whole weights file of Keras ({reason}); fetch it again.") from error


def check_unknown(path: Path) -> None:
    """`check_weights` in a process of its own, for files without a published checksum. Raises `DamagedSource`."""
    try_apart("engine.sources.hdf5", "check_weights", path)


def read_numbers(file: h5py.File, place: str, most_bytes: int) -> NDArray[np.float32]:
    """The array at `place`. Raises `DamagedSource` where it has more bytes, lies elsewhere, or is not of floats."""
    found = file[place]
    if not isinstance(found, h5py.Dataset) or found.file.filename != file.filename:
        raise DamagedSource(f"{file.filename} has no array of its own at {place[:100]!r}; it was not read.")
    _check(found, most_bytes)
    return np.asarray(found, np.float32)


def check_weights(path: Path) -> None:
    """Read the whole of a file that somebody else is going to read. Raises `DamagedSource` where it should not be."""
    with opened_weights(path) as file:
        total = 0
        for number, found in enumerate(_everything(file)):
            if isinstance(found, h5py.Dataset):
                _check(found, MOST_BYTES)
                total += found.nbytes
            if total > MOST_BYTES or number > MOST_OBJECTS:
                raise DamagedSource(f"{path} holds {total:,} bytes in {number:,} parts, too many for weights.")
            if isinstance(found, h5py.Dataset):
                found[()]
            for name in found.attrs:
                found.attrs[name]


def _everything(group: h5py.Group) -> Iterator[Any]:
    """All groups and arrays below `group`, without those that are there under a second name."""
    seen, waiting = set[Any](), [group]
    while waiting:
        inside = waiting.pop()
        for name in inside:
            if not isinstance(inside.get(name, getlink=True), h5py.HardLink):
                raise DamagedSource(f"{group.file.filename} has a link at {name[:100]!r}; it was not read.")
            found = inside[name]
            if found.id in seen:
                continue
            seen.add(found.id)
            yield found
            if isinstance(found, h5py.Group):
                waiting.append(found)


def _check(found: h5py.Dataset, most_bytes: int) -> None:
    where = f"{found.file.filename}: {found.name[:100]!r}"
    if found.dtype.kind not in "fiuSO" or found.external or found.is_virtual:
        raise DamagedSource(f"{where} is not an array of numbers that lies in this file; it was not read.")
    chunk = math.prod(found.chunks or ()) * found.dtype.itemsize
    if found.nbytes > most_bytes or chunk > MOST_IN_A_CHUNK:
        raise DamagedSource(f"{where} has {found.nbytes:,} bytes, too many for weights; it was not read.")
