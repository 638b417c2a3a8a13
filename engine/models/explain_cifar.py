"""Grad-CAM on the CIFAR-10 network that comes with the app.

Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2017: the maps of
a layer, each weighted by the mean of the answer's gradient over it, summed, and what is below zero cut off.
"""

from collections.abc import Callable
from functools import cache

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.models.shipped_cifar import as_input, load_network

BLOCKS = ("block1", "block2", "block3")

Explain = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]]


@cache
def explainer() -> Explain:
    """A function of a uint8 [32, 32, 3] picture that returns logits [10] and for each block a map from 0 to 1."""
    network = load_network()
    watched = keras.Model(network.inputs, [network.outputs[0], *(network.get_layer(name).output for name in BLOCKS)])

    @tf.function(input_signature=[tf.TensorSpec([32, 32, 3], tf.uint8)])
    def explain(picture: tf.Tensor) -> tuple[tf.Tensor, ...]:
        x = as_input(picture[tf.newaxis])
        with tf.GradientTape() as tape:
            # The gradient starts at the input, so that it reaches the maps of every block.
            tape.watch(x)
            logits, *maps = watched(x, training=False)
            answer = tf.reduce_max(logits)
        gradients = tape.gradient(answer, maps)
        return (logits[0], *(grad_cam(m[0], g[0]) for m, g in zip(maps, gradients, strict=True)))

    concrete = explain.get_concrete_function()

    def call(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
        logits, *maps = (part.numpy() for part in concrete(tf.constant(picture)))
        return logits, dict(zip(BLOCKS, maps, strict=True))

    return call


def grad_cam(maps: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps and gradients float32 [height, width, n] -> [height, width] from 0 to 1, zeros if nothing spoke."""
    weighted = tf.nn.relu(tf.reduce_sum(maps * tf.reduce_mean(gradients, axis=[0, 1]), axis=2))
    return tf.math.divide_no_nan(weighted, tf.reduce_max(weighted))
