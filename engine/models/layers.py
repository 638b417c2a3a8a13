"""Shapes and parameter counts of networks, without TensorFlow: what pages draw and `build_network` builds."""

import math
from dataclasses import dataclass
from typing import Literal

from engine.settings import CifarSettings, MnistSettings

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


def cifar_layers(settings: CifarSettings) -> tuple[Layer, ...]:
    """The chapter's CIFAR-10 network on 24×24 windows. Normalisations are named with the layer that they follow."""
    width = settings.width
    dense1, dense2 = 6 * width, 3 * width
    # Batch normalisation has two learned numbers and two running averages a map.
    extra = 4 * width if settings.batch_norm else 0
    conv, pool = ("Conv {} + BN", "Max pool {}") if settings.batch_norm else ("Conv {} + ReLU", "Pool {} + LRN")
    return (
        Layer("Input", "input", (24, 24, 3)),
        Layer(conv.format(1), "convolution", (24, 24, width), 5, 5 * 5 * 3 * width + width + extra),
        Layer(pool.format(1), "pooling", (12, 12, width), 3),
        Layer(conv.format(2), "convolution", (12, 12, width), 5, 5 * 5 * width * width + width + extra),
        Layer(pool.format(2), "pooling", (6, 6, width), 3),
        Layer("Dense 1 + ReLU", "dense", (dense1,), 0, 6 * 6 * width * dense1 + dense1),
        Layer("Dense 2 + ReLU", "dense", (dense2,), 0, dense1 * dense2 + dense2),
        Layer("Output", "output", (10,), 0, dense2 * 10 + 10),
    )
