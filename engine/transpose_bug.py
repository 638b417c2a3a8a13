"""The chapter's `transpose()` of [3, 32, 32], beside `transpose(1, 2, 0)`, and what it costs a network.

`measure` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imports import load_module
from engine.sources.cifar10 import load_pictures

SHOWN = 6
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """shown: uint8 [6, 32, 32, 3], upright; upright, swapped: whether each of the same test pictures is named right,
    bool [n], as it is and as the chapter writes it; both empty where the pictures are not CIFAR-10's, which the network
    does not know.
    """

    shown: NDArray[np.uint8]
    upright: NDArray[np.bool_]
    swapped: NDArray[np.bool_]


def chapter_transposed(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What `transpose()` makes of the archive's rows: uint8 [n, 32, 32, 3] with rows and columns swapped."""
    return images.transpose(0, 2, 1, 3)


def measure() -> Measured:
    """Name test pictures both ways with the network of CIFAR-10's ten kinds that comes with the app."""
    pictures = load_pictures()
    images, labels = pictures.test_images[:MOST], pictures.test_labels[:MOST]
    nothing = np.zeros(0, np.bool_)
    if not pictures.found.real:
        return Measured(pictures.test_images[:: len(pictures.test_images) // SHOWN][:SHOWN], nothing, nothing)
    shipped = load_module("engine.models.shipped_cifar")
    network = shipped.load_network()

    def right(some: NDArray[np.uint8]) -> NDArray[np.bool_]:
        logits = network(shipped.as_input(some), training=False).numpy()
        return logits.argmax(axis=1) == labels

    return Measured(images[:SHOWN], right(images), right(np.ascontiguousarray(chapter_transposed(images))))
