"""CIFAR-10: Krizhevsky, Nair and Hinton's pictures of ten kinds of things, 32×32 pixels, in colour."""

import math
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.sources.catalog import CIFAR10, Source
from engine.sources.cifar_archive import read_archive
from engine.sources.locate import Found, locate, locate_embedded
from engine.sources.photo10 import NAMES as PHOTO10_NAMES
from engine.sources.photo10 import read_photo10

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
ALIGNMENT = 64
"""TensorFlow uses pixels where they lie if their address is a multiple of this."""

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
