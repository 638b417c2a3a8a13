"""DeepDream: change a picture until a network sees more of something in it. Chapter section "Deepdream in TensorFlow".

The chapter's `render_deepdream`, better in this: its tiles leave no row without a gradient, the caller's picture is
never changed, and nothing is added to a graph between two calls.
"""

import io
import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from engine.device import precision_of
from engine.dream_settings import (
    DeepDreamSettings,
    Term,
    check_terms,
    class_number,
    octave_sizes,
    steps_of,
    terms_of,
    verify,
)
from engine.errors import InvalidSettings
from engine.events import Completed, Event, Progress, Snapshot
from engine.experiments.ascent import Move, climb, strips_for
from engine.experiments.objectives import parameters_of
from engine.experiments.octaves import Floats, grow, resize, split
from engine.images import Pixels, read_image, shrink
from engine.models.dream_networks import load_dreamer, random_start
from engine.models.frozen import Frozen
from engine.models.imagenet import class_names
from engine.sources.photographs import load_photograph

SAMPLE = "Temple"
NOISE_SIZE = 224
"""Side of the chapter's noise picture."""

GUIDE_SIZE = 224
MOST_SNAPSHOTS = 24
MOST_BESIDE_ZOOM = 18

Load = Callable[[str, str], Frozen]


def load(data: Path | None = None) -> Load:
    """A function of a network's name and precision that loads it."""
    return lambda network, precision: load_dreamer(network, precision, data)


def run(settings: DeepDreamSettings, load_network: Load) -> Iterator[Event]:
    """Dream, with a `Progress` a step and snapshots on the way, the last of them a PNG; then zoom, if asked to.

    Metrics: `objective`, before the step, and `octave` from 1. Raises `InvalidInput` where a picture cannot be read or
    the network's weights are not here, `InvalidSettings` for a layer or channel it has not, or too many octaves.
    """
    verify(settings)
    start = start_picture(settings)
    sizes = octave_sizes(start.shape[0], start.shape[1], settings.octaves, settings.octave_scale)
    yield Snapshot(0, encoded(start), "dream")
    network = load_network(settings.network, dream_precision(settings.network, settings.precision))
    began = time.perf_counter()
    dreamer = Dreamer(settings, network)
    picture = yield from dreamer.dream(start, sizes)
    yield Snapshot(dreamer.done, encoded(picture, "PNG"), "dream")
    yield from dreamer.zoom_in(picture)
    yield Completed({**dreamer.result(), "sizes": [[w, h] for h, w in sizes], "seconds": time.perf_counter() - began})


@dataclass(slots=True)
class Dreamer:
    """A dream under way: `done` of `total` steps; first and last objective of each octave."""

    settings: DeepDreamSettings
    network: Frozen
    terms: tuple[Term, ...]
    parameters: list[tf.Tensor]
    strips: int
    rng: np.random.Generator
    done: int
    total: int
    firsts: list[float]
    lasts: list[float]

    def __init__(self, settings: DeepDreamSettings, network: Frozen) -> None:
        terms = named_terms(settings, network)
        self.settings, self.network, self.terms = settings, network, terms
        self.parameters = parameters_of(terms, network.layers, _guide_features(settings, network, terms))
        self.strips = strips_for(terms, settings.jitter)
        self.rng = np.random.default_rng(settings.seed)
        self.done = 0
        self.total = steps_of(settings)
        self.firsts, self.lasts = [], []

    def dream(self, start: Floats, sizes: list[tuple[int, int]]) -> Generator[Event, None, Floats]:
        """Octave by octave from the smallest; returns float32 [height, width, 3]."""
        s = self.settings
        steps = s.octaves * s.iterations
        every = math.ceil(steps / (MOST_BESIDE_ZOOM if s.zoom_frames else MOST_SNAPSHOTS))
        picture, details = split(start, sizes)
        for octave in range(s.octaves):
            if octave:
                picture = grow(picture, details[octave - 1])
            for iteration in range(s.iterations):
                picture, score = yield from self.step(picture, octave)
                (self.firsts if iteration == 0 else []).append(score)
                if self.done % every == 0 and self.done < steps:
                    yield Snapshot(self.done, encoded(picture), "dream")
            self.lasts.append(score)
        return picture

    def step(self, picture: Floats, octave: int) -> Generator[Event, None, tuple[Floats, float]]:
        """The picture after one step, and the objective before it."""
        s = self.settings
        # A neuron is the one in the middle, wherever the picture was shifted to.
        reach = 1 if s.objective == "neuron" else max(1, s.jitter)
        shift = (int(self.rng.integers(reach)), int(self.rng.integers(reach)))
        move = Move(s.step_size, s.smoothing, s.blur)
        moved, score = yield from climb(
            self.network, self.terms, picture, shift, s.tile_size, move, self.parameters, self.strips
        )
        self.done += 1
        yield Progress(self.done, self.total, {"objective": score, "octave": float(octave + 1)})
        return moved, score

    def zoom_in(self, picture: Floats) -> Iterator[Event]:
        """Frame after frame: enlarge the middle, and dream on it for a few steps."""
        for _ in range(self.settings.zoom_frames):
            picture = enlarged(picture, self.settings.zoom)
            for _ in range(self.settings.zoom_iterations):
                picture, _ = yield from self.step(np.clip(picture, 0, 255), self.settings.octaves - 1)
            yield Snapshot(self.done, encoded(picture), "zoom")

    def result(self) -> dict[str, object]:
        """What was dreamt, in words and numbers."""
        s = self.settings
        return {
            "network": s.network,
            "precision": dream_precision(s.network, s.precision),
            "objective": s.objective,
            "terms": [[t.kind, t.layer, t.channel, t.weight] for t in self.terms],
            "octave_starts": self.firsts,
            "octave_ends": self.lasts,
            "steps": self.done,
            "zoom_frames": s.zoom_frames,
        }


def start_picture(settings: DeepDreamSettings) -> Floats:
    """float32 [height, width, 3] of 0 to 255: the given picture, the sample, or noise."""
    if settings.noise:
        side = min(settings.max_size, NOISE_SIZE)
        return random_start(side, side, settings.seed)
    picture = read_image(settings.image) if settings.image else load_photograph(SAMPLE)
    return shrink(picture, settings.max_size).astype(np.float32)


def named_terms(settings: DeepDreamSettings, network: Frozen) -> tuple[Term, ...]:
    """The parts of the objective, checked against the network, a class by its number."""
    terms = terms_of(settings)
    if settings.objective == "class":
        if not network.classes:
            raise InvalidSettings(
                f"objective is 'class', but the classes of {settings.network} are not known: "
                "choose another objective or network."
            )
        number = class_number(settings.image_class, class_names())
        terms = tuple(replace(term, layer=network.classes, channel=number) for term in terms)
    check_terms(terms, network.layers)
    return terms


def dream_precision(network: str, wanted: str = "auto") -> str:
    """What the network computes in. Inception 5h's graph is written for float32."""
    return "float32" if network == "inception5h" else precision_of(wanted)


def as_pixels(picture: Floats) -> Pixels:
    """float32 -> uint8, cut to 0 to 255."""
    pixels: Pixels = np.clip(picture, 0, 255).round().astype(np.uint8)
    return pixels


def encoded(picture: Floats, kind: str = "JPEG") -> bytes:
    """The picture as a file, in its own size: whoever shows it enlarges it."""
    buffer = io.BytesIO()
    Image.fromarray(as_pixels(picture)).save(buffer, kind, quality=85, compress_level=1)
    return buffer.getvalue()


def enlarged(picture: Floats, zoom: float) -> Floats:
    """The middle of the picture, `zoom` times as large, in the same size."""
    height, width = picture.shape[:2]
    wide = resize(picture, (math.ceil(height * zoom), math.ceil(width * zoom)))
    top, left = (wide.shape[0] - height) // 2, (wide.shape[1] - width) // 2
    return wide[top : top + height, left : left + width]


def _guide_features(
    settings: DeepDreamSettings, network: Frozen, terms: tuple[Term, ...]
) -> NDArray[np.float32] | None:
    """float32 [places, channels] of the guide picture, where the objective has one."""
    if settings.objective != "guide":
        return None
    guide = shrink(read_image(settings.guide), GUIDE_SIZE).astype(np.float32)
    maps: NDArray[np.float32] = _look(network, guide, terms[0].layer)
    return maps.reshape(-1, maps.shape[-1])


def _look(network: Frozen, picture: Floats, layer: str) -> NDArray[np.float32]:
    look = tf.function(lambda x: network.maps(x, [layer])[0], autograph=False)
    maps: NDArray[np.float32] = look(tf.constant(picture[np.newaxis])).numpy()[0]
    return maps
