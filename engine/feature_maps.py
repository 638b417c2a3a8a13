"""One picture through EfficientNet-Lite0, ready to be drawn: calls for `Lab.call`, which the worker answers.

The network, and the feature maps of the last pictures, stay in the worker; only small images and numbers leave it.
"""

import base64
import io
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.colour_maps import VIRIDIS
from engine.imports import load_module
from engine.models.efficientnet_parts import SIZE, Part, parts
from engine.models.imagenet import class_names
from engine.statistics import softmax

_running = threading.Lock()


@dataclass(frozen=True, slots=True)
class Overview:
    """top: the five likeliest classes with their probabilities; best first.

    flow: for each group of parts (`stem`, `block0`, …) the data address of a PNG of its most varied feature map, in
    viridis, from the map's own lowest to its own highest value.
    """

    top: tuple[tuple[str, float], ...]
    flow: dict[str, str]


@dataclass(frozen=True, slots=True)
class LayerMaps:
    """All feature maps of one part of the network.

    atlas: data address of a PNG of all maps in viridis, side by side in `columns`, row by row; low, high: the values of
    its first and last colour, the same for all maps, which clip a few; peaks: float32 [maps], the largest value of each
    map, before ReLU6 cuts it off; places: int [maps, 2], row and column of it; kernels: float32 [maps, planes, k, k]
    where they have a spatial extent, the planes being those of the input (one where it is depthwise), else empty.
    """

    atlas: str
    columns: int
    low: float
    high: float
    peaks: NDArray[np.float32]
    places: NDArray[np.int64]
    kernels: NDArray[np.float32]


def look(picture: NDArray[np.uint8]) -> Overview:
    """What the network takes `picture`, uint8 [224, 224, 3], for, and how it flows through. Raises `DamagedSource`."""
    values = _run(picture.tobytes())
    logits = values["logits"]
    probabilities = softmax(logits)
    best = np.argsort(logits)[::-1][:5]
    flow = {part.group: _own_scale(_most_varied(_shown(part, values))) for part in parts()}
    return Overview(tuple((class_names()[i], float(probabilities[i])) for i in best), flow)


def layer_maps(picture: NDArray[np.uint8], name: str) -> LayerMaps:
    """The feature maps that the part called `name` makes of `picture`, uint8 [224, 224, 3]. Raises `DamagedSource`."""
    part = next(part for part in parts() if part.name == name)
    values = _run(picture.tobytes())
    maps = np.moveaxis(_shown(part, values), -1, 0)
    low, high = np.percentile(maps, [0.5, 99.5]) if part.signed else (0.0, np.percentile(maps, 99.5))
    low, high = float(low), max(float(high), float(low) + 1e-3)
    columns = int(np.ceil(np.sqrt(len(maps))))
    flat = np.moveaxis(values[name], -1, 0).reshape(len(maps), -1)
    places = np.stack(np.unravel_index(flat.argmax(axis=1), maps.shape[1:]), axis=1)
    atlas = _coloured(_tiled(_bytes(maps, low, high), columns))
    return LayerMaps(atlas, columns, low, high, flat.max(axis=1), places, _kernels(part))


@cache
def _network() -> Any:
    """The network with every part's feature maps, before ReLU6, and the logits as outputs, by name."""
    keras = load_module("keras")
    network = load_module("engine.models.efficientnet_lite0").build_network()
    outputs = {part.name: network.get_layer(part.name if part.signed else f"{part.name}_conv") for part in parts()}
    outputs["logits"] = network.get_layer("logits")
    return keras.Model(network.input, {name: layer.output for name, layer in outputs.items()})


@lru_cache(maxsize=4)
def _run(pixels: bytes) -> dict[str, NDArray[np.float32]]:
    """Feature maps before ReLU6, float32 [height, width, maps], and logits float32 [1000]; 27 MB a picture."""
    picture = np.frombuffer(pixels, np.uint8).reshape(1, SIZE, SIZE, 3).astype(np.float32)
    # One call at a time builds the network, and one at a time computes: several would only get in each other's way.
    with _running:
        return {name: np.asarray(value)[0] for name, value in _network()(picture).items()}


def _shown(part: Part, values: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    return values[part.name] if part.signed else np.clip(values[part.name], 0, 6)


def _kernels(part: Part) -> NDArray[np.float32]:
    if part.layer.kernel == 1:
        return np.empty((0, 0, 0, 0), np.float32)
    with _running:
        weights = np.asarray(_network().get_layer(f"{part.name}_conv").kernel)
    # Keras keeps [height, width, in, out], and [height, width, maps, 1] where it is depthwise.
    return weights.transpose((2, 3, 0, 1) if part.layer.kind == "depthwise" else (3, 2, 0, 1))


def _most_varied(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    return maps[..., maps.std(axis=(0, 1)).argmax()]


def _own_scale(values: NDArray[np.float32]) -> str:
    return _coloured(_bytes(values, float(values.min()), max(float(values.max()), float(values.min()) + 1e-3)))


def _bytes(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    return (np.clip((values - low) / (high - low), 0, 1) * 255).round().astype(np.uint8)


def _tiled(maps: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """uint8 [maps, height, width] -> one image of `columns` maps a row; what is left over stays 0."""
    count, height, width = maps.shape
    rows = -(-count // columns)
    tiles = np.zeros((rows * columns, height, width), np.uint8)
    tiles[:count] = maps
    return tiles.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def _coloured(values: NDArray[np.uint8]) -> str:
    """Data address of a PNG of uint8 [height, width]: its pixels are the values, its palette is viridis."""
    image = Image.fromarray(values).convert("P")
    image.putpalette(VIRIDIS.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
