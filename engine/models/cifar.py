"""The chapter's CIFAR-10 convnet in Keras. Chapter section "CIFAR-10"."""

import keras
from keras import layers

from engine.device import precision_of
from engine.models.augmentation import CROP
from engine.models.normalization import BatchNormalization, LocalResponseNormalization
from engine.models.precision import dtype_policy
from engine.settings import CifarSettings


def build_network(settings: CifarSettings) -> keras.Sequential:
    """Two conv–ReLU–max-pool–LRN units and three dense layers: float32 [n, 24, 24, 3] -> logits float32 [n, 10].

    Weights start from normals of deviation 0.05 cut at 0.1, as in the chapter; the same seed gives the same weights.
    With batch normalisation a unit is conv–batch norm–ReLU–max-pool. All layers have names of their own: for each new
    name of a variable TensorFlow keeps 36 KB for good, and Keras's own names count on from network to network.
    """
    seeds = iter(range(settings.seed * 10, settings.seed * 10 + 10))
    policy = dtype_policy(precision_of(settings.precision))

    def truncated() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=0.05, seed=next(seeds))

    def unit(n: int) -> list[layers.Layer]:
        start = truncated()
        conv = layers.Conv2D(settings.width, 5, padding="same", kernel_initializer=start, dtype=policy, name=f"conv{n}")
        relu = layers.Activation("relu", dtype=policy, name=f"relu{n}")
        pool = layers.MaxPooling2D(3, 2, padding="same", dtype=policy, name=f"pool{n}")
        if settings.batch_norm:
            return [conv, BatchNormalization(dtype=policy, name=f"norm{n}"), relu, pool]
        return [conv, relu, pool, LocalResponseNormalization(dtype=policy, name=f"norm{n}")]

    def dense(n: int, units: int) -> list[layers.Layer]:
        share = settings.dropout
        drop = [layers.Dropout(share, seed=next(seeds), dtype=policy, name=f"dropout{n}")] if share else []
        return [*drop, layers.Dense(units, "relu", kernel_initializer=truncated(), dtype=policy, name=f"dense{n}")]

    convolutional = [*unit(1), *unit(2), layers.Flatten(dtype=policy, name="flatten")]
    hidden = [*dense(1, 6 * settings.width), *dense(2, 3 * settings.width)]
    logits = layers.Dense(10, kernel_initializer=truncated(), dtype="float32", name="logits")
    return keras.Sequential([keras.Input((CROP, CROP, 3)), *convolutional, *hidden, logits], name="cifar10")
