"""A dream with the chapter's preset on a picture of 458×326, beside a straightforward TensorFlow 2 version of it.

That version follows TensorFlow's DeepDream tutorial: a Keras model that ends at the layer, a `tf.function` of a step
with a `GradientTape`, float32, the whole picture at once, octave by octave.
"""

import time

import keras
import numpy as np
import tensorflow as tf

from engine.dream_settings import DeepDreamSettings
from engine.events import Completed, Snapshot
from engine.experiments import deep_dream
from engine.images import shrink
from engine.models.efficientnet_lite0 import build_network
from engine.sources.photographs import load_photograph
from tests.benchmarks.comparison import Comparison, in_turn

SIZE = (326, 458)


def compare(repeats: int, quick: bool = False) -> Comparison:
    settings = DeepDreamSettings(image=_png(_picture()))
    sides = {"TensorFlow's tutorial": _tutorial(settings), "CNN Lab": lambda: _lab(settings)}
    # A network is loaded and traced once in a process, by either.
    for side in sides.values():
        side()
    return in_turn("A dream of the chapter's preset, 458×326", "s", sides, repeats)


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


def _lab(settings: DeepDreamSettings) -> float:
    started = time.perf_counter()
    *_, last = deep_dream.run(settings, deep_dream.load())
    assert isinstance(last, Completed)
    return time.perf_counter() - started


def _tutorial(settings: DeepDreamSettings):
    network = build_network()
    model = keras.Model(network.input, network.get_layer(f"{settings.layer}_conv").output)

    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.float32), tf.TensorSpec([], tf.float32)])
    def step(picture, step_size):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            loss = tf.reduce_mean(model(picture[tf.newaxis])[..., settings.channel])
        gradient = tape.gradient(loss, picture)
        return loss, picture + gradient * (step_size / (tf.reduce_mean(tf.abs(gradient)) + 1e-7))

    def dream() -> float:
        started = time.perf_counter()
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
        tf.cast(tf.clip_by_value(picture, 0, 255), tf.uint8).numpy()
        return time.perf_counter() - started

    return dream


def _picture() -> np.ndarray:
    photograph = shrink(load_photograph("Temple"), 500)
    return photograph[: SIZE[0], : SIZE[1]]


def _png(pixels: np.ndarray) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
