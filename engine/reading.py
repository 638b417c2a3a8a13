"""A drawn digit read by a network: what it says, what its units see, and which pixels mattered.

`read_digit` is called by pages through `Lab.call`, so this module does not import TensorFlow before it is called.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput, NotHere
from engine.forward import check_weights
from engine.imports import load_module
from engine.kept import Kept
from engine.settings import MnistSettings
from engine.statistics import softmax


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network makes of a digit.

    probabilities: float32 [10]. unit1, unit2: uint8 [height, width, maps], the feature maps after convolution, ReLU and
    pooling, 255 being the strongest of the unit. mattered: float32 [28, 28] from −1 to 1, the gradient of the answer's
    log-odds times the input: where ink spoke for the answer it is above zero, where against it below.
    """

    probabilities: NDArray[np.float32]
    unit1: NDArray[np.uint8]
    unit2: NDArray[np.uint8]
    mattered: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trained:
    """A network that somebody trained: its settings, and its weights in the order of Keras's `get_weights`."""

    settings: MnistSettings
    weights: tuple[NDArray[np.float32], ...]


KEPT = 4
"""Networks that a process keeps, those read with last."""

_kept: Kept[Trained] = Kept(KEPT)


def read_own_digit(image: NDArray[np.uint8], name: str, network: Trained | None = None) -> Reading:
    """Read a digit with a network that this process keeps by its `name` once it was given.

    So its weights are not sent again with each stroke. Raises `NotHere` where it was not given, or long ago; else what
    `read_digit` raises.
    """
    if network:
        _kept.put(name, network)
    if not (found := network or _kept.get(name)):
        raise NotHere(f"The network {name} is not in this worker.")
    return read_digit(image, found)


def read_digit(image: NDArray[np.uint8], network: Trained | None = None) -> Reading:
    """Read a uint8 [28, 28] digit, ink 255 on paper 0, with `network` or with the one that comes with the app.

    The first call in a process imports TensorFlow and builds the network. Raises `InvalidInput` for another shape, and
    for weights that are not those of such a network.
    """
    if image.shape != (28, 28) or image.dtype != np.uint8:
        raise InvalidInput(f"A digit must be uint8 (28, 28), not {image.dtype} {image.shape}.")
    explain = load_module("engine.models.explain_mnist")
    if network:
        check_weights(network.settings, network.weights)
        logits, unit1, unit2, mattered = explain.explain_with(network.settings, network.weights, image)
    else:
        logits, unit1, unit2, mattered = explain.explain_shipped()(image)
    return Reading(softmax(logits), _as_bytes(unit1), _as_bytes(unit2), _to_one(mattered))


def _as_bytes(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Activations from zero on, scaled so that the strongest is 255."""
    return np.round(255 * _to_one(maps)).astype(np.uint8)


def _to_one(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values divided by the largest magnitude among them, or as they are where all are zero."""
    largest = np.abs(values).max()
    return values / largest if largest else values
