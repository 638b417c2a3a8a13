"""The network that comes with the app and knows CIFAR-10's ten kinds of things before anyone has trained anything.

Deeper and narrower than the chapter's: three blocks of two 3×3 convolutions with batch normalisation, after a first
layer that makes neighbouring pixels independent. The shape is Keller Jordan's ("94% on CIFAR-10 in 3.29 seconds on a
single GPU", 2024), made smaller. `python -m engine.experiments.train_shipped_cifar` made its weights, kept as float16
in the order of the layers.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers

from engine.models.normalization import BatchNormalization

FILE = Path(__file__).with_name("shipped_cifar.npz")
WIDTHS = (48, 96, 192)
WHITENING = 24
"""Kernels of the first layer: each of the 12 directions of a 2×2 patch of colour, and its opposite."""


def build_network(widths: Sequence[int] = WIDTHS, precision: str = "float32") -> keras.Model:
    """float32 [n, 32, 32, 3], each colour standardised as in `as_input` -> logits float32 [n, 10].

    precision: "float32" or "bfloat16", that of the activations; weights are float32 always.
    """
    policy = "mixed_bfloat16" if precision == "bfloat16" else "float32"
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(WHITENING, 2, activation="relu", dtype=policy, name="whitening")(inputs)
    for block, width in enumerate(widths, start=1):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False, dtype=policy)(x)
        x = layers.MaxPooling2D(2, dtype=policy)(x)
        x = layers.Activation("relu", dtype=policy)(BatchNormalization(dtype=policy)(x))
        x = layers.Conv2D(width, 3, padding="same", use_bias=False, dtype=policy)(x)
        x = BatchNormalization(dtype=policy)(x)
        x = layers.Activation("relu", dtype=policy, name=f"block{block}")(x)
    x = layers.GlobalMaxPooling2D(dtype=policy)(x)
    return keras.Model(inputs, layers.Dense(10, use_bias=False, dtype="float32", name="logits")(x))
