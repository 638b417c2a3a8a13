"""A dream with the chapter's preset on a picture of 458×326, beside two plain TensorFlow 2 versions of it.

The chapter's own is its program with a `tf.function` for its session. The other follows TensorFlow's DeepDream
tutorial: a Keras model that ends at the layer, a `tf.function` of a step with a `GradientTape`, a random shift,
float32, the whole picture at once, octave by octave. How much of the channel the network sees in each last picture is
measured alike, in float32. (Without shifts it would be twice as much, for the picture would always lie on the network's
grid in the same way.)
"""

import io
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from engine.dream_settings import DeepDreamSettings
from engine.events import Completed, Snapshot
from engine.experiments import deep_dream
from engine.images import shrink
from engine.models.efficientnet_lite0 import build_network
from engine.sources.photographs import load_photograph
from tests.benchmarks.chapter import chapter_dream, chapter_gradient
from tests.benchmarks.comparison import Comparison, Quality, Target, in_turn

SIZE = (326, 458)
TUTORIAL, CHAPTER, LAB = "TensorFlow's tutorial", "the chapter's own", "CNN Lab"
NOISE = 0.1
"""Share of the objective that is noise."""


def compare(repeats: int, quick: bool = False) -> Comparison:
    settings = DeepDreamSettings(image=_png(_picture()))
    objective, model = _objective(settings)
    dreams = {
        TUTORIAL: _tutorial(settings, model),
        CHAPTER: _chapter(settings, model),
        LAB: lambda: _lab(settings),
    }
    reached: dict[str, list[float]] = {name: [] for name in dreams}

    def timed(name: str) -> Callable[[], float]:
        def measure() -> float:
            started = time.perf_counter()
            picture = dreams[name]()
            took = time.perf_counter() - started
            reached[name].append(objective(picture))
            return took

        return measure

    sides = {name: timed(name) for name in dreams}
    # A network is loaded and traced once in a process, by either.
    for side in sides.values():
        side()
    found = in_turn(
        "A dream of the chapter's preset, 458×326", "s", sides, repeats, targets=(Target(LAB, TUTORIAL, at_most=0.4),)
    )
    values = {name: statistics.median(numbers) for name, numbers in reached.items()}
    return replace(found, quality=Quality("objective of the last picture", values, NOISE * abs(values[TUTORIAL])))


def compare_zoom(repeats: int, quick: bool = False) -> Comparison:
    """Frames a second of a zoom movie of 458×326 pixels with its defaults, three steps a frame."""
    settings = DeepDreamSettings(image=_png(_picture()), octaves=1, iterations=1, zoom_frames=20)

    def frames_per_second() -> float:
        times = [
            time.perf_counter()
            for event in deep_dream.run(settings, deep_dream.load())
            if isinstance(event, Snapshot) and event.name == "zoom"
        ]
        return (len(times) - 1) / (times[-1] - times[0])

    frames_per_second()
    return in_turn("A zoom movie, 458×326", "frames/s", {"CNN Lab": frames_per_second}, repeats)


def _lab(settings: DeepDreamSettings) -> np.ndarray:
    *_, last, completed = deep_dream.run(settings, deep_dream.load())
    assert isinstance(last, Snapshot)
    assert isinstance(completed, Completed)
    return np.asarray(Image.open(io.BytesIO(last.picture)))


def _objective(settings: DeepDreamSettings) -> tuple[Callable[[np.ndarray], float], keras.Model]:
    """The mean of the channel for a picture, and the network that ends at its layer."""
    network = build_network()
    model = keras.Model(network.input, network.get_layer(f"{settings.layer}_conv").output)
    mean = lambda picture: tf.reduce_mean(model(tf.cast(picture, tf.float32)[tf.newaxis])[..., settings.channel])  # noqa: E731
    return lambda picture: float(mean(picture)), model


def _tutorial(settings: DeepDreamSettings, model: keras.Model) -> Callable[[], np.ndarray]:
    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.float32), tf.TensorSpec([], tf.float32)])
    def step(picture, step_size):
        shift = tf.random.uniform([2], -settings.jitter, settings.jitter, tf.int32)
        rolled = tf.roll(picture, shift, [0, 1])
        with tf.GradientTape() as tape:
            tape.watch(rolled)
            loss = tf.reduce_mean(model(rolled[tf.newaxis])[..., settings.channel])
        gradient = tf.roll(tape.gradient(loss, rolled), -shift, [0, 1])
        return loss, picture + gradient * (step_size / (tf.reduce_mean(tf.abs(gradient)) + 1e-7))

    def dream() -> np.ndarray:
        start = tf.constant(_picture().astype(np.float32))
        picture, details = start, []
        for _ in range(settings.octaves - 1):
            shape = tf.shape(picture)[:2]
            small = tf.image.resize(picture, tf.cast(tf.cast(shape, tf.float32) / settings.octave_scale, tf.int32))
            details.append(picture - tf.image.resize(small, shape))
            picture = small
        for octave in range(settings.octaves):
            if octave:
                detail = details[-octave]
                picture = tf.image.resize(picture, tf.shape(detail)[:2]) + detail
            for _ in range(settings.iterations):
                loss, picture = step(picture, tf.constant(settings.step_size))
                float(loss)
        return tf.cast(tf.clip_by_value(picture, 0, 255), tf.uint8).numpy()

    return dream


def _chapter(settings: DeepDreamSettings, model: keras.Model) -> Callable[[], np.ndarray]:
    gradient = chapter_gradient(lambda tile: tf.reduce_mean(model(tile[tf.newaxis])[..., settings.channel]))

    def dream() -> np.ndarray:
        picture = chapter_dream(
            _picture().astype(np.float32),
            gradient,
            octaves=settings.octaves,
            octave_scale=settings.octave_scale,
            iterations=settings.iterations,
            step_size=settings.step_size,
        )
        return np.clip(picture, 0, 255).astype(np.uint8)

    return dream


def _picture() -> np.ndarray:
    photograph = shrink(load_photograph("Temple"), 500)
    return photograph[: SIZE[0], : SIZE[1]]


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
