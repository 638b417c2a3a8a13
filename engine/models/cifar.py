"""The chapter's CIFAR-10 convnet in Keras. Chapter section "CIFAR-10"."""

import keras
from keras import layers

from engine.models.augmentation import CROP
from engine.models.normalization import BatchNormalization, LocalResponseNormalization
from engine.models.precision import dtype_policy
from engine.settings import CifarSettings


def build_network(settings: CifarSettings) -> keras.Sequential:
    """Two conv–ReLU–max-pool–LRN units and three dense layers: float32 [n, 24, 24, 3] -> logits float32 [n, 10].

    Weights start from normals of deviation 0.05 cut at 0.1, as in the chapter; the same seed gives the same weights.
    With batch normalisation a unit is conv–batch norm–ReLU–max-pool.
    """
    seeds = iter(range(settings.seed * 10, settings.seed * 10 + 10))
    policy = dtype_policy(settings)

    def truncated() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=0.05, seed=next(seeds))

    def unit() -> list[layers.Layer]:
        conv = layers.Conv2D(settings.width, 5, padding="same", kernel_initializer=truncated(), dtype=policy)
        relu = layers.Activation("relu", dtype=policy)
        pool = layers.MaxPooling2D(3, 2, padding="same", dtype=policy)
        if settings.batch_norm:
            return [conv, BatchNormalization(dtype=policy), relu, pool]
        return [conv, relu, pool, LocalResponseNormalization(dtype=policy)]

    def dense(units: int) -> list[layers.Layer]:
        drop = [layers.Dropout(settings.dropout, seed=next(seeds), dtype=policy)] if settings.dropout else []
        return [*drop, layers.Dense(units, "relu", kernel_initializer=truncated(), dtype=policy)]

    hidden = [*unit(), *unit(), layers.Flatten(dtype=policy), *dense(6 * settings.width), *dense(3 * settings.width)]
    logits = layers.Dense(10, kernel_initializer=truncated(), dtype="float32")
    return keras.Sequential([keras.Input((CROP, CROP, 3)), *hidden, logits])
