"""3 × 3 convolutions with a quarter of the multiplications: F(4 × 4, 3 × 3) of Winograd's minimal filtering.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, sections 4.1 and 5.1. Four by four results
come from a tile of six by six: tile and kernel are transformed, multiplied at each of 36 places, and transformed back.
Over many channels the products dominate, each of them a matrix product, and the transforms pay. Results differ from the
plain sum's by some 1e-5 of the largest.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

SIDE, TILE = 4, 6

_FROM_TILE = np.array(
    [
        *([4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0]),
        *([0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]),
    ]
)
_FROM_KERNEL = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
_TO_RESULT = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])
"""Of one dimension: the paper's B transposed, G, and A transposed."""


def transformed(kernel: NDArray[np.float32]) -> tf.Tensor:
    """A kernel [3, 3, in, out] as `convolve` takes it: float32 [36, in, out]."""
    flat = np.kron(_FROM_KERNEL, _FROM_KERNEL) @ kernel.reshape(9, -1)
    return tf.constant(flat.reshape(TILE**2, *kernel.shape[2:]), tf.float32)


def convolve(maps: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """`maps` float32 [1, rows, columns, in] through a `transformed` kernel, padded to keep their size."""
    rows, columns = tf.shape(maps)[1], tf.shape(maps)[2]
    down, across = -(-rows // SIDE), -(-columns // SIDE)
    there = _in_both(_FROM_TILE, tiles(maps))
    back = _in_both(_TO_RESULT, tf.matmul(there, kernel))
    squares = tf.reshape(back, [SIDE, SIDE, down, across, kernel.shape[2]])
    return _joined(squares)[tf.newaxis, :rows, :columns]


@tf.custom_gradient
def tiles(maps: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """The tiles of `maps` [1, rows, columns, channels] with a border of zeros: [36 places, tiles, channels].

    Tiles overlap by two rows and columns. The gradient adds those up where TensorFlow's own would add row by row.
    """
    rows, columns, channels = tf.shape(maps)[1], tf.shape(maps)[2], maps.shape[3]
    down, across = -(-rows // SIDE), -(-columns // SIDE)
    border = [[1, SIDE * down + 1 - rows], [1, SIDE * across + 1 - columns], [0, 0]]
    places = tf.range(TILE)[:, tf.newaxis]
    lines, points = places + SIDE * tf.range(down), places + SIDE * tf.range(across)
    indices = lines[:, tf.newaxis, :, tf.newaxis] * (SIDE * across + 2) + points[tf.newaxis, :, tf.newaxis, :]

    def gradient(slope: tf.Tensor) -> tf.Tensor:
        parts = tf.reshape(slope, [TILE, TILE, down, across, channels])
        for axis in (0, 1):
            parts = _overlapped(parts, axis)
        return _joined(parts)[tf.newaxis, 1 : rows + 1, 1 : columns + 1]

    flat = tf.reshape(tf.pad(maps[0], border), [-1, channels])
    return tf.gather(flat, tf.reshape(indices, [TILE**2, -1])), gradient


def _overlapped(parts: tf.Tensor, axis: int) -> tf.Tensor:
    """Tiles of six along `axis` as squares of four: the last two of a tile are added to the next, one more in all."""
    own, next_ones = tf.split(parts, [SIDE, TILE - SIDE], axis)
    after, before = np.zeros([2, 5, 2], int)
    after[axis + 2, 1] = before[axis + 2, 0] = 1
    before[axis, 1] = SIDE - (TILE - SIDE)
    return tf.pad(own, after) + tf.pad(next_ones, before)


def _joined(squares: tf.Tensor) -> tf.Tensor:
    """[4, 4, down, across, channels] as maps [4 × down, 4 × across, channels]."""
    shape = tf.shape(squares)
    together = tf.transpose(squares, [2, 0, 3, 1, 4])
    return tf.reshape(together, [SIDE * shape[2], SIDE * shape[3], squares.shape[4]])


def _in_both(transform: NDArray[np.int64], values: tf.Tensor) -> tf.Tensor:
    """`transform` [a, 6] in both dimensions of `values` [36, tiles, channels]: [a², tiles, channels]."""
    matrix = tf.constant(np.kron(transform, transform), values.dtype)
    result = tf.matmul(matrix, tf.reshape(values, [TILE**2, -1]))
    return tf.reshape(result, [len(transform) ** 2, -1, values.shape[2]])
