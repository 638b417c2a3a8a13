"""One step of gradient ascent on a picture: shifted, in tiles that leave no row out, of a mean length that is set.

Traced once for the kinds and layers of an objective, never for a channel, a size or a number of tiles.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.dream_settings import Term
from engine.experiments.objectives import SHAPES, total
from engine.models.frozen import Frozen

BLUR_TAPS = 8
"""Pixels that the blur of a gradient reaches to each side."""

Gradient = Callable[..., tuple[tf.Tensor, tf.Tensor]]

_tracing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tiles:
    """Where tiles of one size begin: int32 [n, 2] rows and columns; size: int32 [2], of each."""

    starts: NDArray[np.int32]
    size: NDArray[np.int32]


def tiles(height: int, width: int, longest: int) -> Tiles:
    """The fewest tiles with sides of at most `longest` that cover every row and column; they overlap as little as can be.

    The chapter's loop leaves out the last rows and columns where they are less than half a tile.
    """
    rows, tall = _spread(height, longest)
    columns, wide = _spread(width, longest)
    starts = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    return Tiles(starts.astype(np.int32), np.array([tall, wide], np.int32))


def _spread(length: int, longest: int) -> tuple[NDArray[np.int64], int]:
    count = -(-length // longest)
    side = -(-length // count)
    return np.linspace(0, length - side, count).round().astype(np.int64), side


class Ascent:
    """Steps towards more of an objective of these kinds and layers, in one network."""

    def __init__(self, network: Frozen, terms: Sequence[tuple[str, str]]) -> None:
        """terms: kind and layer of each part of the objective."""
        self._gradient = build_gradient(network, terms)
        self._step = _build_step(self._gradient, terms)

    def gradient(
        self, picture: NDArray[np.float32], shift: tuple[int, int], longest: int, parameters: Sequence[tf.Tensor]
    ) -> NDArray[np.float32]:
        """The gradient that a step of `picture`, float32 [height, width, 3], follows; every pixel has one."""
        plan = tiles(*picture.shape[:2], longest)
        rolled = tf.roll(tf.constant(picture), shift, [0, 1])
        found, _ = _tiled(self._gradient, rolled, tf.constant(plan.starts), tf.constant(plan.size), parameters)
        return np.roll(found.numpy(), (-shift[0], -shift[1]), (0, 1))

    def step(
        self,
        picture: tf.Tensor,
        shift: tuple[int, int],
        plan: Tiles,
        step_size: float,
        smoothing: float,
        blur: float,
        parameters: Sequence[tf.Tensor],
    ) -> tuple[tf.Tensor, float]:
        """The picture, float32 [height, width, 3], after a step, and the objective before it."""
        numbers = tf.constant([step_size, smoothing, blur], tf.float32)
        changed, score = self._step(picture, tf.constant(shift), plan.starts, plan.size, numbers, *parameters)
        return changed, float(score)


def ascent_of(network: Frozen, terms: Sequence[Term]) -> Ascent:
    """The `Ascent` for these terms, traced once for their kinds and layers."""
    with _tracing:
        return _ascent(network, tuple((term.kind, term.layer) for term in terms))


@lru_cache(maxsize=4)
def _ascent(network: Frozen, terms: tuple[tuple[str, str], ...]) -> Ascent:
    return Ascent(network, terms)


def build_gradient(network: Frozen, terms: Sequence[tuple[str, str]]) -> Gradient:
    """A function of pictures float32 [n, height, width, 3] and the parameters: the gradient, and the objective."""
    kinds, layers = [kind for kind, _ in terms], [layer for _, layer in terms]
    specs = [tf.TensorSpec(SHAPES[kind], tf.float32) for kind in kinds]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32), *specs], autograph=False)
    def gradient(pictures: tf.Tensor, *parameters: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        score = total(kinds, network.maps(pictures, layers), parameters)
        return tf.gradients(score, pictures)[0], score

    function: Gradient = gradient.get_concrete_function()
    return function


def _build_step(gradient: Gradient, terms: Sequence[tuple[str, str]]) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    signature = [
        tf.TensorSpec([None, None, 3], tf.float32),
        tf.TensorSpec([2], tf.int32),
        tf.TensorSpec([None, 2], tf.int32),
        tf.TensorSpec([2], tf.int32),
        tf.TensorSpec([3], tf.float32),
        *(tf.TensorSpec(SHAPES[kind], tf.float32) for kind, _ in terms),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def step(
        picture: tf.Tensor,
        shift: tf.Tensor,
        starts: tf.Tensor,
        size: tf.Tensor,
        numbers: tf.Tensor,
        *parameters: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        rolled = tf.roll(picture, shift, [0, 1])
        found, score = _tiled(gradient, rolled, starts, size, parameters)
        step_size, smoothing, blur = tf.unstack(numbers)
        found = tf.cond(blur > 0, lambda: blurred(found, blur), lambda: found)
        # The chapter's own normalisation: a pixel changes by `step_size` in the mean.
        rolled += found * (step_size / (tf.reduce_mean(tf.abs(found)) + 1e-7))
        rolled = tf.cond(smoothing > 0, lambda: levelled(rolled, smoothing), lambda: rolled)
        return tf.roll(rolled, -shift, [0, 1]), score

    return step.get_concrete_function()


def _tiled(
    gradient: Gradient, picture: tf.Tensor, starts: tf.Tensor, size: tf.Tensor, parameters: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradient of a whole picture from its tiles, the mean of them where they overlap, and their mean objective.

    Tiles are seen one after another, because memory is what they are for. A picture that fits is seen at once.
    """
    count, shape = tf.shape(starts)[0], tf.shape(picture)

    def add(
        number: tf.Tensor, found: tf.Tensor, seen: tf.Tensor, score: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        start = starts[number]
        tile = tf.slice(picture, [start[0], start[1], 0], [size[0], size[1], 3])
        part, value = gradient(tile[tf.newaxis], *parameters)
        room = [[start[0], shape[0] - start[0] - size[0]], [start[1], shape[1] - start[1] - size[1]], [0, 0]]
        return number + 1, found + tf.pad(part[0], room), seen + tf.pad(tf.ones_like(tile[..., :1]), room), score + value

    def whole() -> tuple[tf.Tensor, tf.Tensor]:
        part, value = gradient(picture[tf.newaxis], *parameters)
        return part[0], value

    def in_parts() -> tuple[tf.Tensor, tf.Tensor]:
        start = (0, tf.zeros_like(picture), tf.zeros_like(picture[..., :1]), 0.0)
        _, found, seen, score = tf.while_loop(lambda number, *_: number < count, add, start, parallel_iterations=1)
        return found / seen, score / tf.cast(count, tf.float32)

    return tf.cond(count > 1, in_parts, whole)


def blurred(values: tf.Tensor, deviation: tf.Tensor) -> tf.Tensor:
    """float32 [height, width, 3] blurred by a Gaussian of `deviation` pixels, mirrored at the edges."""
    places = tf.range(-BLUR_TAPS, BLUR_TAPS + 1, dtype=tf.float32)
    weights = tf.exp(-tf.square(places / deviation) / 2)
    kernel = tf.tile((weights / tf.reduce_sum(weights))[:, tf.newaxis, tf.newaxis, tf.newaxis], [1, 1, 3, 1])
    for taps in (kernel, tf.transpose(kernel, [1, 0, 2, 3])):
        edges = [(BLUR_TAPS * (length > 1),) * 2 for length in taps.shape[:2]]
        padded = tf.pad(values, [*edges, [0, 0]], "SYMMETRIC")
        values = tf.nn.depthwise_conv2d(padded[tf.newaxis], taps, [1] * 4, "VALID")[0]
    return values


def levelled(picture: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Each pixel moved by `share` towards the mean of its four neighbours: a step down the total variation (squared).

    The edges are joined, as they are when the picture is shifted.
    """
    neighbours = [tf.roll(picture, move, axis) for axis in (0, 1) for move in (-1, 1)]
    return picture + share * (tf.add_n(neighbours) / 4 - picture)
