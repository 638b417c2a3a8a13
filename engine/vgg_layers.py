"""The layers of VGG-16 and VGG-19 by the chapter's names, without TensorFlow.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014: five blocks of 3×3
convolutions, each followed by ReLU, with a pooling of 2×2 between two blocks.
"""

import math
from collections.abc import Mapping
from functools import cache

from engine.errors import InvalidSettings

CONVOLUTIONS: Mapping[str, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions in each of the five blocks."""

CHANNELS = (64, 128, 256, 512, 512)
"""Feature maps in each block."""


@cache
def layers(network: str) -> tuple[str, ...]:
    """Every layer in order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, … up to the last ReLU."""
    names: list[str] = []
    for block, count in enumerate(CONVOLUTIONS[network], 1):
        names += [f"pool{block - 1}"] if block > 1 else []
        for number in range(1, count + 1):
            names += [f"conv{block}_{number}", f"relu{block}_{number}"]
    return tuple(names)


def convolutions(network: str) -> dict[str, tuple[int, int]]:
    """Feature maps in and out of each convolution, by its name and in order."""
    inputs, sizes = 3, {}
    for name in layers(network):
        if name.startswith("conv"):
            outputs = CHANNELS[block_of(name) - 1]
            sizes[name] = (inputs, outputs)
            inputs = outputs
    return sizes


def relus(network: str) -> tuple[str, ...]:
    """The layers that losses may name."""
    return tuple(name for name in layers(network) if name.startswith("relu"))


def block_of(layer: str) -> int:
    """The block of `conv3_2`, `relu3_2` or `pool3`: 3."""
    return int(layer[4])


def weighted_layers(text: str, network: str, field: str) -> dict[str, float]:
    """The weights by layer that `relu1_2 relu2_2:0.5` stands for; without a number a layer weighs 1.

    Raises `InvalidSettings` that names `field` for a layer that `network` has not, or a weight that is no number from
    0 to 100.
    """
    known, weights = relus(network), {}
    for part in text.replace(",", " ").split():
        name, colon, number = part.partition(":")
        if name not in known:
            raise InvalidSettings(f"{field} names {name!r}, but must name layers of {', '.join(known)}.")
        try:
            weights[name] = float(number) if colon else 1.0
        except ValueError:
            weights[name] = math.nan
        if not 0 <= weights[name] <= 100:
            raise InvalidSettings(f"{field} gives {name} the weight {number!r}, but must give a number from 0 to 100.")
    return {name: weight for name, weight in weights.items() if weight}
