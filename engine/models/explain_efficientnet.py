"""Grad-CAM on EfficientNet-Lite0 as it comes, and on the network of a run.

After the last maps come their means and one dense layer, so the gradient of an answer by a map is that layer's weight:
Grad-CAM is the maps weighted by it (Selvaraju et al., "Grad-CAM", 2017, section 3.1).
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.checkpoints import weights_of
from engine.models.efficientnet_lite0 import build_network
from engine.models.fine_tuned import as_scratch_input, build_whole, restored
from engine.settings import FineTuningSettings

Explain = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], NDArray[np.float32] | None]]
"""A uint8 [side, side, 3] picture -> logits [classes], and where the network looked, from 0 to 1."""


@cache
def imagenet_explainer() -> Explain:
    """That of the network as it comes."""
    return explainer(build_network())


def run_explainer(settings: FineTuningSettings, weights: Mapping[str, NDArray[Any]]) -> Explain:
    """That of a run; a network from scratch does not tell where it looks."""
    network = restored(settings, weights)
    if settings.method != "scratch":
        return explainer(network)

    def call(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], None]:
        return network(as_scratch_input(tf.constant(picture[np.newaxis])), training=False)[0].numpy(), None

    return call


def head_explainer(settings: FineTuningSettings, head: Mapping[str, NDArray[Any]]) -> Explain:
    """That of a run before its top blocks were unfrozen: ImageNet's backbone under the head's weights then."""
    kernel, bias = weights_of(head)
    network = build_whole(settings, len(bias))
    network.layers[-1].set_weights([kernel, bias])
    return explainer(network)


def explainer(network: keras.Model) -> Explain:
    """That of a network that ends in the means of its last maps, the layer `mean`, and a dense layer."""
    watched = keras.Model(network.inputs, [network.outputs[0], network.get_layer("mean").input])
    weights: NDArray[np.float32] = network.layers[-1].get_weights()[0]

    def call(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits, maps = watched(tf.constant(picture[np.newaxis], tf.float32), training=False)
        answer = int(np.argmax(logits[0]))
        looked = np.maximum(maps[0].numpy() @ weights[:, answer], 0)
        return logits[0].numpy(), looked / max(float(looked.max()), 1e-9)

    return call
