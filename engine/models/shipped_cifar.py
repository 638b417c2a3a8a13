"""The network that comes with the app and knows CIFAR-10's ten kinds of things before anyone has trained anything.

Deeper and narrower than the chapter's: three blocks of two 3×3 convolutions with batch normalisation, after a first
layer that makes neighbouring pixels independent. The shape is Keller Jordan's ("94% on CIFAR-10 in 3.29 seconds on a
single GPU", 2024), made smaller. `python -m engine.experiments.train_shipped_cifar` made its weights, kept as float16
in the order of the layers.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from engine.models.normalization import BatchNormalization
from engine.models.precision import dtype_policy

FILE = Path(__file__).with_name("shipped_cifar.npz")
MEAN = (125.3, 123.0, 113.9)
DEVIATION = (63.0, 62.1, 66.7)
"""Of red, green and blue over CIFAR-10's training pictures."""
WIDTHS = (48, 96, 192)
WHITENING = 24
"""Kernels of the first layer: each of the 12 directions of a 2×2 patch of colour, and its opposite."""


def build_network(
    widths: Sequence[int] = WIDTHS, precision: str = "float32", rng: random.Random | None = None
) -> keras.Model:
    """float32 [n, 32, 32, 3], each colour standardised as in `as_input` -> logits float32 [n, 10].

    precision: "float32" or "bfloat16", that of the activations; weights are float32 always. rng: what the seeds of the
    first weights are drawn from, one a layer; without one always the same are drawn.
    Why all layers have names: see `cifar.build_network`.
    """
    rng, policy = rng or random.Random(0), dtype_policy(precision)

    def convolution(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        return layers.Conv2D(
            width, 3, padding="same", use_bias=False, kernel_initializer=glorot(rng), dtype=policy, name=f"{name}_conv"
        )(x)

    inputs = keras.Input((32, 32, 3))
    start = glorot(rng)
    x = layers.Conv2D(WHITENING, 2, activation="relu", kernel_initializer=start, dtype=policy, name="whitening")(inputs)
    for block, width in enumerate(widths, start=1):
        x = convolution(x, width, f"block{block}a")
        x = layers.MaxPooling2D(2, dtype=policy, name=f"block{block}_pool")(x)
        x = BatchNormalization(dtype=policy, name=f"block{block}a_norm")(x)
        x = layers.Activation("relu", dtype=policy, name=f"block{block}a")(x)
        x = convolution(x, width, f"block{block}b")
        x = BatchNormalization(dtype=policy, name=f"block{block}b_norm")(x)
        x = layers.Activation("relu", dtype=policy, name=f"block{block}")(x)
    x = layers.GlobalMaxPooling2D(dtype=policy, name="max")(x)
    logits = layers.Dense(10, use_bias=False, kernel_initializer=glorot(rng), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="shipped_cifar")


def glorot(rng: random.Random) -> keras.initializers.Initializer:
    """Keras's usual start of a layer's weights, its seed drawn as Keras draws one, but from `rng`."""
    return keras.initializers.GlorotUniform(seed=rng.randint(1, 10**9))


def as_input(images: tf.Tensor) -> tf.Tensor:
    """uint8 [n, 32, 32, 3] -> float32, each colour with CIFAR-10's mean at 0 and its deviation 1."""
    return (tf.cast(images, tf.float32) - MEAN) / DEVIATION


def whiten(network: keras.Model, images: NDArray[np.uint8]) -> None:
    """Set the first layer to the principal directions of 2×2 patches of `images` [n, 32, 32, 3], each at deviation 1.

    Neighbouring pixels are nearly equal; along these directions they differ, so that training starts faster.
    """
    x = as_input(images).numpy()
    corners = [x[:, row : row + 31, column : column + 31] for row in (0, 1) for column in (0, 1)]
    patches = np.stack(corners, axis=3).reshape(-1, 12)
    variances, directions = np.linalg.eigh(np.cov(patches, rowvar=False))
    kernels = (directions / np.sqrt(variances + 1e-2)).reshape(2, 2, 3, 12)
    network.get_layer("whitening").set_weights(
        [np.concatenate([kernels, -kernels], axis=3), np.zeros(WHITENING, np.float32)]
    )


def save_weights(network: keras.Model, file: Path = FILE) -> None:
    """Write the weights as float16, which halves the file and leaves the accuracy as it is."""
    np.savez_compressed(file, *(weight.astype(np.float16) for weight in network.get_weights()))


def load_network(file: Path = FILE) -> keras.Model:
    """The trained network, in float32."""
    network = build_network()
    with np.load(file, allow_pickle=False) as arrays:
        network.set_weights([arrays[name].astype(np.float32) for name in arrays.files])
    return network
