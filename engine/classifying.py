"""A picture named by the network that comes with the app and knows CIFAR-10's ten kinds of things, and where it looked.

`classify` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from engine.experiments.measures import softmax
from engine.images import Pixels
from engine.imports import load_module

SIDE = 32


@dataclass(frozen=True, slots=True)
class Named:
    """What the network makes of a picture.

    seen: uint8 [32, 32, 3], all that it gets; probabilities: float32 [10]; looked: by the name of a block, float32
    [height, width] from 0 to 1, Grad-CAM of the answer: 1 where that block's maps spoke for it most.
    """

    seen: Pixels
    probabilities: NDArray[np.float32]
    looked: Mapping[str, NDArray[np.float32]]


def square(picture: Pixels) -> Pixels:
    """The middle square of uint8 [height, width, 3], its side the shorter one."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def classify(picture: Pixels) -> Named:
    """Name the middle square of uint8 [height, width, 3]. Raises `InvalidInput` for another shape.

    The first call in a process imports TensorFlow and builds the network.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise InvalidInput(f"A picture must be uint8 (height, width, 3), not {picture.dtype} {picture.shape}.")
    small = Image.fromarray(square(picture)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    seen = np.asarray(small)
    logits, looked = load_module("engine.models.explain_cifar").explainer()(seen)
    return Named(seen, softmax(logits[np.newaxis])[0], looked)
