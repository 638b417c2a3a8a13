"""Kernels that everybody should have met, as float32 [side, side]."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from engine.convolution import Floats

GALLERY = (
    "Identity",
    "Box blur",
    "Gaussian blur",
    "Motion blur",
    "Sharpen",
    "Sobel x",
    "Sobel y",
    "Scharr",
    "Laplacian",
    "Emboss",
    "Gabor",
)
ANGLED = ("Motion blur", "Gabor")


def gallery_kernel(name: str, side: int = 3, angle: float = 0.0) -> Floats:
    """The kernel of `GALLERY` called `name`; `side` is odd and used by `SIZED`, `angle` in degrees by `ANGLED`."""
    if name in FIXED:
        return np.array(FIXED[name], np.float32)
    return SIZED[name](side, math.radians(angle)).astype(np.float32)


FIXED: Mapping[str, list[list[float]]] = {
    "Sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "Sobel x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "Sobel y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "Scharr": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "Emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}


def _identity(side: int, _angle: float) -> Floats:
    kernel = np.zeros((side, side), np.float32)
    kernel[side // 2, side // 2] = 1
    return kernel


def _box(side: int, _angle: float) -> Floats:
    return np.full((side, side), 1 / side**2, np.float32)


def _gaussian(side: int, _angle: float) -> Floats:
    x, y = _grid(side)
    kernel = np.exp(-(x**2 + y**2) / (2 * (side / 4) ** 2))
    return kernel / kernel.sum()


def _motion(side: int, angle: float) -> Floats:
    """A line through the middle, its weight shared between the two nearest cells."""
    x, y = _grid(side)
    distance = np.abs(x * math.sin(angle) + y * math.cos(angle))
    kernel = np.clip(1 - distance, 0, 1)
    return kernel / kernel.sum()


def _gabor(side: int, angle: float) -> Floats:
    """A wave under a bell, its mean taken off so that flat areas give 0 (Daugman, JOSA A 2, 1985)."""
    x, y = _grid(side)
    along, across = x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
    bell = np.exp(-(along**2 + across**2) / (2 * (side / 4) ** 2))
    wave = bell * np.cos(2 * math.pi * along / (side / 1.5))
    kernel = wave - bell * wave.sum() / bell.sum()
    return kernel / np.abs(kernel).sum() * 2


def _grid(side: int) -> tuple[Floats, Floats]:
    axis = np.arange(side, dtype=np.float32) - side // 2
    x, y = np.meshgrid(axis, axis)
    return x, y


SIZED: Mapping[str, Callable[[int, float], Floats]] = {
    "Identity": _identity,
    "Box blur": _box,
    "Gaussian blur": _gaussian,
    "Motion blur": _motion,
    "Gabor": _gabor,
}
"""Those that exist in every odd size, by a function of it and of the angle in radians; the others are `FIXED`."""
