"""Photo-10, the stand-in for CIFAR-10: small crops of ten photographs; the label says which photograph.

Each photograph is shrunk and cut into square cells. Every fifth cell is kept for the test, so no pixel is in both a
training and a test crop, and the test cells lie all over the photograph.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import DamagedSource, InvalidInput
from engine.images import Pixels, read_image, shrink

NAMES = ("astronaut", "cat", "coffee", "rocket", "galaxies", "retina", "tissue", "motorcycle", "temple", "flower")
"""In the order of the catalog's files."""

TRAIN, TEST = 400, 100
"""Crops of each photograph."""

LONGEST, CELL, SIDE = 320, 40, 32


def read_photo10(paths: tuple[Path, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int32], Pixels, NDArray[np.int32]]:
    """Train images and labels, test images and labels, as CIFAR-10 has them: uint8 [n, 32, 32, 3], int32 [n].

    The crops are the same each time. Raises `DamagedSource` for a file that is no photograph any more.
    """
    rng = np.random.default_rng(10)
    train, test = [], []
    for path in paths:
        photograph = _read(path)
        train_cells, test_cells = split_cells(*photograph.shape[:2])
        train.append(_crops(photograph, train_cells, TRAIN, rng))
        test.append(_crops(photograph, test_cells, TEST, rng))
    labels = np.arange(len(paths), dtype=np.int32)
    return np.concatenate(train), labels.repeat(TRAIN), np.concatenate(test), labels.repeat(TEST)


def split_cells(height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Upper left corners [n, 2] of the training cells and of the test cells of a photograph of that size."""
    rows, columns = np.mgrid[: height // CELL, : width // CELL]
    test = (rows * 2 + columns) % 5 == 4
    corners = np.stack([rows, columns], axis=-1) * CELL
    return corners[~test], corners[test]


def _crops(photograph: Pixels, cells: NDArray[np.intp], count: int, rng: np.random.Generator) -> Pixels:
    """`count` crops, cell by cell, the cells shuffled: a run of crops from the end shares few cells with the others."""
    cell = np.sort(np.arange(count) % len(cells))
    corners = rng.permutation(cells)[cell] + rng.integers(0, CELL - SIDE + 1, (count, 2))
    return np.stack([photograph[y : y + SIDE, x : x + SIDE] for y, x in corners])


def _read(path: Path) -> Pixels:
    try:
        return shrink(read_image(path.read_bytes()), LONGEST)
    except (OSError, InvalidInput) as error:
        raise DamagedSource(f"{path} cannot be read ({error}); install requirements.txt again.") from error
