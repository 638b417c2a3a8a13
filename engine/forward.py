"""The chapter's MNIST network in NumPy, from weights that a run kept: to look at a few images needs no TensorFlow."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.models.layers import mnist_layers
from engine.settings import MnistSettings

Floats = NDArray[np.float32]
CHUNK = 25
"""Images that are computed at once: windows of the second convolution take 0.3 MB an image in the chapter's network."""


def check_weights(settings: MnistSettings, weights: Sequence[NDArray[np.generic]]) -> None:
    """Raise `InvalidInput` unless `weights`, in Keras's order, are those of this network, and numbers.

    The first four, of the convolutions, will do.
    """
    wanted = weight_shapes(settings)[: max(4, len(weights))]
    if [weight.shape for weight in weights] != wanted:
        raise InvalidInput("The weights that this run kept do not fit its settings; train again.")
    if not all(np.isfinite(weight.astype(np.float32)).all() for weight in weights):
        raise InvalidInput("This network diverged: its weights are no numbers, so there is nothing to see.")


def weight_shapes(settings: MnistSettings) -> list[tuple[int, ...]]:
    """Kernels and biases of the two convolutions and the two dense layers, in Keras's order."""
    _, _, _, _, pooled, _, output = mnist_layers(settings)
    maps1, maps2, units = settings.conv1_features, settings.conv2_features, settings.dense_size
    flat, classes = math.prod(pooled.shape), output.shape[0]
    kernels = [(4, 4, 1, maps1), (4, 4, maps1, maps2), (flat, units), (units, classes)]
    return [shape for kernel in kernels for shape in (kernel, (kernel[-1],))]


def feature_maps(
    settings: MnistSettings, weights: Sequence[Floats], images: NDArray[np.uint8]
) -> tuple[Floats, Floats]:
    """What uint8 [n, 28, 28] images become after each unit's pooling: float32 [n, height, width, maps], twice."""
    x = images[..., np.newaxis].astype(np.float32) / 255.0
    unit1 = max_pool(relu(convolve(x, weights[0], weights[1])), settings.pool1)
    unit2 = max_pool(relu(convolve(unit1, weights[2], weights[3])), settings.pool2)
    return unit1, unit2


def hidden_layer(settings: MnistSettings, weights: Sequence[Floats], images: NDArray[np.uint8]) -> Floats:
    """Activations float32 [n, dense_size] of the hidden dense layer for uint8 [n, 28, 28] images."""
    parts = [feature_maps(settings, weights, images[i : i + CHUNK])[1] for i in range(0, len(images), CHUNK)]
    return relu(np.concatenate(parts).reshape(len(images), -1) @ weights[4] + weights[5])


def convolve(x: Floats, kernels: Floats, bias: Floats) -> Floats:
    """float32 [n, height, width, channels] with [k, k, channels, maps], stride 1, padding SAME, as TensorFlow pads."""
    size, _, channels, maps = kernels.shape
    before = (size - 1) // 2
    pads = (before, size - 1 - before)
    padded = np.pad(x, ((0, 0), pads, pads, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * channels)
    sums: Floats = rows @ kernels.reshape(-1, maps) + bias
    return sums.reshape(*x.shape[:3], maps)


def max_pool(x: Floats, size: int) -> Floats:
    """The largest of each window of `size` pixels and as much stride, padding SAME: ceil(side / size) are left."""
    n, height, width, maps = x.shape
    rows, columns = math.ceil(height / size), math.ceil(width / size)
    spare = (rows * size - height, columns * size - width)
    pads = [(extra // 2, extra - extra // 2) for extra in spare]
    padded = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=-np.inf)
    pooled: Floats = padded.reshape(n, rows, size, columns, size, maps).max(axis=(2, 4))
    return pooled


def relu(x: Floats) -> Floats:
    """Zero for what is below it."""
    return np.maximum(x, 0)
