"""Shapes and parameter counts of networks, without TensorFlow: what pages draw and `build_network` builds."""

import math
from dataclasses import dataclass
from typing import Literal

from engine.settings import MnistSettings

Kind = Literal["input", "convolution", "pooling", "dense", "output"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as it is drawn.

    shape: output [height, width, channels] or [units], without the batch; kernel: side of the window in pixels, 0 where
    there is none; parameters: weights and biases.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    kernel: int = 0
    parameters: int = 0


def mnist_layers(settings: MnistSettings) -> tuple[Layer, ...]:
    """The chapter's MNIST network. SAME pooling makes ceil(size / window), not the chapter's floor."""
    size1 = math.ceil(28 / settings.pool1)
    size2 = math.ceil(size1 / settings.pool2)
    maps1, maps2, dense = settings.conv1_features, settings.conv2_features, settings.dense_size
    flat = size2 * size2 * maps2
    return (
        Layer("Input", "input", (28, 28, 1)),
        Layer("Conv 1 + ReLU", "convolution", (28, 28, maps1), 4, 4 * 4 * maps1 + maps1),
        Layer("Max pool 1", "pooling", (size1, size1, maps1), settings.pool1),
        Layer("Conv 2 + ReLU", "convolution", (size1, size1, maps2), 4, 4 * 4 * maps1 * maps2 + maps2),
        Layer("Max pool 2", "pooling", (size2, size2, maps2), settings.pool2),
        Layer("Dense + ReLU", "dense", (dense,), 0, flat * dense + dense),
        Layer("Output", "output", (10,), 0, dense * 10 + 10),
    )
