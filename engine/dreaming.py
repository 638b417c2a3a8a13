"""What the DeepDream page asks of a worker beside a run: calls for `Lab.call`. Nothing here imports TensorFlow itself.

Pictures of channels are kept in the app's cache, for making them takes a while and they never change.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.checkpoints import weights_of
from engine.dream_settings import Term, check_terms
from engine.images import Pixels, shrink
from engine.imports import load_module
from engine.models.imagenet import class_names
from engine.settings import CifarSettings, MnistSettings
from engine.sources.locate import cache_folder
from engine.sources.photographs import PHOTOGRAPHS, load_photograph
from engine.whole_files import write_whole

SHIPPED = Path(__file__).parent / "models" / "channel_pictures"
"""The first pictures of the channel browser, made by the project, so that it opens with something to see."""

COMPARED_STEPS = 96
PHOTOGRAPH_SIZE = 320
OWN_STEPS = 64
OWN_CHANNELS = 16
"""Channels of each convolution of one's own network that are shown."""

OwnSettings = MnistSettings | CifarSettings

WORDS = (
    (0.04, "edges and spots of colour"),
    (0.12, "stripes, one direction each"),
    (0.25, "hatching and fine textures"),
    (0.4, "strokes, corners and curves"),
    (0.55, "patterns: scales, nets, fur"),
    (0.68, "eyes, rings and feathers"),
    (0.8, "faces, flowers, fabrics"),
    (0.95, "parts of things, in place"),
    (1.0, "whole things, loosely arranged"),
)
"""What layers tend to see, by how deep they lie: up to this share of the network's layers."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of a photograph as a JPEG file, and how strongly its middle excites the channel."""

    picture: bytes
    photograph: str
    value: float


@dataclass(frozen=True, slots=True)
class LostRows:
    """Mean |gradient| of each pixel at the same shifts, float32 [height, width]: the chapter's tiles, and all rows."""

    chapter: NDArray[np.float32]
    covered: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OwnDreams:
    """pictures: uint8 [channels, size, size, 3] of one layer; layers: how many the network has."""

    pictures: Pixels
    layers: int


def layers_of(network: str) -> dict[str, int]:
    """Channels by layer, in the order of the network. Raises what `load_dreamer` raises."""
    return dict(_network(network).layers)


def sees(position: int, layers: int) -> str:
    """A word about what the layer at `position` of `layers` tends to see."""
    share = (position + 1) / layers
    return next(word for upto, word in WORDS if share <= upto)


def channel_name(network: str, layer: str, channel: int) -> str:
    """The channel as the screen calls it: its number, or the class it stands for."""
    return class_names()[channel] if layer == "logits" and network != "inception5h" else str(channel)


def kept_pictures(network: str, layer: str, channels: Sequence[int]) -> dict[int, bytes]:
    """JPEG files of those of the channels that came with the app or are in the cache. Quick, and needs no worker."""
    folders = (SHIPPED, cache_folder() / "channels")
    paths = {channel: [_path(folder, network, layer, channel) for folder in folders] for channel in channels}
    found = {channel: next(filter(Path.exists, both), None) for channel, both in paths.items()}
    return {channel: path.read_bytes() for channel, path in found.items() if path}


def keep_picture(network: str, layer: str, channel: int, content: bytes) -> None:
    """Keep what a channel wants to see, a JPEG file, for the next time."""
    path = _path(cache_folder() / "channels", network, layer, channel)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def exciting_patches(network: str, layer: str, channel: int, count: int = 6) -> list[Patch]:
    """The pieces of the sample photographs that excite a channel most, at most two of a photograph; the best first."""
    frozen = _network(network)
    check_terms([Term("channel", layer, channel)], frozen.layers)
    look = load_module("engine.experiments.feature_visualisation").looker(frozen, layer)
    found: list[Patch] = []
    for name in PHOTOGRAPHS:
        picture = shrink(load_photograph(name), PHOTOGRAPH_SIZE)
        maps = np.asarray(look(picture[np.newaxis].astype(np.float32)))[0, ..., channel]
        found += _best(maps, picture, name)
    return sorted(found, key=lambda patch: -patch.value)[:count]


def lost_rows(picture: Pixels, layer: str, channel: int, tile: int, shifts: int = 6) -> LostRows:
    """Gradients of `picture` with the chapter's loop over tiles and with ours, at the same random shifts."""
    ascent = load_module("engine.experiments.ascent")
    frozen = _network("efficientnet_lite0")
    terms = [Term("channel", layer, channel)]
    check_terms(terms, frozen.layers)
    gradient = ascent.gradient_of(frozen, terms)
    parameters = load_module("engine.experiments.objectives").parameters_of(terms, frozen.layers)
    compare = load_module("engine.experiments.lost_rows").compare
    return LostRows(*compare(picture, gradient, parameters, tile, shifts))


def naive_and_regularised(layer: str, channel: int, size: int = 224) -> tuple[Pixels, Pixels]:
    """A channel from noise: following the gradient as it is, and with the means of feature visualisation."""
    frozen = _network("efficientnet_lite0")
    check_terms([Term("channel", layer, channel)], frozen.layers)
    module = load_module("engine.experiments.feature_visualisation")
    naive = module.plain_ascent(frozen, layer, channel, size, COMPARED_STEPS)
    return naive, _visualised(frozen, layer, [channel], size, COMPARED_STEPS)[0]


def dreams_of_own(weights: Mapping[str, NDArray[Any]] | None, settings: OwnSettings, place: int) -> OwnDreams:
    """What a small trained network wants to see in the layer at `place`: its convolutions from 0, then its answers.

    weights: as the run of `settings` kept them; None for the network of the app for the same pictures. Raises
    `InvalidInput` for weights that are damaged.
    """
    network, preprocess = _own_network(weights, settings)
    frozen = load_module("engine.models.dream_networks").freeze_own(network, preprocess)
    view = "drawing" if isinstance(settings, MnistSettings) else "small"
    size = network.inputs[0].shape[1]
    layer, channels = list(frozen.layers.items())[place]
    pictures = _visualised(frozen, layer, range(min(channels, OWN_CHANNELS)), size, OWN_STEPS, view=view)
    return OwnDreams(pictures, len(frozen.layers))


def _own_network(weights: Mapping[str, NDArray[Any]] | None, settings: OwnSettings) -> tuple[Any, Any]:
    """The network, and what makes its input of float32 pictures [n, height, width, 3] of 0 to 255."""
    digits = isinstance(settings, MnistSettings)
    if weights is None:
        shipped = load_module(f"engine.models.shipped_{'mnist' if digits else 'cifar'}")
        network, preprocess = shipped.load_network(), None if digits else shipped.as_input
    else:
        # In float32 always: what a channel wants to see is a matter of small differences.
        whole = replace(settings, precision="float32") if isinstance(settings, CifarSettings) else settings
        network = load_module(f"engine.models.{'mnist' if digits else 'cifar'}").build_network(whole)
        network.set_weights(weights_of(weights))
        preprocess = None if digits else load_module("engine.models.augmentation").standardize
    return network, preprocess or load_module("engine.models.dream_networks").grey


def _visualised(*arguments: Any, **options: Any) -> Pixels:
    steps = load_module("engine.experiments.feature_visualisation").visualising(*arguments, **options)
    pictures: Pixels = load_module("engine.experiments.finish").finish(steps)
    return pictures


def _network(name: str) -> Any:
    # The precision that a run takes by default, so that both share one network in memory.
    precision = load_module("engine.experiments.deep_dream").dream_precision(name)
    return load_module("engine.models.dream_networks").load_dreamer(name, precision)


def _path(folder: Path, network: str, layer: str, channel: int) -> Path:
    return folder / network / layer.replace("/", "-") / f"{channel}.jpg"


def _best(maps: NDArray[np.float32], picture: Pixels, name: str) -> list[Patch]:
    """The two strongest places of `maps` [rows, columns] that lie apart, cut out of the picture around them."""
    height, width = picture.shape[:2]
    side = int(np.clip(4 * height / maps.shape[0], 40, min(112, height, width)))
    patches, left = [], maps.copy()
    for _ in range(2):
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        patches.append((float(left[row, column]), int(row), int(column)))
        left[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = -np.inf
    return [
        Patch(_jpeg(_cut(picture, (r + 0.5) / maps.shape[0], (c + 0.5) / maps.shape[1], side)), name, value)
        for value, r, c in patches
        if np.isfinite(value)
    ]


def _cut(picture: Pixels, down: float, across: float, side: int) -> Pixels:
    top = int(np.clip(down * picture.shape[0] - side / 2, 0, picture.shape[0] - side))
    left = int(np.clip(across * picture.shape[1] - side / 2, 0, picture.shape[1] - side))
    return picture[top : top + side, left : left + side]


def _jpeg(picture: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
