"""The chapter's MNIST convnet in Keras. Chapter section "MNIST handwritten digits"."""

import keras
from keras import layers

from engine.settings import MnistSettings


def build_network(settings: MnistSettings, policy: str = "float32") -> keras.Sequential:
    """Two conv–ReLU–max-pool units, dense, dense: float32 [n, 28, 28, 1] from 0 to 1 -> logits float32 [n, 10].

    Weights and the dense biases start from normals of deviation 0.1 cut at 0.2, as in the chapter; the same seed gives
    the same weights. `policy` is Keras's name for the numbers of the activations; `settings.precision` is for training.
    Why all layers have names: see `cifar.build_network`.
    """
    seeds = iter(range(settings.seed * 10, settings.seed * 10 + 10))

    def truncated() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=0.1, seed=next(seeds))

    def convolution(name: str, features: int) -> layers.Conv2D:
        start = truncated()
        return layers.Conv2D(
            features, 4, padding="same", activation="relu", kernel_initializer=start, dtype=policy, name=name
        )

    def dense(name: str, units: int, activation: str | None, policy: str) -> layers.Dense:
        start, bias = truncated(), truncated()
        return layers.Dense(units, activation, kernel_initializer=start, bias_initializer=bias, dtype=policy, name=name)

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            convolution("conv1", settings.conv1_features),
            layers.MaxPooling2D(settings.pool1, padding="same", dtype=policy, name="pool1"),
            convolution("conv2", settings.conv2_features),
            layers.MaxPooling2D(settings.pool2, padding="same", dtype=policy, name="pool2"),
            layers.Flatten(dtype=policy, name="flatten"),
            dense("dense1", settings.dense_size, "relu", policy),
            dense("logits", 10, None, "float32"),
        ],
        name="mnist",
    )
