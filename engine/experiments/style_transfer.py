"""Style transfer: optimise a picture until a network sees the photograph's content in it, and the style's statistics.

Gatys, Ecker and Bethge, "A neural algorithm of artistic style", 2015; chapter section "Stylenet". Better than the
chapter: the style keeps its proportions and its brightness, the picture starts from the photograph and grows from
coarse to fine, every target is computed once a size, and the result is clipped before it becomes a file.
"""

import io
import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from engine.device import precision_of
from engine.errors import InvalidSettings
from engine.events import Beat, Completed, Control, Event, Mark, Progress, Snapshot
from engine.experiments.lbfgs import lbfgs
from engine.experiments.pace import Pace, Shows
from engine.experiments.painting import Painter, Targets, painter
from engine.experiments.style_targets import build_targets
from engine.memory import give_back
from engine.sources.vgg import Vgg, load_vgg
from engine.style_pictures import (
    Floats,
    Pictures,
    covering,
    finished,
    levels,
    padded,
    prepare,
    resized,
)
from engine.style_settings import LAST_RATE, StyleSettings
from engine.vgg_layers import weighted_layers

LoadWeights = Callable[[str], Vgg]
Losses = tuple[float, float, float]
Work = Generator[Event, Control | None, None]

JPEG_QUALITY = 88
NOISE = 0.256
"""Standard deviation of the chapter's noise, around the mean colour of ImageNet."""


def load(data: Path | None = None) -> LoadWeights:
    """A function that loads the weights of a network by its name."""
    return partial(load_vgg, data=data)


def run(settings: StyleSettings, load_weights: LoadWeights) -> Iterator[Event]:
    """Paint, with a `Progress` a step, `Snapshot`s at first often and then more and more seldom, and a PNG, last.

    The losses of a step are of the picture before it. Where they stop being numbers the run ends early with the best
    picture so far, and `diverged_at` in the result names the step. Raises `InvalidInput` and `InvalidSettings`.
    """
    pictures = prepare(settings)
    yield Beat()
    vgg = load_weights(settings.network)
    painting = Painting(settings, pictures, vgg, precision_of(settings.precision))
    try:
        yield from painting.paint()
        yield from painting.finish()
    finally:
        del painting
        give_back()


@dataclass
class Best:
    """The picture with the lowest loss of its size so far."""

    image: Any = None
    total: float = math.inf


class Painting:
    """One run: the picture as it is, how far it is, and the events it yields."""

    def __init__(self, settings: StyleSettings, pictures: Pictures, vgg: Vgg, precision: str) -> None:
        self.settings, self.pictures, self.vgg, self.precision = settings, pictures, vgg, precision
        self.content_weights = _used(settings.content_layers, vgg, "content_layers", settings.content_weight)
        self.style_weights = _used(settings.style_layers, vgg, "style_layers", settings.style_weight)
        self.painter: Painter = painter(
            *(vgg, tuple(self.content_weights), tuple(self.style_weights)),
            *(settings.pooling, settings.padding, precision, pictures.mask is not None),
        )
        free = settings.loss == "chapter"
        self.low, self.high = (-math.inf, math.inf) if free else (0.0, 255.0)
        self.betas = (settings.beta_1, settings.beta_2)
        self.rate = settings.learning_rate
        self.pace = Pace(levels(settings, pictures.content.shape))
        self.shows = Shows()
        self.step, self.working_s = 0, 0.0
        self.losses: Losses = (math.nan, math.nan, math.nan)
        self.shape = (0, 0)
        self.image: tf.Tensor = None
        self.best = Best()
        self.diverged = False

    def paint(self) -> Work:
        """All sizes, coarse to fine, each going on from the one before."""
        for shape, steps in levels(self.settings, self.pictures.content.shape):
            start = self._start(shape) if self.image is None else resized(self._within(self.image), shape)
            self.image, self.shape = tf.constant(padded(start)), shape
            yield Mark(self.step, f"{shape[1]} × {shape[0]} px")
            targets = build_targets(self, shape)
            yield Beat()
            self.best = Best()
            work = self._adam if self.settings.optimizer == "adam" else self._lbfgs
            yield from work(targets, steps)
            if self.diverged:
                break
        *_, losses = self._measured(self.image, targets)
        self._remember(self.image, losses)

    def finish(self) -> Work:
        """The best picture of the last size as a PNG, and the result."""
        height, width = self.pictures.content.shape[:2]
        image = resized(self._within(self.best.image), (height, width))
        picture = finished(image, self.pictures, self.settings.colours)
        yield Snapshot(self.step, encoded(picture, "PNG"))
        content_loss, style_loss, variation_loss = self.losses
        yield Completed(
            {
                "content_loss": content_loss,
                "style_loss": style_loss,
                "total_variation_loss": variation_loss,
                "total_loss": self.best.total,
                "steps": self.step,
                "diverged_at": self.step if self.diverged else None,
                "width": width,
                "height": height,
                "seconds_per_step": self.working_s / max(1, self.step),
                "precision": self.precision,
                "network": self.vgg.network,
                "weights": self.vgg.describe,
                "remark": self.vgg.remark,
            }
        )

    def _adam(self, targets: Targets, steps: int) -> Work:
        mean = square = tf.zeros_like(self.image)
        for count in range(1, steps + 1):
            began, before = time.perf_counter(), self.image
            rate = self.rate * (1 - (1 - LAST_RATE) * (count - 1) / steps) if self.settings.decay else self.rate
            numbers = (float(count), rate, self.betas, (self.low, self.high))
            constants = [tf.constant(number, tf.float32) for number in numbers]
            self.image, mean, square, *parts = self.painter.adam(before, mean, square, *constants, *targets.tensors)
            yield from self._did(before, _floats(parts), began)
            if self.diverged:
                return

    def _lbfgs(self, targets: Targets, steps: int) -> Work:
        search = lbfgs(self.image.numpy().ravel().astype(np.float64), self.low, self.high, steps)
        shape, answer = self.image.shape, None
        try:
            for _ in range(steps):
                began = time.perf_counter()
                point = search.send(answer) if answer else next(search)
                self.image = tf.constant(point.reshape(shape), tf.float32)
                slope, *_, losses = self._measured(self.image, targets)
                answer = (sum(losses), slope.numpy().ravel().astype(np.float64))
                yield from self._did(self.image, losses, began)
                if self.diverged:
                    return
        except StopIteration:
            # It has found the minimum; the steps that are left are not needed.
            return
        finally:
            search.close()

    def _measured(self, image: tf.Tensor, targets: Targets) -> tuple[tf.Tensor, Losses]:
        slope, *parts = self.painter.gradient(image, *targets.tensors)
        return slope, _floats(parts)

    def _did(self, before: tf.Tensor, losses: Losses, began: float) -> Work:
        """Count a step that began with the picture `before` and its losses."""
        self.step += 1
        took = time.perf_counter() - began
        self.working_s += took
        self.pace.did(self.shape, took)
        self.diverged = not math.isfinite(sum(losses))
        self._remember(before, losses)
        control = yield Progress(self.step, self.settings.steps, {**_metrics(losses), **self.pace.left})
        if control and control.learning_rate is not None:
            self.rate = control.learning_rate
            yield Mark(self.step, f"learning rate {self.rate:g}")
        if self.shows.is_due(self.pace.done):
            # The best of this size so far: that is what stays when the run is stopped now.
            picture = finished(self._within(self.best.image), self.pictures, self.settings.colours)
            yield Snapshot(self.step, encoded(picture, "JPEG"))

    def _within(self, image: tf.Tensor) -> Floats:
        """`image` without what pads it."""
        return np.asarray(image)[: self.shape[0], : self.shape[1]]

    def _remember(self, image: tf.Tensor, losses: Losses) -> None:
        if self.best.image is None or sum(losses) < self.best.total:
            self.best, self.losses = Best(image, sum(losses)), losses

    def _start(self, shape: tuple[int, int]) -> Floats:
        match self.settings.init:
            case "content":
                image = resized(self.pictures.content, shape)
            case "style":
                image = covering(self.pictures.styles[0], shape)
            case _:
                rng = np.random.default_rng(self.settings.seed)
                image = (self.vgg.mean + NOISE * rng.normal(size=(*shape, 3))).astype(np.float32)
        return np.clip(image, 0, 255)


def encoded(picture: Any, kind: str) -> bytes:
    """uint8 [height, width, 3] as a PNG or JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def _used(text: str, vgg: Vgg, field: str, weight: float) -> dict[str, float]:
    """The weights by layer, none of a loss that does not count. Raises `InvalidSettings` where none would be left."""
    weights = weighted_layers(text, vgg.network, field) if weight else {}
    if weight and not weights:
        raise InvalidSettings(f"{field} names no layer with a weight above 0, but must name at least one.")
    return weights


def _floats(parts: Any) -> Losses:
    content, style, variation = (float(part) for part in parts)
    return content, style, variation


def _metrics(losses: Losses) -> dict[str, float]:
    names = ("content_loss", "style_loss", "total_variation_loss")
    return {**dict(zip(names, losses, strict=True)), "total_loss": sum(losses)}
