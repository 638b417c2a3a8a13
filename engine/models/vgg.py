"""VGG's convolutions as a function of a picture of any size. Layer names are the chapter's (`relu4_2`)."""

from collections.abc import Callable, Collection, Mapping

import tensorflow as tf

from engine.sources.vgg import Vgg
from engine.vgg_layers import layers

Features = Callable[[tf.Tensor], Mapping[str, tf.Tensor]]


def build_features(vgg: Vgg, wanted: Collection[str], pooling: str = "max", dtype: tf.DType = tf.float32) -> Features:
    """A function of a picture, float32 [height, width, 3] RGB from 0 to 255, that returns the `wanted` layers' maps.

    They are [rows, columns, channels] of `dtype`, in which all is computed: bfloat16 takes half the time of float32
    where the hardware knows it. Nothing is computed beyond the last layer wanted. pooling: max or average.
    """
    names = layers(vgg.network)
    names = names[: 1 + max((names.index(name) for name in wanted), default=-1)]
    constants = {
        name: (tf.constant(kernel, dtype), tf.constant(bias, dtype))
        for name, (kernel, bias) in vgg.convolutions.items()
        if name in names
    }
    mean = tf.constant(vgg.mean)
    pool = tf.nn.max_pool2d if pooling == "max" else tf.nn.avg_pool2d

    def features(image: tf.Tensor) -> dict[str, tf.Tensor]:
        maps, found = tf.cast(image - mean, dtype)[tf.newaxis], {}
        for name in names:
            match name[:4]:
                case "conv":
                    kernel, bias = constants[name]
                    maps = tf.nn.bias_add(tf.nn.conv2d(maps, kernel, 1, "SAME"), bias)
                case "relu":
                    maps = tf.nn.relu(maps)
                case _:
                    maps = pool(maps, 2, 2, "SAME")
            if name in wanted:
                found[name] = maps[0]
        return found

    return features
