"""What a dream can be told. Its defaults are the constants of the chapter, section "Deepdream in TensorFlow"."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import InvalidInput, InvalidSettings
from engine.images import shape_within
from engine.models.efficientnet_parts import CLASSES, parts
from engine.rules import PRECISIONS, check, choice, flag, picture, setting, text

NETWORKS = ("efficientnet_lite0", "inception5h", "inception_v3")
OBJECTIVES = ("channel", "layer", "neuron", "several", "class", "guide")
SMALLEST = 32
"""Shortest side in pixels of the smallest octave: below it a network sees nothing."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an objective. kind: channel, layer, neuron, class or guide; channel: of the layer, or the class."""

    kind: str
    layer: str
    channel: int = 0
    weight: float = 1.0


LONG = {"octaves": 6, "octave_scale": 1.3, "iterations": 20, "blur": 0.8}


@dataclass(frozen=True)
class DeepDreamSettings:
    """The chapter's `render_deepdream`, and what it can be asked for beside."""

    module: ClassVar[str] = "engine.experiments.deep_dream"
    slots: ClassVar[int] = 1
    summary: ClassVar[str] = "let a network exaggerate what it sees in a picture"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "The chapter": {},
        "Faces": {"objective": "layer", "layer": "block10", **LONG},
        "Eyes": {"objective": "layer", "layer": "block8", **LONG},
        "Gardens": {"objective": "layer", "layer": "block12", **LONG},
        "Strokes": {"objective": "layer", "layer": "block6_expand", "octaves": 5, "blur": 0.5},
        "Quick": {"objective": "layer", "layer": "block8", "octaves": 3, "iterations": 10, "max_size": 320},
    }

    network: str = choice("efficientnet_lite0", NETWORKS, "The network that dreams; the first comes with the app.")
    objective: str = choice("channel", OBJECTIVES, "What the picture is changed to have more of.")
    layer: str = text("block9_expand", "The layer that is listened to.")
    channel: int = setting(30, 0, 4_095, "The channel of that layer; the first is 0.")
    image_class: str = text("tabby", "A class of ImageNet by its name or number, for the objective class.")
    mixture: str = text(
        "block10 + 0.5 block5_expand:30",
        "For the objective several: layers, or channels as layer:channel, each with a weight before it.",
    )
    image: bytes = picture("The picture to start from; without one, a photograph of a temple.")
    guide: bytes = picture("For the objective guide: the picture whose features the dream should have.")
    noise: bool = flag(False, "Start from the chapter's grey noise instead of a picture.")
    iterations: int = setting(15, 1, 500, "Steps in each octave.")
    step_size: float = setting(1.5, 0.01, 50.0, "Mean change of a pixel in a step, of 255.")
    octaves: int = setting(4, 1, 12, "Sizes at which the picture is dreamt, from small to large.")
    octave_scale: float = setting(1.4, 1.05, 4.0, "How much larger each octave is than the one before.")
    tile_size: int = setting(512, 32, 768, "Longest side in pixels of what is seen at once; cores share it in strips.")
    jitter: int = setting(512, 0, 2_048, "Largest random shift in pixels before each step; 0 for none.")
    max_size: int = setting(512, 64, 1_536, "Longest side in pixels; larger pictures are made smaller.")
    smoothing: float = setting(0.0, 0.0, 1.0, "Total variation: how much each step levels neighbouring pixels.")
    blur: float = setting(0.0, 0.0, 4.0, "Blur of the gradient in pixels: larger forms, less grain.")
    zoom_frames: int = setting(0, 0, 60, "Frames of a zoom into the dream, made after it: dream, zoom, dream again.")
    zoom: float = setting(1.05, 1.01, 1.5, "How much each frame of it enlarges the one before.")
    zoom_iterations: int = setting(3, 1, 50, "Steps in each of its frames.")
    precision: str = choice("auto", PRECISIONS, "Of the network's maps; auto takes bfloat16 where that is faster.")
    seed: int = setting(0, 0, 2**31 - 1, "Start of the random numbers: shifts and noise.")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class ChannelSettings:
    """What each of `channels` of a layer wants to see: the pictures of the channel browser, made beside any dream."""

    module: ClassVar[str] = "engine.experiments.channel_pictures"
    slots: ClassVar[int] = 0

    network: str
    layer: str
    channels: tuple[int, ...]


def steps_of(settings: DeepDreamSettings) -> int:
    """How many steps a dream takes, with its zoom."""
    return settings.octaves * settings.iterations + settings.zoom_frames * settings.zoom_iterations


def verify(settings: DeepDreamSettings) -> None:
    """Raise `InvalidSettings` for values that do not fit each other, as far as can be told without the network."""
    terms = terms_of(settings)
    if settings.network == "efficientnet_lite0":
        check_terms(terms, efficientnet_layers())
    if settings.objective == "guide" and not settings.guide:
        raise InvalidSettings("guide is empty, but the objective guide needs a picture to be guided by.")
    if settings.image:
        octave_sizes(*shape_within(settings.image, settings.max_size), settings.octaves, settings.octave_scale)


def terms_of(settings: DeepDreamSettings) -> tuple[Term, ...]:
    """The parts of the objective. The channel of a class is not known yet. Raises `InvalidSettings`."""
    match settings.objective:
        case "several":
            return tuple(_term(part) for part in settings.mixture.split("+"))
        case "class":
            return (Term("class", "logits"),)
        case kind:
            return (Term(kind, settings.layer, settings.channel),)


def _term(written: str) -> Term:
    """A part of a mixture: `block10`, `0.5 block10`, `block5_expand:30` or `2 block5_expand:30`."""
    words = written.split()
    try:
        weight = float(words[0]) if len(words) == 2 else 1.0
        layer, colon, channel = words[-1].partition(":")
        if len(words) > 2 or not layer or not -1e6 < weight < 1e6:
            raise ValueError(written)
        return Term("channel", layer, int(channel), weight) if colon else Term("layer", layer, weight=weight)
    except (ValueError, IndexError):
        wanted = "parts such as block10, 0.5 block10 or 2 block5_expand:30, with + between them"
        raise InvalidSettings(f"mixture has the part {written.strip()!r}, but must be {wanted}.") from None


def check_terms(terms: Iterable[Term], layers: Mapping[str, int]) -> None:
    """Raise `InvalidSettings` for a layer that is not in `layers`, or a channel that the layer does not have."""
    for term in terms:
        if term.layer not in layers:
            near = difflib.get_close_matches(term.layer, layers, 3, 0.3) or list(layers)[:3]
            raise InvalidSettings(
                f"layer is {term.layer!r}, but must be one of the network's, such as {', '.join(near)}."
            )
        if term.kind in ("channel", "neuron") and not 0 <= term.channel < layers[term.layer]:
            last = layers[term.layer] - 1
            raise InvalidSettings(f"channel is {term.channel}, but {term.layer} has the channels 0 to {last}.")


def efficientnet_layers() -> dict[str, int]:
    """Channels of EfficientNet-Lite0's layers by name, without TensorFlow."""
    channels, found = 3, dict[str, int]()
    for part in parts():
        channels = channels if part.layer.kind == "depthwise" else part.layer.channels
        found[part.name] = channels
    return {**found, "logits": CLASSES}


def octave_sizes(height: int, width: int, octaves: int, scale: float) -> list[tuple[int, int]]:
    """[height, width] of each octave, the smallest first. Raises `InvalidSettings` where one is under `SMALLEST`."""
    sizes = [(height, width)]
    for _ in range(octaves - 1):
        height, width = int(height / scale), int(width / scale)
        sizes.append((height, width))
    if min(sizes[-1]) < SMALLEST:
        fitting = sum(min(size) >= SMALLEST for size in sizes)
        raise InvalidSettings(
            f"octaves is {octaves}, but its smallest picture would be {sizes[-1][1]}×{sizes[-1][0]} pixels, under "
            f"{SMALLEST}; for this picture at most {fitting} fit."
            if fitting
            else f"The picture is {sizes[0][1]}×{sizes[0][0]} pixels, but its sides must be at least {SMALLEST}."
        )
    return sizes[::-1]


def class_number(name: str, names: tuple[str, ...]) -> int:
    """The number of an ImageNet class from its name or number. Raises `InvalidInput`."""
    if name.strip().isdecimal() and int(name) < CLASSES:
        return int(name)
    wanted = name.strip().lower()
    exact = [number for number, known in enumerate(names) if known.lower() == wanted]
    part = exact or [number for number, known in enumerate(names) if wanted and wanted in known.lower()]
    if not part:
        raise InvalidInput(
            f"image_class is {name!r}, but must be a name of ImageNet's, such as {names[285]!r}, or 0 to 999."
        )
    return part[0]
