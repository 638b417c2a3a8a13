"""What a MNIST network answers to one digit, what its units see in it, and which pixels mattered."""

import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.models.mnist import build_network
from engine.models.shipped_mnist import load_network
from engine.settings import MnistSettings

Explanation = tuple[NDArray[np.float32], ...]
"""Four float32 arrays: the logits [10], the maps [height, width, maps] after each of the two pooling layers, and
[28, 28] the gradient of the answer's log-odds times the input."""

Explain = Callable[[NDArray[np.uint8]], Explanation]
"""A function of a uint8 [28, 28] image."""

_borrowed = threading.Lock()


@cache
def explain_shipped() -> Explain:
    """The explanations of the network that comes with the app; the first call makes it."""
    return explainer(load_network())


def explain_with(
    settings: MnistSettings, weights: Sequence[NDArray[np.float32]], image: NDArray[np.uint8]
) -> Explanation:
    """The explanation of a network of these settings and weights, in the order of Keras's `get_weights`."""
    with _borrowed:
        network, explain = _empty_network(settings)
        network.set_weights(weights)
        return explain(image)


@lru_cache(maxsize=4)
def _empty_network(settings: MnistSettings) -> tuple[keras.Sequential, Explain]:
    """A network to be filled with weights: making one takes longer than filling it."""
    network = build_network(settings)
    return network, explainer(network)


def explainer(network: keras.Sequential) -> Explain:
    """The explanations of `network`, always with the weights it has at the time."""
    unit1, unit2 = (layer.output for layer in network.layers if isinstance(layer, keras.layers.MaxPooling2D))
    watched = keras.Model(network.inputs, [network.outputs[0], unit1, unit2])

    @tf.function(input_signature=[tf.TensorSpec([28, 28], tf.uint8)])
    def explain(image: tf.Tensor) -> tuple[tf.Tensor, ...]:
        x = tf.cast(image, tf.float32)[tf.newaxis, ..., tf.newaxis] / 255.0
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits, maps1, maps2 = watched(x, training=False)
            answer = tf.one_hot(tf.argmax(logits, axis=1), 10)
            others = tf.reduce_logsumexp(logits - 1e9 * answer, axis=1)
            log_odds = tf.reduce_sum(logits * answer, axis=1) - others
        return logits[0], maps1[0], maps2[0], (tape.gradient(log_odds, x) * x)[0, ..., 0]

    concrete = explain.get_concrete_function()
    return lambda image: tuple(part.numpy() for part in concrete(tf.constant(image)))
