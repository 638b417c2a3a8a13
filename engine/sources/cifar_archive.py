"""CIFAR-10's two official archives, read member by member; nothing is written to disk.

The pickles of the python archive may hold any code, so only the three names that an array needs are let in, and each
becomes a plain record of ours. Sizes are checked before anything is unpacked: what is far beyond CIFAR-10 is not read.
"""

import gzip
import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import DamagedSource
from engine.sources.pickles import PlainUnpickler

PIXELS = 3 * 32 * 32
BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")

MAX_BYTES = 40_000_000
"""No member of the archives has more than 31 MB; anything far beyond is not CIFAR-10."""

MOST_TOTAL = 400_000_000
"""Bytes that are unpacked; both archives have 185 million."""

MOST_MEMBERS = 1_000
MOST_OF_A_HEADER = 64_000
"""Bytes of a long name, or of what else may stand before a member."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of an archive: images uint8 [n, 32, 32, 3], labels int32 [n], names of files, or none."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    files: tuple[str, ...]


class _Member(tarfile.TarInfo):
    """A header of a tar archive, looked at before what it tells of is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> Self:
        """The header in a block. Raises `DamagedSource` for sizes and kinds that CIFAR-10 has none of."""
        member = super().frombuf(buf, encoding, errors)  # type: ignore[arg-type]
        plain = member.isreg() or member.isdir() or member.issym() or member.islnk()
        most = MAX_BYTES if plain else MOST_OF_A_HEADER
        if not 0 <= member.size <= most or member.issparse() or member.type == tarfile.GNUTYPE_SPARSE:
            raise DamagedSource(f"{_shown(member.name)} has {member.size:,} bytes, which fits no part of CIFAR-10")
        return member


class _Capped:
    """A packed file of which `MOST_TOTAL` bytes are unpacked at most."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """At most `size` bytes."""
        self._check(size, self.tell() + size)
        content: bytes = self._file.read(size)
        return content

    def seek(self, place: int) -> None:
        """Go on at `place`."""
        self._check(0, place)
        self._file.seek(place)

    def tell(self) -> int:
        """Where it is."""
        place: int = self._file.tell()
        return place

    def _check(self, size: int, place: int) -> None:
        if size > MAX_BYTES or place > MOST_TOTAL:
            raise DamagedSource(f"it unpacks to more than {MOST_TOTAL:,} bytes, which CIFAR-10 does not")


def read_archive(path: Path) -> list[Batch]:
    """The five training batches and the test batch, in that order.

    Takes the python and the binary archive. Raises `DamagedSource` where a batch is missing, cut off or not CIFAR-10's.
    """
    try:
        members = _members(path)
    except DamagedSource as error:
        raise DamagedSource(f"{path} was not read: {error}.") from error
    # A damaged archive may fail in any way.
    except Exception as error:
        raise DamagedSource(
            f"{path} is not a whole archive ({str(error)[:100] or type(error).__name__}); delete it or fetch it again."
        ) from error
    if missing := [name for name in BATCHES if name not in members]:
        raise DamagedSource(f"{path} holds no {missing[0]}; delete it or fetch it again.")
    batches = [_batch(members.pop(name), f"{name} in {path}") for name in BATCHES]
    if len({len(batch.labels) for batch in batches[:5]}) > 1:
        raise DamagedSource(f"{path} has training batches of different sizes; delete it or fetch it again.")
    return batches


def _members(path: Path) -> dict[str, bytes]:
    """The batches' contents by their names without folder and without `.bin`."""
    wanted = {spelling: name for name in BATCHES for spelling in (name, f"{name}.bin")}
    found = dict[str, bytes]()
    with _unpacked(path) as file, tarfile.open(fileobj=file, mode="r:", tarinfo=_Member) as archive:
        for number, member in enumerate(archive):
            place = PurePosixPath(member.name)
            if place.is_absolute() or ".." in place.parts:
                raise DamagedSource(f"it holds {_shown(member.name)}, which leads out of its folder")
            if number >= MOST_MEMBERS:
                raise DamagedSource(f"it has more than {MOST_MEMBERS:,} members")
            batch = archive.extractfile(member) if place.name in wanted and member.isreg() else None
            if batch:
                found[wanted[place.name]] = _contents(batch, member.size)
    return found


@contextmanager
def _unpacked(path: Path) -> Iterator[Any]:
    with path.open("rb") as packed:
        zipped = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        yield _Capped(gzip.GzipFile(fileobj=packed) if zipped else packed)


def _contents(file: Any, size: int) -> bytes:
    content: bytes = file.read()
    if len(content) != size:
        raise DamagedSource("it is cut off; delete it or fetch it again")
    return content


def _shown(name: str) -> str:
    return repr(name[:100])


def _batch(content: bytes, where: str) -> Batch:
    rows, labels, files = _unpickled(content, where) if content[:1] == b"\x80" else _records(content, where)
    if labels.shape != (len(rows),):
        raise DamagedSource(f"{where} has {len(rows):,} pictures and {labels.size:,} labels; fetch it again.")
    if not len(labels) or labels.min() < 0 or labels.max() > 9:
        raise DamagedSource(f"{where} has labels that are not whole numbers from 0 to 9.")
    images = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return Batch(np.ascontiguousarray(images), labels.astype(np.int32), files)


def _records(content: bytes, where: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8], tuple[str, ...]]:
    """The binary format: a byte of label and 3,072 of pixels, red, green, blue, a picture."""
    if len(content) % (1 + PIXELS):
        raise DamagedSource(f"{where} has {len(content):,} bytes, which is not a number of {1 + PIXELS}-byte records.")
    records = np.frombuffer(content, np.uint8).reshape(-1, 1 + PIXELS)
    return records[:, 1:], records[:, 0], ()


def _unpickled(content: bytes, where: str) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """The python format: a dictionary with uint8 rows of 3,072 pixels and a list of labels."""
    try:
        batch = PlainUnpickler(io.BytesIO(content), ALLOWED, encoding="bytes").load()
        data, labels = batch[b"data"], batch[b"labels"]
        if not isinstance(data, _Array) or not isinstance(labels, list) or {type(label) for label in labels} - {int}:
            raise DamagedSource("its pictures and labels are not an array and a list of numbers.")
        rows = np.frombuffer(data.raw, np.uint8).reshape(data.shape)
        return rows.reshape(len(rows), PIXELS), np.array(labels, np.int64), _file_names(batch, len(rows))
    except DamagedSource as error:
        raise DamagedSource(f"{where}: {error}") from error
    # A damaged pickle may fail in any of these ways, and more are not documented.
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:100]}"
        raise DamagedSource(f"{where} is damaged ({reason}); fetch it again.") from error


def _file_names(batch: Any, count: int) -> tuple[str, ...]:
    """The names of the pictures' files, if there is a plain one for each; none may lead to another folder."""
    names = [bytes(name).decode("ascii", "replace") for name in batch.get(b"filenames", ())]
    plain = all(re.fullmatch(r"[\w\-]+\.png", name) for name in names)
    return tuple(names) if plain and len(names) == count else ()


class _Array:
    """What a pickle says of an array; only the shape and the bytes are kept, and no NumPy code runs."""

    def __init__(self, *_arguments: Any) -> None:
        self.shape: tuple[int, ...] = ()
        self.raw = b""

    def __setstate__(self, state: Any) -> None:
        _version, self.shape, dtype, in_columns, self.raw = state
        if not isinstance(dtype, _Dtype) or dtype.name != b"u1" or in_columns:
            raise DamagedSource("the pixels are not rows of bytes.")


class _Dtype:
    """What a pickle says of the type of an array's numbers."""

    def __init__(self, name: bytes, *_arguments: Any) -> None:
        self.name = name

    def __setstate__(self, _state: Any) -> None:
        """Byte order and the like, which one-byte numbers do not have."""


ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
}
"""What a pickle may ask for."""
