"""A fine-tuned network as it is taken away: pictures of a fixed size in, probabilities out, nothing else to know."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from engine.models import shipped_cifar
from engine.models.fine_tuned import restored
from engine.models.normalization import BatchNormalization
from engine.settings import FineTuningSettings


def build_exported(settings: FineTuningSettings, weights: Mapping[str, NDArray[Any]]) -> keras.Model:
    """float32 [n, side, side, 3] RGB from 0 to 255 -> probabilities [n, classes]; `side` is the settings'.

    weights: "0", "1", … of a run.
    """
    side = settings.side
    picture = keras.Input((side, side, 3), name="picture")
    inputs = picture
    if settings.method == "scratch":
        variance = [deviation**2 for deviation in shipped_cifar.DEVIATION]
        inputs = layers.Normalization(mean=shipped_cifar.MEAN, variance=variance, name="preprocess")(picture)
    logits = _portable(restored(settings, weights))(inputs)
    return keras.Model(picture, layers.Softmax(name="probabilities")(logits), name="fine_tuned")


def _portable(model: keras.Model) -> keras.Model:
    """The same network of nothing but Keras's own layers, so that it loads without the lab."""
    plain = keras.models.clone_model(model, clone_function=_of_keras)
    plain.set_weights(model.get_weights())
    return plain


def _of_keras(layer: keras.layers.Layer) -> keras.layers.Layer:
    if isinstance(layer, BatchNormalization):
        return layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon, name=layer.name)
    return layer.__class__.from_config(layer.get_config())


def as_keras(model: keras.Model) -> bytes:
    """The `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()


def as_tflite(model: keras.Model) -> bytes:
    """The TFLite file, in float32; its one signature takes `picture`."""
    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content
