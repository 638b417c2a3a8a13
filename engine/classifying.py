"""A picture named by the network that comes with the app and knows CIFAR-10's ten kinds of things, and where it looked.

`classify` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.images import Pixels, squared
from engine.imports import load_module
from engine.statistics import softmax

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


def classify(picture: Pixels) -> Named:
    """Name the middle square of uint8 [height, width, 3]. Raises `InvalidInput` for another shape.

    The first call in a process imports TensorFlow and builds the network.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise InvalidInput(f"A picture must be uint8 (height, width, 3), not {picture.dtype} {picture.shape}.")
    seen = squared(picture, SIDE)
    logits, looked = load_module("engine.models.explain_cifar").explainer()(seen)
    return Named(seen, softmax(logits), looked)
