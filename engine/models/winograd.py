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


def convolve(maps: tf.Tensor, kernel: tf.Tensor, margin: int = 1) -> tf.Tensor:
    """`maps` float32 [1, rows, columns, in] in a margin of zeros through a `transformed` kernel.

    [1, rows, columns, out] with a margin of 1, two rows and columns fewer without one.
    """
    there, (rows, columns) = tiles(maps, margin), (side + 2 * margin - 2 for side in tf.unstack(tf.shape(maps)[1:3]))
    back = _in_both(_TO_RESULT, tf.matmul(_in_both(_FROM_TILE, there), kernel))
    squares = tf.reshape(back, [SIDE, SIDE, _fours(rows), _fours(columns), kernel.shape[2]])
    return _joined(squares)[tf.newaxis, :rows, :columns]


def tiles(maps: tf.Tensor, margin: int) -> tf.Tensor:
    """The tiles of `maps` [1, rows, columns, channels] in a margin of zeros: [36 places, tiles, channels].

    Tiles overlap by two rows and columns; the last are filled up with zeros. The gradient adds up what overlaps, where
    TensorFlow's own would add row by row.
    """
    channels = maps.shape[3]

    @tf.custom_gradient
    def op(maps: tf.Tensor) -> tuple[tf.Tensor, Any]:
        rows, columns = tf.shape(maps)[1], tf.shape(maps)[2]
        down, across = (_fours(side + 2 * margin - 2) for side in (rows, columns))
        height, width = SIDE * down + TILE - SIDE, SIDE * across + TILE - SIDE

        def gradient(slope: tf.Tensor) -> tf.Tensor:
            parts = tf.reshape(slope, [TILE, TILE, down, across, channels])
            for axis in (0, 1):
                parts = _overlapped(parts, axis)
            return _joined(parts)[tf.newaxis, margin : margin + rows, margin : margin + columns]

        border = [[margin, height - margin - rows], [margin, width - margin - columns], [0, 0]]
        places = tf.range(TILE)[:, tf.newaxis]
        lines, points = places + SIDE * tf.range(down), places + SIDE * tf.range(across)
        indices = lines[:, tf.newaxis, :, tf.newaxis] * width + points[tf.newaxis, :, tf.newaxis, :]
        flat = tf.reshape(tf.pad(maps[0], border), [-1, channels])
        return tf.gather(flat, tf.reshape(indices, [TILE**2, -1])), gradient

    return op(maps)


def _fours(length: tf.Tensor) -> tf.Tensor:
    """How many squares of four cover `length`."""
    return -(-length // SIDE)


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
