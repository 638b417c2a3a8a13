"""Photographs that other packages ship, read by the path of the file: their packages are not imported."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.images import read_image

PHOTOGRAPHS: Mapping[str, tuple[str, str]] = {
    "Cat": ("skimage", "data/chelsea.png"),
    "Coffee": ("skimage", "data/coffee.png"),
    "Astronaut": ("skimage", "data/astronaut.png"),
    "Rocket": ("skimage", "data/rocket.jpg"),
    "Temple": ("sklearn", "datasets/images/china.jpg"),
    "Flower": ("sklearn", "datasets/images/flower.jpg"),
    "Bricks": ("skimage", "data/brick.png"),
}
"""Name on the screen -> package and file in it."""


def load_photograph(name: str) -> NDArray[np.uint8]:
    """The photograph called `name`, uint8 [height, width, 3]. Raises `InvalidInput` if its package is not installed."""
    package, file = PHOTOGRAPHS[name]
    found = importlib.util.find_spec(package)
    if not found or not found.origin:
        raise InvalidInput(f"The photograph {name} comes with the package {package}, which is not installed.")
    return read_image((Path(found.origin).parent / file).read_bytes())
