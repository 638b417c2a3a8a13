"""Numbers as colours, the same on every page: viridis for feature maps, blue–white–orange for signed numbers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_STOPS = (
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c "
    "1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725"
)
"""Seventeen of viridis's colours at equal distances, by Smith and van der Walt; between them it is nearly straight."""

_SIGNED = ("0072b2", "ffffff", "e69f00")


def viridis(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 [...] -> RGB uint8 [..., 3]."""
    return VIRIDIS[values]


def signed(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Numbers [...] from −1 (blue) over 0 (white) to 1 (orange) -> RGB uint8 [..., 3]."""
    return _between(values, _SIGNED, -1.0)


def _between(values: NDArray[np.floating], colours: Sequence[str], low: float) -> NDArray[np.uint8]:
    """Those of `colours`, which are at equal distances from `low` to 1, and what lies between them."""
    ends = np.array([list(bytes.fromhex(colour)) for colour in colours])
    at = np.linspace(low, 1, len(ends))
    return np.stack([np.interp(values, at, channel) for channel in ends.T], axis=-1).round().astype(np.uint8)


VIRIDIS = _between(np.linspace(0, 1, 256), _STOPS.split(), 0.0)
"""uint8 [256, 3]: what a palette holds."""


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
