"""EfficientNet-Lite0 in Keras, with weights trained on ImageNet: 1,000 classes, 4.6 million parameters.

Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019, in its Lite variant of
2020. Batch normalisation with fixed statistics is a factor and a summand for each channel, so it is folded into the
convolution before it: same numbers, half the layers.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from engine.models.efficientnet_parts import CLASSES, Block, blocks
from engine.sources.efficientnet_lite0 import load_weights

EPSILON = 1e-3
"""What the batch normalisations of the published network add to the variance."""

Weights = Mapping[str, NDArray[Any]]


def build_network() -> keras.Model:
    """Pictures of any size, float32 [n, height, width, 3] RGB from 0 to 255 -> logits float32 [n, 1000].

    Each feature map is the output of a layer: `stem`, `block0` to `block15`, `head`; within the blocks
    `block3_expand` and `block3_depthwise`, after ReLU6, and `block3_expand_conv` and so on before it. Raises what
    `load_weights` raises.
    """
    weights = load_weights()
    picture = keras.Input((None, None, 3), name="picture")
    maps = layers.Rescaling(1 / 128, offset=-127 / 128, name="preprocess")(picture)
    maps = _unit(maps, "stem", weights, "_conv_stem", "_bn0", strides=2)
    for block in blocks():
        maps = _block(maps, block, weights)
    maps = _unit(maps, "head", weights, "_conv_head", "_bn1")
    logits = layers.Dense(CLASSES, name="logits")
    output = logits(layers.GlobalAveragePooling2D(name="mean")(maps))
    logits.set_weights([weights["_fc.weight"].T, weights["_fc.bias"]])
    return keras.Model(picture, output, name="efficientnet_lite0")


def _block(maps: Any, block: Block, weights: Weights) -> Any:
    source, inside = f"_blocks.{block.number}.", maps
    if block.expand > 1:
        inside = _unit(inside, f"{block.name}_expand", weights, source + "_expand_conv", source + "_bn0")
    inside = _unit(
        inside,
        f"{block.name}_depthwise",
        weights,
        source + "_depthwise_conv",
        source + "_bn1",
        strides=block.stride,
        depthwise=True,
    )
    if not block.residual:
        return _convolve(inside, block.name, weights, source + "_project_conv", source + "_bn2")
    projected = _convolve(inside, f"{block.name}_project", weights, source + "_project_conv", source + "_bn2")
    return layers.Add(name=block.name)([maps, projected])


def _unit(maps: Any, name: str, *arguments: Any, **options: Any) -> Any:
    """A convolution and ReLU6."""
    return layers.ReLU(6.0, name=name)(_convolve(maps, f"{name}_conv", *arguments, **options))


def _convolve(
    maps: Any, name: str, weights: Weights, convolution: str, norm: str, *, strides: int = 1, depthwise: bool = False
) -> Any:
    """A convolution with the batch normalisation `norm` folded in."""
    factor = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + EPSILON)
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * factor
    # PyTorch keeps [out, in, height, width], with a single "in" where it is depthwise.
    kernel = (weights[f"{convolution}.weight"] * factor[:, None, None, None]).transpose(2, 3, 1, 0)
    if depthwise:
        layer = layers.DepthwiseConv2D(kernel.shape[0], strides, padding="same", name=name)
        kernel = kernel.transpose(0, 1, 3, 2)
    else:
        layer = layers.Conv2D(kernel.shape[-1], kernel.shape[0], strides, padding="same", name=name)
    output = layer(maps)
    layer.set_weights([kernel, bias])
    return output
