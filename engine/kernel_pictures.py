"""Kernels that look at colours, as a picture: each kernel a tile in the colours that it answers to."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ACROSS = 16
ZOOM, GAP = 6, 4


def kernels_png(kernels: NDArray[np.float32]) -> bytes:
    """A PNG of kernels [side, side, 3, n], 16 a row, the gaps clear.

    In each tile grey is zero, and the weight furthest from zero has full colour; not finite is grey as well.
    """
    tiles = _tiles(kernels)
    n, side = tiles.shape[:2]
    across, step = min(ACROSS, n), side * ZOOM + GAP
    picture = np.zeros((-(-n // across) * step, across * step, 4), np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // across * step, number % across * step
        picture[top : top + side * ZOOM, left : left + side * ZOOM] = tile.repeat(ZOOM, 0).repeat(ZOOM, 1)
    buffer = io.BytesIO()
    Image.fromarray(picture[:-GAP, :-GAP]).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _tiles(kernels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """RGBA [n, side, side, 4]."""
    weights = np.nan_to_num(kernels.transpose(3, 0, 1, 2), posinf=0.0, neginf=0.0)
    largest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True)
    colours = 127.5 + 127.5 * weights / np.maximum(largest, 1e-12)
    opaque = np.full((*colours.shape[:3], 1), 255.0)
    return np.concatenate([colours, opaque], axis=3).round().astype(np.uint8)
