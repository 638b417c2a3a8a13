"""The chapter's MNIST convnet in Keras. Chapter section "MNIST handwritten digits"."""

import keras
from keras import layers

from engine.models.precision import dtype_policy
from engine.settings import MnistSettings


def build_network(settings: MnistSettings) -> keras.Sequential:
    """Two conv–ReLU–max-pool units, dense, dense: float32 [n, 28, 28, 1] from 0 to 1 -> logits float32 [n, 10].

    Weights and the dense biases start from normals of deviation 0.1 cut at 0.2, as in the chapter; the same seed gives
    the same weights.
    """
    seeds = iter(range(settings.seed * 10, settings.seed * 10 + 10))

    def truncated() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=0.1, seed=next(seeds))

    def convolution(features: int) -> layers.Conv2D:
        return layers.Conv2D(features, 4, padding="same", activation="relu", kernel_initializer=truncated())

    def dense(units: int, activation: str | None) -> layers.Dense:
        return layers.Dense(units, activation, kernel_initializer=truncated(), bias_initializer=truncated())

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            convolution(settings.conv1_features),
            layers.MaxPooling2D(settings.pool1, padding="same"),
            convolution(settings.conv2_features),
            layers.MaxPooling2D(settings.pool2, padding="same"),
            layers.Flatten(),
            dense(settings.dense_size, "relu"),
            dense(10, None),
        ]
    )


def build_fast_network(settings: MnistSettings) -> keras.Sequential:
    """The same function with the same first weights in the same order, in the form that trains fastest.

    Activations are numbers as `computes_in` says, weights float32. ReLU comes after the pooling: the largest of numbers
    cut at zero is their largest cut at zero, and there are a quarter as many.
    """
    policy = dtype_policy(settings)

    def unit(features: int, window: int) -> list[layers.Layer]:
        return [
            layers.Conv2D(features, 4, padding="same", dtype=policy),
            layers.MaxPooling2D(window, padding="same", dtype=policy),
            layers.Activation("relu", dtype=policy),
        ]

    units = [*unit(settings.conv1_features, settings.pool1), *unit(settings.conv2_features, settings.pool2)]
    dense = [layers.Flatten(dtype=policy), layers.Dense(settings.dense_size, "relu", dtype=policy)]
    network = keras.Sequential([keras.Input((28, 28, 1)), *units, *dense, layers.Dense(10, dtype="float32")])
    network.set_weights(build_network(settings).get_weights())
    return network
