"""EfficientNet-Lite0 against an evaluation of its own: `tf.nn` on the raw weights, batch normalisation written out."""

import numpy as np
import pytest
import tensorflow as tf

from engine.images import squared
from engine.models.efficientnet_lite0 import build_network
from engine.sources.efficientnet_lite0 import load_weights
from engine.sources.photographs import load_photograph

# Repeat, kernel, stride, expand, in, out: Tan and Le, table 1, in the Lite variant.
STAGES = (
    *((1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80)),
    *((3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320)),
)


def normalised(x, weights, name):
    mean, variance = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
    return (x - mean) / np.sqrt(variance + 1e-3) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def convolved(x, weights, name, stride=1):
    kernel = weights[f"{name}.weight"].transpose(2, 3, 1, 0)
    return tf.nn.conv2d(x, kernel, stride, "SAME")


def depthwise(x, weights, name, stride):
    kernel = weights[f"{name}.weight"].transpose(2, 3, 0, 1)
    return tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME")


def forward(pixels, weights):
    x = tf.constant((pixels[np.newaxis].astype(np.float32) - 127) / 128)
    x = tf.nn.relu6(normalised(convolved(x, weights, "_conv_stem", 2), weights, "_bn0"))
    number = 0
    for repeats, _, first_stride, expand, _, _ in STAGES:
        for repeat in range(repeats):
            name, stride, shortcut = f"_blocks.{number}", first_stride if repeat == 0 else 1, x
            if expand > 1:
                x = tf.nn.relu6(normalised(convolved(x, weights, f"{name}._expand_conv"), weights, f"{name}._bn0"))
            x = tf.nn.relu6(
                normalised(depthwise(x, weights, f"{name}._depthwise_conv", stride), weights, f"{name}._bn1")
            )
            x = normalised(convolved(x, weights, f"{name}._project_conv"), weights, f"{name}._bn2")
            x = x + shortcut if repeat else x
            number += 1
    x = tf.nn.relu6(normalised(convolved(x, weights, "_conv_head"), weights, "_bn1"))
    return tf.reduce_mean(x, [1, 2]).numpy() @ weights["_fc.weight"].T + weights["_fc.bias"]


@pytest.mark.parametrize("photograph", ["Cat", "Coffee"])
def test_keras_gives_the_same_logits(photograph):
    pixels = squared(load_photograph(photograph), 224)
    logits = build_network()(tf.constant(pixels[np.newaxis], tf.float32), training=False).numpy()
    np.testing.assert_allclose(logits, forward(pixels, load_weights()), atol=1e-3)
