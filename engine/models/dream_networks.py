"""The networks that can dream, each as a `Frozen`: EfficientNet-Lite0, the chapter's Inception 5h, Keras's InceptionV3.

EfficientNet-Lite0 comes with the app. The others are used where their weights are here (`engine.sources.locate`).
"""

import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from engine.errors import DamagedSource, InvalidInput
from engine.models.efficientnet_lite0 import build_network
from engine.models.efficientnet_parts import CLASSES, parts
from engine.models.frozen import Frozen, freeze, read_graph
from engine.sources.catalog import INCEPTION5H, INCEPTION_V3, Source
from engine.sources.hdf5 import check_unknown
from engine.sources.locate import Found, locate
from engine.sources.plain_zip import member_bytes, opened_zip

GRAPH = "tensorflow_inception_graph.pb"
MOST_BYTES = 500_000_000
CLASSES_LAYER = "logits"

_loading = threading.Lock()


def load_dreamer(network: str, precision: str = "float32", data: Path | None = None) -> Frozen:
    """The network called `network` in the settings, its maps in float32 or bfloat16, from folder `data` first.

    Raises `InvalidInput` where its weights are not here, and `DamagedSource` where they are not what they should be.
    """
    sources = {"inception5h": INCEPTION5H, "inception_v3": INCEPTION_V3}
    path = _real(sources[network], data).paths[0] if network in sources else None
    with _loading:
        return _load(network, precision, path)


@lru_cache(maxsize=3)
def _load(network: str, precision: str, path: Path | None) -> Frozen:
    if path is None:
        return load_efficientnet(precision)
    # Inception 5h's graph says float32 at every node, so it computes in that.
    return load_inception5h(path) if network == "inception5h" else load_inception_v3(path, precision)


def load_efficientnet(precision: str = "float32") -> Frozen:
    """EfficientNet-Lite0: layers as in `efficientnet_parts`, their maps before ReLU6, and `logits`."""
    layers = {part.name: part.name if part.signed else f"{part.name}_conv" for part in parts()}
    model = build_network()
    return freeze(model, {**layers, CLASSES_LAYER: CLASSES_LAYER}, lambda x: x, CLASSES_LAYER, precision)


def load_inception_v3(path: Path, precision: str = "float32") -> Frozen:
    """Keras's InceptionV3: `conv0` to `conv93` before ReLU, the concatenations `mixed0` to `mixed10`, and `logits`.

    Raises `DamagedSource` where the file does not fit the network.
    """
    # With its classifier Keras builds it for one size only, so that is added here.
    trunk = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(None, None, 3))
    mean = keras.layers.GlobalAveragePooling2D()(trunk.output)
    model = keras.Model(trunk.input, keras.layers.Dense(CLASSES, name="predictions")(mean))
    check_unknown(path)
    try:
        model.load_weights(path)
    # A file that is damaged, or of another network, may fail in any way.
    except Exception as error:
        raise DamagedSource(f"{path} does not hold the weights of InceptionV3 ({str(error)[:200]}).") from error
    norms = [layer.name for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    layers = {f"conv{number}": name for number, name in enumerate(norms)}
    layers |= {layer.name: layer.name for layer in model.layers if layer.name.startswith("mixed")}
    layers |= {CLASSES_LAYER: model.layers[-1].name}
    return freeze(model, layers, lambda x: x / 127.5 - 1.0, CLASSES_LAYER, precision)


def load_inception5h(path: Path) -> Frozen:
    """The chapter's graph, from its `.pb` or the zip archive it comes in; `mixed4d_3x3_bottleneck_pre_relu` and so on.

    Raises `DamagedSource` where the file holds no such graph.
    """
    mean = 117.0  # the chapter's `imagenet_mean`
    return read_graph(_graph_bytes(path), "input", lambda x: x - mean)


def freeze_own(model: keras.Model, preprocess: Callable[[tf.Tensor], tf.Tensor]) -> Frozen:
    """A trained chain of layers for small images of one size: its convolutions, and the last layer.

    preprocess: from float32 [n, height, width, 3] of 0 to 255 to what the model takes. The maps of a convolution are
    those before its activation: a channel that is silent has a gradient, too.
    """
    inside = picture = keras.Input(model.inputs[0].shape[1:])
    layers = dict[str, str]()
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        config = layer.get_config()
        convolution = isinstance(layer, keras.layers.Conv2D)
        made = type(layer).from_config({**config, "activation": "linear"} if convolution else config)
        inside = made(inside)
        made.set_weights(layer.get_weights())
        if convolution:
            layers[layer.name] = layer.name
            inside = keras.layers.Activation(layer.activation)(inside)
    layers[CLASSES_LAYER] = model.layers[-1].name
    return freeze(keras.Model(picture, inside), layers, preprocess, CLASSES_LAYER)


def grey(pictures: tf.Tensor) -> tf.Tensor:
    """What the lab's MNIST networks take: float32 [n, height, width, 1] from 0 to 1."""
    return tf.reduce_mean(pictures, axis=-1, keepdims=True) / 255.0


def random_start(height: int, width: int, seed: int) -> np.ndarray:
    """The chapter's grey with a little noise, float32 [height, width, 3]: 100 to 101."""
    return np.random.default_rng(seed).uniform(size=(height, width, 3)).astype(np.float32) + np.float32(100.0)


def _real(source: Source, data: Path | None) -> Found:
    found = locate(source, data)
    if not found.real:
        raise InvalidInput(
            f"The weights of {source.title} are not here. Fetch them with: python -m engine download {source.name} "
            "(or on Home), or choose efficientnet_lite0, which comes with the app."
        )
    return found


def _graph_bytes(path: Path) -> bytes:
    try:
        if path.suffix != ".zip":
            if path.stat().st_size > MOST_BYTES:
                raise InvalidInput("it is larger than any such graph")
            return path.read_bytes()
        with opened_zip(path) as archive:
            return member_bytes(archive, archive.getinfo(GRAPH), MOST_BYTES)
    except (OSError, KeyError, InvalidInput) as error:
        raise DamagedSource(f"{path} cannot be read: {error}.") from error
