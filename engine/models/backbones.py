"""Networks trained on ImageNet that can be cut in two and fine-tuned: EfficientNet-Lite0, and three of Keras's.

Each is flat, from pictures float32 [n, side, side, 3] RGB from 0 to 255 to features [n, maps], the output of its layer
"mean". Batch normalisations keep the statistics and factors of ImageNet, however long a network is trained: they are
folded into the convolutions (EfficientNet-Lite0), or not trainable, which Keras runs in inference mode.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import applications, layers

from engine.errors import DamagedSource, InvalidInput, InvalidSettings
from engine.models.efficientnet_lite0 import build_network
from engine.sources.catalog import EFFICIENTNET_V2_B0, INCEPTION_V3, MOBILENET_V2, Source
from engine.sources.hdf5 import check_unknown
from engine.sources.locate import locate

SMALLEST_INCEPTION = 75


class Backbone(NamedTuple):
    """network: pictures -> features; ends: the layers that its blocks end in, the lowest first."""

    network: keras.Model
    ends: list[str]

    def cut(self, blocks: int) -> str:
        """The layer below the top `blocks` blocks. Raises `InvalidSettings` where there are not so many."""
        if blocks >= len(self.ends):
            raise InvalidSettings(f"blocks is {blocks}, but must be 1 to {len(self.ends) - 1} for this backbone.")
        return self.ends[-1 - blocks]


def build_backbone(name: str, size: int) -> Backbone:
    """The backbone of the settings' `name` for pictures of `size` pixels.

    Raises `InvalidInput` where its weights are not here, `DamagedSource` where their file is not what its name says.
    """
    match name:
        case "efficientnet_lite0":
            whole = build_network()
            network = keras.Model(whole.inputs, whole.get_layer("mean").output)
            return Backbone(network, [layer.name for layer in whole.layers if re.fullmatch(r"block\d+", layer.name)])
        case "mobilenet_v2":
            ends = r"(expanded_conv|block_\d+)_(add|project_BN)"
            return _of_keras(applications.MobileNetV2, MOBILENET_V2, size, ends, scaled=True)
        case "inception_v3":
            if size < SMALLEST_INCEPTION:
                raise InvalidSettings(f"size is {size}, but must be {SMALLEST_INCEPTION} or more for inception_v3.")
            return _of_keras(applications.InceptionV3, INCEPTION_V3, size, r"mixed\d+", scaled=True, top=True)
        case _:
            ends = r"block\d\w_(add|project_bn)"
            return _of_keras(applications.EfficientNetV2B0, EFFICIENTNET_V2_B0, size, ends, scaled=False)


def _of_keras(
    build: Callable[..., keras.Model], source: Source, size: int, ends: str, *, scaled: bool, top: bool = False
) -> Backbone:
    """`scaled`: it takes -1 to 1, and not 0 to 255; `top`: the file of weights holds its 1,000 classes too."""
    found = locate(source)
    if not found.real:
        whence = f"put Keras's {source.layouts[0][0]} into CNN_LAB_DATA"
        if source.remote:
            whence = f"fetch them with `python -m engine download {source.name}`"
        raise InvalidInput(f"{source.title}'s weights are not here: {whence}, or choose efficientnet_lite0.")
    picture = keras.Input((size, size, 3), name="picture")
    pixels = layers.Rescaling(1 / 127.5, offset=-1, name="preprocess")(picture) if scaled else picture
    network = build(input_tensor=pixels, include_top=top, weights=None)
    if found.remark or not source.checksums:
        check_unknown(found.paths[0])
    try:
        network.load_weights(found.paths[0])
    # A file that is damaged, or of another network, may fail in any way.
    except Exception as error:
        reason = str(error)[:200]
        raise DamagedSource(f"{found.paths[0]} does not fit {source.title} ({reason}); fetch it again.") from error
    for layer in network.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    last = network.get_layer("avg_pool").input if top else network.outputs[0]
    features = layers.GlobalAveragePooling2D(name="mean")(last)
    return Backbone(keras.Model(picture, features), _last_of_each_block(network, ends))


def _last_of_each_block(network: Any, pattern: str) -> list[str]:
    """Names of the layers that match, of each block only the last one."""
    found: dict[str, str] = {}
    for layer in network.layers:
        if re.fullmatch(pattern, layer.name):
            found[re.sub(r"_(add|project_BN|project_bn)$", "", layer.name)] = layer.name
    return list(found.values())
