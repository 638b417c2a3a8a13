"""Numbers as colours, the same on every page: viridis for feature maps, blue–white–orange for signed numbers."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.feature_maps import VIRIDIS
from pages.ui.theme import INPUT, KERNEL

_STOPS = np.array([list(bytes.fromhex(colour)) for colour in VIRIDIS.split()])
_VIRIDIS = (
    np.stack(
        [np.interp(np.linspace(0, len(_STOPS) - 1, 256), np.arange(len(_STOPS)), stops) for stops in _STOPS.T], axis=1
    )
    .round()
    .astype(np.uint8)
)
_ENDS = np.array([list(bytes.fromhex(colour.lstrip("#"))) for colour in (INPUT, "#FFFFFF", KERNEL)])


def viridis(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 [...] -> RGB uint8 [..., 3]."""
    return _VIRIDIS[values]


def signed(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Numbers [...] from −1 (blue) over 0 (white) to 1 (orange) -> RGB uint8 [..., 3]."""
    channels = [np.interp(values, [-1, 0, 1], ends) for ends in _ENDS.T]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def mosaic(maps: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Feature maps uint8 [height, width, n] side by side in viridis, RGBA; between them one clear pixel.

    Where the last row is not full, its rest is clear.
    """
    height, width, n = maps.shape
    rows = math.ceil(n / columns)
    tiles = np.zeros((rows * columns, height + 1, width + 1, 4), np.uint8)
    tiles[:n, :height, :width, :3] = viridis(maps.transpose(2, 0, 1))
    tiles[:n, :height, :width, 3] = 255
    grid = tiles.reshape(rows, columns, height + 1, width + 1, 4).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * (height + 1), columns * (width + 1), 4)[:-1, :-1]
