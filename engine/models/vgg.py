"""VGG's convolutions as a function of a picture of any size. Layer names are the chapter's (`relu4_2`)."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import tensorflow as tf

from engine.models import winograd
from engine.sources.vgg import Vgg
from engine.vgg_layers import block_of, layers

STRIPS = {"conv1_2": 4, "conv2_1": 2, "conv2_2": 2}
"""Convolutions of large maps in float32. Those in bfloat16 borrow less, and their time is worth more."""

FEWER_PRODUCTS = 3
"""From this block on convolutions in float32 take Winograd's way, which is two to three times as fast there: maps are
small and have many channels. In bfloat16 hardware multiplies faster than memory could follow."""

FRAME = [[0, 0], [1, 1], [1, 1], [0, 0]]

Features = Callable[[tf.Tensor], Mapping[str, tf.Tensor]]


def build_features(
    vgg: Vgg, wanted: Collection[str], pooling: str = "max", padding: str = "zeros", dtype: tf.DType = tf.float32
) -> Features:
    """A function of a picture, float32 [height, width, 3] RGB from 0 to 255, that returns the `wanted` layers' maps.

    They are [rows, columns, channels] of `dtype`, in which all is computed: bfloat16 takes half the time of float32
    where the hardware knows it. Nothing is computed beyond the last layer wanted. pooling: max or average; padding:
    what convolutions see beyond their maps, zeros or the edge once more.
    """
    names = layers(vgg.network)
    names = names[: 1 + max((names.index(name) for name in wanted), default=-1)]
    convolutions = {name: _convolution(vgg, name, dtype) for name in names if name.startswith("conv")}
    mean = tf.constant(vgg.mean)
    pool = tf.nn.max_pool2d if pooling == "max" else tf.nn.avg_pool2d

    def features(image: tf.Tensor) -> dict[str, tf.Tensor]:
        maps, found = tf.cast(image - mean, dtype)[tf.newaxis], {}
        for name in names:
            if name.startswith("pool"):
                maps = pool(maps, 2, 2, "SAME")
            elif name.startswith("relu"):
                convolution = convolutions[name.replace("relu", "conv")]
                maps = convolution(maps, 1) if padding == "zeros" else convolution(with_edge(maps), 0)
                if name in wanted:
                    found[name] = tf.squeeze(maps, 0)
        return found

    return features


@tf.custom_gradient
def with_edge(maps: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """`maps` [1, rows, columns, channels] in a frame of their own outermost rows and columns.

    As one look-up of all places, three times as fast as TensorFlow's own padding.
    """
    rows, columns, channels = tf.shape(maps)[1], tf.shape(maps)[2], maps.shape[3]
    down, across = (tf.clip_by_value(tf.range(-1, side + 1), 0, side - 1) for side in (rows, columns))
    places = down[:, tf.newaxis] * columns + across

    def gradient(slope: tf.Tensor) -> tf.Tensor:
        return tf.raw_ops.MirrorPadGrad(input=slope, paddings=FRAME, mode="SYMMETRIC")

    return tf.gather(tf.reshape(maps, [-1, channels]), places)[tf.newaxis], gradient


@lru_cache(maxsize=32)
def _convolution(vgg: Vgg, name: str, dtype: tf.DType) -> Callable[[tf.Tensor, int], tf.Tensor]:
    """A convolution with its ReLU, of maps and their margin of zeros; one for all functions, with one set of weights.

    As constants of the graphs oneDNN would lay them out once, which takes a tenth of a step, but each graph would hold
    several copies: 500 MB after two networks.
    """
    kernel, bias = vgg.convolutions[name]
    # A GPU's own library knows these ways, and chooses.
    if dtype == tf.float32 and block_of(name) >= FEWER_PRODUCTS and not tf.config.list_physical_devices("GPU"):
        transformed, added = winograd.transformed(kernel), tf.constant(bias, dtype)
        return lambda maps, margin: tf.nn.relu(tf.nn.bias_add(winograd.convolve(maps, transformed, margin), added))
    turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
    weights = tf.constant(kernel, dtype), tf.constant(turned, dtype), tf.constant(bias, dtype)
    strips = STRIPS.get(name, 1) if dtype == tf.float32 else 1
    return lambda maps, margin: convolved(maps, weights, margin, strips)


def convolved(
    maps: tf.Tensor, weights: tuple[tf.Tensor, tf.Tensor, tf.Tensor], margin: int = 1, strips: int = 1
) -> tf.Tensor:
    """`maps` [1, rows, columns, in] in a `margin` of zeros through a fixed kernel [3, 3, in, out], and ReLU.

    weights: the kernel, the same turned about, [3, 3, out, in], and the bias. The gradient is a convolution too, with
    the turned kernel. TensorFlow's own, on CPUs that oneDNN does nothing for, takes half as long again and copies the
    maps nine times: 230 MB for 384 × 256 pixels.
    """
    kernel, turned, bias = weights

    def forward(strip: tf.Tensor, zeros: list[list[int]]) -> tf.Tensor:
        # In this order, and nothing between them, they become one operation.
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(strip, kernel, 1, zeros), bias))

    def backward(strip: tf.Tensor, zeros: list[list[int]]) -> tf.Tensor:
        return tf.nn.conv2d(strip, turned, 1, zeros)

    @tf.custom_gradient
    def op(maps: tf.Tensor) -> tuple[tf.Tensor, Any]:
        found = by_strips(forward, maps, margin, strips)

        def gradient(slope: tf.Tensor) -> tf.Tensor:
            slope = tf.raw_ops.ReluGrad(gradients=slope, features=found)
            return by_strips(backward, slope, 2 - margin, strips)

        return found, gradient

    return op(maps)


def by_strips(
    convolution: Callable[[tf.Tensor, list[list[int]]], tf.Tensor], maps: tf.Tensor, margin: int, count: int
) -> tf.Tensor:
    """A convolution of 3 × 3 of `maps` in a `margin` of zeros, in `count` strips of rows one after the other.

    The result is the same, but a convolution borrows memory by the row.
    """
    rows = tf.shape(maps)[1] + 2 * margin - 2
    done: list[tf.Tensor] = []
    for number, (begin, end) in enumerate(pairwise([rows * i // count for i in range(count + 1)])):
        top, bottom = margin * (number == 0), margin * (number == count - 1)
        strip = maps
        if count > 1:
            with tf.control_dependencies(done[-1:]):
                strip = tf.identity(maps[:, begin - margin + top : end - margin + 2 - bottom])
        done.append(convolution(strip, [[0, 0], [top, bottom], [margin, margin], [0, 0]]))
    return tf.concat(done, axis=1) if count > 1 else done[0]
