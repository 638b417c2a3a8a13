"""The chapter's CIFAR-10 convnet of nothing but Keras's own layers and operations, so that plain Keras loads its file.

The lab trains with faster layers of its own (`engine.models.normalization`); the same weights fit here, in the same
order, and give the same logits in float32.
"""

import keras
import numpy as np
from keras import layers, ops

from engine.models.augmentation import CROP
from engine.models.normalization import BatchNormalization, LocalResponseNormalization
from engine.settings import CifarSettings

LRN = LocalResponseNormalization()
BATCH = BatchNormalization()


def build_network(settings: CifarSettings) -> keras.Model:
    """float32 [n, 24, 24, 3], each picture standardised -> logits float32 [n, 10]."""
    x = inputs = keras.Input((CROP, CROP, 3))
    for n in (1, 2):
        x = layers.Conv2D(settings.width, 5, padding="same", name=f"conv{n}")(x)
        if settings.batch_norm:
            x = layers.BatchNormalization(momentum=BATCH.momentum, epsilon=BATCH.epsilon, name=f"norm{n}")(x)
        x = layers.Activation("relu", name=f"relu{n}")(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{n}")(x)
        x = x if settings.batch_norm else normalize(x)
    x = layers.Flatten(name="flatten")(x)
    for n, units in ((1, 6 * settings.width), (2, 3 * settings.width)):
        x = layers.Dropout(settings.dropout, name=f"dropout{n}")(x) if settings.dropout else x
        x = layers.Dense(units, "relu", name=f"dense{n}")(x)
    return keras.Model(inputs, layers.Dense(10, name="logits")(x), name="cifar10")


def normalize(x: keras.KerasTensor) -> keras.KerasTensor:
    """Local response normalisation as operations that are written into the file: the sum over maps is a product."""
    places = np.arange(x.shape[-1])
    near = (np.abs(places[:, np.newaxis] - places) <= LRN.radius).astype(np.float32)
    return x / ops.power(LRN.bias + LRN.alpha * ops.matmul(x * x, near), 0.75)
