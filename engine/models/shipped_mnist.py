"""The network that comes with the app, trained: it reads drawn digits before anyone has trained anything.

It has the chapter's layers with fewer feature maps. `python -m engine.experiments.train_shipped_mnist` made its
weights, kept as float16 in the order of the layers.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.models.mnist import build_network
from engine.settings import MnistSettings

SETTINGS = MnistSettings(conv1_features=16, conv2_features=32, dense_size=100)
Explain = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], ...]]
FILE = Path(__file__).with_name("shipped_mnist.npz")


def save_weights(network: keras.Sequential, file: Path = FILE) -> None:
    """Write the weights as float16, which halves the file and leaves the accuracy as it is."""
    np.savez_compressed(file, *(weight.astype(np.float16) for weight in network.get_weights()))


def load_network(file: Path = FILE) -> keras.Sequential:
    """The trained network: float32 [n, 28, 28, 1] from 0 to 1 -> logits float32 [n, 10]."""
    network = build_network(SETTINGS)
    with np.load(file, allow_pickle=False) as arrays:
        network.set_weights([arrays[name].astype(np.float32) for name in arrays.files])
    return network


@cache
def explainer() -> Explain:
    """A function of a uint8 [28, 28] image that returns four float32 arrays; the first call makes the network.

    They are the logits [10], the maps [14, 14, 16] and [7, 7, 32] after the two pooling layers, and [28, 28] the
    gradient of the answer's log-odds times the input.
    """
    network = load_network()
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
