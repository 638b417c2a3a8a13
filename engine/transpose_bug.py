"""The chapter's `transpose()` of [3, 32, 32], beside `transpose(1, 2, 0)`, and what it costs a network.

`measure` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imports import load_module
from engine.sources.cifar10 import load_pictures

MOST = 1_000
AT_ONCE = 500


WHOLE = (8_690, 3_359, 10_000)
"""Of all test pictures of CIFAR-10: right when upright, right when swapped, and how many there are; `tests/slow` counts
them again."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Whether each of the same test pictures is named right, bool [n]: as it is, and as the chapter writes it."""

    upright: NDArray[np.bool_]
    swapped: NDArray[np.bool_]


def chapter_transposed(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What `transpose()` makes of the archive's rows: uint8 [n, 32, 32, 3] with rows and columns swapped."""
    return np.ascontiguousarray(images.transpose(0, 2, 1, 3))


def measure(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> Measured:
    """Name test pictures of CIFAR-10 both ways with the network of its ten kinds that comes with the app.

    Those of the archive where it is here, else the given ones, uint8 [n, 32, 32, 3] and int32 [n].
    """
    pictures = load_pictures()
    if pictures.found.real:
        images, labels = pictures.test_images[:MOST], pictures.test_labels[:MOST]
    swapped = chapter_transposed(images)
    return Measured(right_answers(images, labels), right_answers(swapped, labels))


def right_answers(images: NDArray[np.uint8], labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether the network names each picture right, bool [n]."""
    shipped = load_module("engine.models.shipped_cifar")
    network = shipped.load_network()
    parts = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
    logits = np.concatenate([network(shipped.as_input(part), training=False).numpy() for part in parts])
    right: NDArray[np.bool_] = logits.argmax(axis=1) == labels
    return right
