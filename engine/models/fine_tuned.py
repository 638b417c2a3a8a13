"""A backbone cut in two, with a new head: what fine-tuning trains; and a small network to compare it with."""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from engine.checkpoints import weights_of
from engine.models import shipped_cifar
from engine.models.backbones import build_backbone
from engine.settings import SCRATCH_SIDE, FineTuningSettings

SCRATCH_WIDTHS = (32, 64, 128)


class Parts(NamedTuple):
    """lower: pictures float32 [n, side, side, 3] from 0 to 255 -> maps; top: maps -> features float32 [n, wide];
    head: features -> logits; whole: pictures -> logits. They share their weights. cut: the layer that `lower` ends in.
    """

    lower: keras.Model
    top: keras.Model
    head: keras.Model
    whole: keras.Model
    cut: str


def build_parts(settings: FineTuningSettings, classes: int) -> Parts:
    """The network cut below the `settings.blocks` top blocks. Raises what `build_backbone` raises."""
    backbone = build_backbone(settings.backbone, settings.size)
    network, cut = backbone.network, backbone.cut(settings.blocks)
    maps, features = network.get_layer(cut).output, network.outputs[0]
    source = keras.Input((features.shape[-1],))
    dense = layers.Dense(classes, kernel_initializer=_small_weights(settings.seed), name="new_logits")
    head = keras.Model(source, dense(source), name="new_head")
    whole = keras.Model(network.inputs, dense(features), name="fine_tuned")
    return Parts(keras.Model(network.inputs, maps), keras.Model(maps, features), head, whole, cut)


def build_scratch(settings: FineTuningSettings, classes: int) -> keras.Model:
    """A small network that has seen nothing: standardised float32 [n, 32, 32, 3] -> logits [n, classes].

    EfficientNet-Lite0 itself, with random weights, would learn less from so few pictures.
    """
    rng = random.Random(settings.seed)
    network = shipped_cifar.build_network(SCRATCH_WIDTHS, rng=rng)
    logits = layers.Dense(classes, kernel_initializer=shipped_cifar.glorot(rng), name="new_logits")
    return keras.Model(network.inputs, logits(network.layers[-2].output), name="scratch")


def build_whole(settings: FineTuningSettings, classes: int) -> keras.Model:
    """The network of a run, from pictures to logits."""
    return build_scratch(settings, classes) if settings.method == "scratch" else build_parts(settings, classes).whole


def restored(settings: FineTuningSettings, weights: Mapping[str, NDArray[Any]]) -> keras.Model:
    """The trained network of a run, with weights named as by `weights_event`. Raises `InvalidInput` where some miss."""
    ordered = weights_of(weights)
    model = build_whole(settings, len(ordered[-1]))
    model.set_weights(ordered)
    return model


def enlarged(images: tf.Tensor, size: int) -> tf.Tensor:
    """uint8 [n, side, side, 3] -> float32 [n, size, size, 3] from 0 to 255."""
    pixels = tf.cast(images, tf.float32)
    return tf.image.resize(pixels, (size, size)) if images.shape[1] != size else pixels


def as_scratch_input(images: tf.Tensor) -> tf.Tensor:
    """uint8 [n, side, side, 3] -> what `build_scratch` takes."""
    small = tf.image.resize(tf.cast(images, tf.float32), (SCRATCH_SIDE, SCRATCH_SIDE), antialias=True)
    return (small - shipped_cifar.MEAN) / shipped_cifar.DEVIATION


def _small_weights(seed: int) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=0.01, seed=seed)
