"""What a channel wants to see: a picture made from noise that excites it. After Olah, Mordvintsev and Schubert,
"Feature visualization", Distill 2017.

Three things keep such pictures from being noise that fools the network: the picture is a sum of waves, of which slow
ones weigh more (Fourier parametrisation); its colours are the axes along which colours of photographs vary
independently; and it is shifted and scaled a little before each look (jitter).
"""

import threading
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache, partial
from typing import Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.events import Beat, Event
from engine.experiments.beside import at_once, build_call, shares
from engine.images import Pixels
from engine.models.frozen import Frozen

COLOURS = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]], np.float32)
"""Square root of the covariance of the colours of ImageNet's photographs, as Lucid measured it."""

LEARNING_RATE = 0.05
DARK = 3.0
"""How far below grey a drawn picture begins."""

JITTER = 8
SCALES = (0.92, 0.96, 1.0, 1.04, 1.08)

View = Literal["photograph", "small", "drawing"]
"""What the network knows: photographs of any size; small ones of one size; white strokes on black, of one size."""

Climb = Callable[..., list[NDArray[np.float32]]]

_tracing = threading.Lock()


def visualising(
    network: Frozen,
    layer: str,
    channels: Sequence[int],
    size: int,
    steps: int,
    seed: int = 0,
    *,
    view: View = "photograph",
) -> Generator[Event, None, Pixels]:
    """Pictures uint8 [n, size, size, 3] that excite each of `channels` of `layer` in the mean; pauses at each step.

    A picture for a network of one size keeps its size and is hardly shifted; a drawing is grey and begins dark.
    """
    drawn, any_size = view == "drawing", view == "photograph"
    rng = np.random.default_rng(seed)
    directions = np.eye(network.layers[layer], dtype=np.float32)[list(channels)]
    if layer == network.classes:
        # More of this class than of the others.
        directions -= 1.0 / network.layers[layer]
    # Pictures know nothing of each other, so cores can share them.
    wanted = np.array_split(directions, min(shares(), len(channels)))
    waves = rng.normal(0, 0.01, (2, len(channels), 3, size, size // 2 + 1)).astype(np.float32)
    states = [[part, np.zeros_like(part), np.zeros_like(part)] for part in np.array_split(waves, len(wanted), 1)]
    with _tracing:
        climb = _climb(network, layer, drawn, any_size, len(states) > 1)
    for done in range(steps):
        shift = rng.integers(-JITTER, JITTER + 1, 2) if any_size else rng.integers(-1, 2, 2)
        side = round(size * rng.choice(SCALES)) if any_size else size
        move = (size, side, shift)
        parts = zip(states, wanted, strict=True)
        states = at_once([partial(climb, *state, *move, some, done + 1.0) for state, some in parts])
        yield Beat()
    found = np.concatenate([waves for waves, _, _ in states], axis=1)
    pictures: Pixels = tf.cast(tf.round(picture_of(tf.constant(found), size, drawn)), tf.uint8).numpy()
    return pictures


def picture_of(waves: tf.Tensor, size: int | tf.Tensor, drawn: bool = False) -> tf.Tensor:
    """Waves float32 [2 (real, imaginary), n, 3, size, size // 2 + 1] -> pictures float32 [n, size, size, 3] to 255."""
    vertical = _frequencies(size)[:, tf.newaxis]
    horizontal = tf.cast(tf.range(size // 2 + 1), tf.float32) / tf.cast(size, tf.float32)
    slow = 1.0 / tf.maximum(tf.sqrt(vertical**2 + horizontal**2), 1.0 / tf.cast(size, tf.float32))
    spectrum = tf.complex(waves[0] * slow, waves[1] * slow)
    values = tf.transpose(tf.signal.irfft2d(spectrum, [size, size]), [0, 2, 3, 1]) * tf.cast(size, tf.float32)
    if drawn:
        return 255.0 * tf.sigmoid(tf.repeat(values[..., :1], 3, axis=-1) - DARK)
    colours = COLOURS / np.linalg.norm(COLOURS, axis=0).max()
    return 255.0 * tf.sigmoid(tf.tensordot(values, colours.T, 1))


def _frequencies(size: int | tf.Tensor) -> tf.Tensor:
    """What `numpy.fft.fftfreq` gives: from 0 up, then the negative ones."""
    numbers = tf.range(size)
    return tf.cast(tf.where(numbers < (size + 1) // 2, numbers, numbers - size), tf.float32) / tf.cast(size, tf.float32)


@lru_cache(maxsize=4)
def _climb(network: Frozen, layer: str, drawn: bool, any_size: bool, beside: bool) -> Climb:
    """A step of Adam, traced once for a layer, for any channels and sizes.

    A function of waves, their two means, size, side, shift, directions [n, channels] and the number of the step from 1,
    that returns the first three as they are then. beside: as `engine.experiments.beside.build_call` has it.
    """
    with tf.Graph().as_default() as graph:
        state = [tf.compat.v1.placeholder(tf.float32, [2, None, 3, None, None]) for _ in range(3)]
        size, side = (tf.compat.v1.placeholder(tf.int32, []) for _ in range(2))
        shift = tf.compat.v1.placeholder(tf.int32, [2])
        directions, step = (tf.compat.v1.placeholder(tf.float32, shape) for shape in ([None, None], []))
        seen = tf.roll(picture_of(state[0], size, drawn), shift, [1, 2])
        if any_size:
            seen = tf.image.resize(seen, [side, side])
        score = tf.reduce_sum(tf.reduce_mean(network.maps(seen, [layer])[0], axis=[1, 2]) * directions)
        waves, mean, square = state
        moved = _adam(waves, mean, square, tf.gradients(score, waves)[0], step)
    return build_call(graph, moved, [*state, size, side, shift, directions, step], beside)


def _adam(
    waves: tf.Tensor, mean: tf.Tensor, square: tf.Tensor, slope: tf.Tensor, step: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Kingma and Ba, 2015, uphill."""
    mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * tf.square(slope)
    steady = tf.sqrt(square / (1 - 0.999**step)) + 1e-8
    return waves + LEARNING_RATE * (mean / (1 - 0.9**step)) / steady, mean, square


def plain_ascent(network: Frozen, layer: str, channel: int, size: int, steps: int, seed: int = 0) -> Pixels:
    """The same without any of the three: pixels follow the gradient as it is. uint8 [size, size, 3]."""
    picture = tf.constant(np.random.default_rng(seed).uniform(100, 101, (1, size, size, 3)), tf.float32)
    slope = _plain_slope(network, layer)
    direction = tf.one_hot(channel, network.layers[layer])
    for _ in range(steps):
        found = slope(picture, direction)
        picture = tf.clip_by_value(picture + 1.5 * found / (tf.reduce_mean(tf.abs(found)) + 1e-7), 0, 255)
    pixels: NDArray[np.uint8] = tf.cast(tf.round(picture[0]), tf.uint8).numpy()
    return pixels


@lru_cache(maxsize=2)
def _plain_slope(network: Frozen, layer: str) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    signature = [tf.TensorSpec([1, None, None, 3], tf.float32), tf.TensorSpec([None], tf.float32)]

    @tf.function(input_signature=signature, autograph=False)
    def slope(picture: tf.Tensor, direction: tf.Tensor) -> tf.Tensor:
        score = tf.tensordot(tf.reduce_mean(network.maps(picture, [layer])[0], axis=[0, 1, 2]), direction, 1)
        return tf.gradients(score, picture)[0]

    function: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] = slope.get_concrete_function()
    return function


@lru_cache(maxsize=4)
def looker(network: Frozen, layer: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function of pictures float32 [n, height, width, 3] that returns the maps of `layer`."""
    signature = [tf.TensorSpec([None, None, None, 3], tf.float32)]
    function: Callable[[tf.Tensor], tf.Tensor] = tf.function(
        lambda pictures: network.maps(pictures, [layer])[0], input_signature=signature, autograph=False
    ).get_concrete_function()
    return function
