"""Tiny networks that dream in milliseconds, and a tiny frozen graph in the chapter's manner."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from engine.models.frozen import freeze


def tiny_dreamer(stride=2):
    """`tiny_model`, frozen."""
    names = {"first": "first", "second": "second", "logits": "classes"}
    return freeze(tiny_model(stride), names, lambda x: x / 127.5 - 1.0, "logits")


def tiny_model(stride=2):
    """Two convolutions of 4 and 6 channels, of numbers from -1 to 1."""
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(4, 3, stride, padding="same", name="first"),
            layers.ReLU(),
            layers.Conv2D(6, 3, padding="same", name="second"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, name="classes"),
        ]
    )


def frozen_graph(path=None):
    """The bytes of a GraphDef like the chapter's: an input, two convolutions each with a bias and a ReLU."""
    rng = np.random.default_rng(0)
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3], name="input")
        for name, inputs, outputs in (("conv2d0", 3, 4), ("mixed4d_3x3_bottleneck", 4, 8)):
            kernel = tf.constant(rng.normal(size=(3, 3, inputs, outputs)).astype(np.float32), name=f"{name}_w")
            y = tf.nn.conv2d(x, kernel, 2, "SAME", name=f"{name}_pre_relu/conv")
            y = tf.nn.bias_add(y, np.zeros(outputs, np.float32), name=f"{name}_pre_relu")
            x = tf.nn.relu(y, name=name)
    content = graph.as_graph_def().SerializeToString()
    if path:
        path.write_bytes(content)
    return content
