"""CIFAR-10: Krizhevsky, Nair and Hinton's pictures of ten kinds of things, 32×32 pixels, in colour.

Both official archives are read member by member; nothing is written to disk. The pickles of the python archive may
hold any code, so only the three names that an array needs are let in, and each becomes a plain record of ours.
"""

import io
import math
import pickle
import re
import tarfile
import threading
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import CIFAR10, Source
from engine.sources.locate import Found, locate, locate_embedded
from engine.sources.photo10 import NAMES as PHOTO10_NAMES
from engine.sources.photo10 import read_photo10

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PIXELS = 3 * 32 * 32
BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
ALIGNMENT = 64
"""TensorFlow uses pixels where they lie if their address is a multiple of this."""

MAX_BYTES = 40_000_000
"""No member of the archives has more than 31 MB; anything far beyond is not CIFAR-10."""

_reading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Images are uint8 [n, 32, 32, 3] RGB; labels are int32 [n], places in `names`.

    files: the names of the pictures' files, of the training pictures and then of the test pictures, where the archive
    has them.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int32]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int32]
    names: tuple[str, ...]
    found: Found
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of an archive: images uint8 [n, 32, 32, 3], labels int32 [n], names of files, or none."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    files: tuple[str, ...]


def load_named_pictures(data: Path | None = None) -> Pictures:
    """Like `load_pictures`, from the archive that has the names of the files if both are here."""
    binary, *others = CIFAR10.layouts
    return load_pictures(data, replace(CIFAR10, layouts=(*others, binary)))


def load_pictures(data: Path | None = None, source: Source = CIFAR10) -> Pictures:
    """The CIFAR-10 that is here, or Photo-10; `data` is a folder to look in first.

    Raises `InvalidInput` as `locate` does, and `DamagedSource` for a file that is not what its name says.
    """
    return _load(locate(source, data))


def pick_test_pictures(labels: NDArray[np.integer[Any]], indices: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """The images at `indices`, uint8 [n, 32, 32, 3], of the test set with these labels: CIFAR-10 or Photo-10.

    A run may be older than the data that are here now. Raises `InvalidInput` where none here has these labels.
    """
    for found in (locate(CIFAR10), locate_embedded(CIFAR10)):
        pictures = _load(found)
        if np.array_equal(pictures.test_labels, labels):
            return pictures.test_images[indices]
    raise InvalidInput("The test pictures of this run are not here any more: it was made with other files.")


def _load(found: Found) -> Pictures:
    changed_ns = tuple(path.stat().st_mtime_ns for path in found.paths)
    read, names = (_read_whole, NAMES) if found.real else (_read_stand_in, PHOTO10_NAMES)
    # A page's call and a run may want them at once: what both unpacked would be in memory twice.
    with _reading:
        images, labels, test_images, test_labels, files = read(found.paths, changed_ns)
    return Pictures(images, labels, test_images, test_labels, names, found, files)


@lru_cache(maxsize=1)
def _read_stand_in(paths: tuple[Path, ...], _changed_ns: tuple[int, ...]) -> tuple[Any, ...]:
    """Train images and labels, test images and labels, no names of files."""
    return *read_photo10(paths), ()


@lru_cache(maxsize=1)
def _read_whole(paths: tuple[Path, ...], _changed_ns: tuple[int, ...]) -> tuple[Any, ...]:
    """The same of CIFAR-10, with the names of files if the archive has them; read again when the file has changed."""
    *train, test = read_archive(paths[0])
    labels = np.concatenate([batch.labels for batch in train])
    files = tuple(name for batch in (*train, test) for name in batch.files)
    images = aligned((len(labels), *test.images.shape[1:]))
    for place in np.split(images, len(train)):
        place[:] = train.pop(0).images
    test_images = aligned(test.images.shape)
    test_images[:] = test.images
    return images, labels, test_images, test.labels, files


def aligned(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """An empty uint8 array of `shape` whose pixels TensorFlow can use without a copy."""
    raw = np.empty(math.prod(shape) + ALIGNMENT, np.uint8)
    first = -raw.ctypes.data % ALIGNMENT
    return raw[first : first + math.prod(shape)].reshape(shape)


def read_archive(path: Path) -> list[Batch]:
    """The five training batches and the test batch, in that order.

    Takes the python and the binary archive. Raises `DamagedSource` where a batch is missing, cut off or not CIFAR-10's.
    """
    try:
        members = _members(path)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DamagedSource(f"{path} is not a whole archive ({error}); delete it or fetch it again.") from error
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
    with tarfile.open(path) as archive:
        for member in archive:
            place = PurePosixPath(member.name)
            if place.is_absolute() or ".." in place.parts:
                raise DamagedSource(f"{path} holds {member.name!r}, which leads out of its folder; it was not read.")
            file = archive.extractfile(member) if place.name in wanted and member.isreg() else None
            if file and member.size > MAX_BYTES:
                raise DamagedSource(f"{member.name} in {path} has {member.size:,} bytes, too many for CIFAR-10.")
            if file:
                found[wanted[place.name]] = _contents(file, member.size, path)
    return found


def _contents(file: Any, size: int, path: Path) -> bytes:
    content: bytes = file.read()
    if len(content) != size:
        raise DamagedSource(f"{path} is cut off; delete it or fetch it again.")
    return content


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
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        data, labels = batch[b"data"], batch[b"labels"]
        rows = np.frombuffer(data.raw, np.uint8).reshape(data.shape)
        return rows.reshape(len(rows), PIXELS), np.array(labels, np.int64), _file_names(batch, len(rows))
    except DamagedSource as error:
        raise DamagedSource(f"{where}: {error}") from error
    # A damaged pickle may fail in any of these ways, and more are not documented.
    except Exception as error:
        raise DamagedSource(f"{where} is damaged ({type(error).__name__}: {error}); fetch it again.") from error


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


class _Unpickler(pickle.Unpickler):
    """Lets in arrays and their types, as records of ours, and nothing else: no other name is even looked up."""

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") | ("numpy", "ndarray"):
                return _Array
            case "numpy", "dtype":
                return _Dtype
        raise DamagedSource(f"the pickle asks for {module}.{name}, which no batch needs; it was not read.")
