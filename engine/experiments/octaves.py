"""A picture as a small one and the details that each larger size adds: Laplacian-like octaves, as in the chapter."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def resize(picture: Floats, size: tuple[int, int]) -> Floats:
    """float32 [height, width, 3] -> float32 [*size, 3], bilinear, as `tf.image.resize_bilinear` did in the chapter."""
    resized: Floats = tf.image.resize(picture, size, "bilinear").numpy()
    return resized


def split(picture: Floats, sizes: Sequence[tuple[int, int]]) -> tuple[Floats, list[Floats]]:
    """The picture at the first of `sizes` (the smallest), and for each larger one what resizing to it leaves out.

    The last of `sizes` is that of `picture`.
    """
    details: list[Floats] = []
    for size in sizes[-2::-1]:
        small = resize(picture, size)
        details.append(picture - resize(small, picture.shape[:2]))
        picture = small
    return picture, details[::-1]


def grow(picture: Floats, detail: Floats) -> Floats:
    """The picture at the size of `detail`, with it: undoes one step of `split` but for the rounding of floats."""
    grown: Floats = resize(picture, detail.shape[:2]) + detail
    return grown
