"""One step of gradient ascent on a picture: shifted, in tiles that leave no row out, of a mean length that is set.

Traced once for the kinds and layers of an objective and the parts of a step, never for a channel, a size or a number
of tiles.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager.context import function_executor_type

from engine.dream_settings import Term
from engine.events import Beat, Event
from engine.experiments.objectives import SHAPES, total
from engine.models.frozen import Frozen

BLUR_TAPS = 8
"""Pixels that the blur of a gradient reaches to each side."""

PICTURE = ([None, None, 3], tf.float32)
NUMBERS = ([3], tf.float32)
SHIFT = ([2], tf.int32)

Gradient = Callable[..., tuple[tf.Tensor, tf.Tensor]]
Step = Callable[..., tuple[tf.Tensor, tf.Tensor]]
Traced = tuple[tuple[str, str], ...]
"""What is traced of the terms of an objective: the kind and layer of each."""

_tracing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of one `size` [rows, columns] that begin at each of `starts` [row, column]."""

    starts: tuple[tuple[int, int], ...]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a `Move` is traced: whether it levels pixels, and whether it blurs their gradient.

    Not decided in the graph: a condition waits for a thread of TensorFlow's pool, and in an order of its own
    (`_in_order`) it holds one already. On a machine of one core that is the only one, and a dream would never end.
    """

    levels: bool
    blurs: bool


@dataclass(frozen=True, slots=True)
class Move:
    """size: mean change of a pixel, of 255; smoothing: 0 to 1; blur: in pixels. As in the settings."""

    size: float
    smoothing: float = 0.0
    blur: float = 0.0

    @property
    def parts(self) -> Parts:
        """What a step of this move does beside following the gradient."""
        return Parts(levels=self.smoothing > 0, blurs=self.blur > 0)


def tiles(height: int, width: int, longest: int) -> Tiles:
    """The fewest tiles with sides of at most `longest` that cover every row and column, overlapping where they must.

    The chapter's loop leaves out the last rows and columns where they are less than half a tile.
    """
    (rows, tall), (columns, wide) = _spread(height, longest), _spread(width, longest)
    return Tiles(tuple((row, column) for row in rows for column in columns), (tall, wide))


def _spread(length: int, longest: int) -> tuple[list[int], int]:
    count = -(-length // longest)
    side = -(-length // count)
    return [round(number * (length - side) / max(count - 1, 1)) for number in range(count)], side


def tiled_gradient(
    gradient: Gradient, picture: tf.Tensor, longest: int, parameters: Sequence[tf.Tensor]
) -> Generator[Event, None, tuple[tf.Tensor, float]]:
    """The gradient of a picture float32 [height, width, 3], and the objective, by its tiles; pauses between two.

    Where tiles overlap it is their mean. One after another, because memory is what tiles are for; what fits into one
    is seen at once.
    """
    plan = tiles(picture.shape[0], picture.shape[1], longest)
    if len(plan.starts) == 1:
        found, score = gradient(picture[tf.newaxis], *parameters)
        return found[0], float(score)
    found, seen = np.zeros(picture.shape, np.float32), np.zeros(picture.shape, np.float32)
    scores = []
    for row, column in plan.starts:
        place = np.s_[row : row + plan.size[0], column : column + plan.size[1]]
        part, score = gradient(picture[place][tf.newaxis], *parameters)
        found[place] += part[0].numpy()
        seen[place] += 1
        scores.append(float(score))
        yield Beat()
    return tf.constant(found / seen), float(np.mean(scores))


def climb(
    network: Frozen,
    terms: Sequence[Term],
    picture: tf.Tensor,
    shift: tuple[int, int],
    longest: int,
    move: Move,
    parameters: Sequence[tf.Tensor],
) -> Generator[Event, None, tuple[tf.Tensor, float]]:
    """The picture, float32 [height, width, 3], after a step, and the objective before it."""
    numbers, by = tf.constant([move.size, move.smoothing, move.blur], tf.float32), tf.constant(shift)
    if max(picture.shape[:2]) <= longest:
        after, score = whole_step_of(network, terms, move.parts)(picture, numbers, by, *parameters)
        return after, float(score)
    rolled = tf.roll(picture, shift, [0, 1])
    found, score = yield from tiled_gradient(gradient_of(network, terms), rolled, longest, parameters)
    return _mover(move.parts)(rolled, found, numbers, by), score


def gradient_of(network: Frozen, terms: Sequence[Term]) -> Gradient:
    """`build_gradient` for these terms, traced once for their kinds and layers."""
    with _tracing:
        return build_gradient(network, _traced(terms))


def whole_step_of(network: Frozen, terms: Sequence[Term], parts: Parts) -> Step:
    """`build_whole_step` for these terms, traced once for their kinds and layers."""
    with _tracing:
        return build_whole_step(network, _traced(terms), parts)


def _traced(terms: Sequence[Term]) -> Traced:
    return tuple((term.kind, term.layer) for term in terms)


@lru_cache(maxsize=4)
def build_gradient(network: Frozen, terms: Traced) -> Gradient:
    """A function of pictures float32 [n, height, width, 3] and the parameters: the gradient, and the objective."""
    specs = [tf.TensorSpec(SHAPES[kind], tf.float32) for kind, _ in terms]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32), *specs], autograph=False)
    def gradient(pictures: tf.Tensor, *parameters: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        score = _score(network, terms, pictures, parameters)
        return tf.gradients(score, pictures)[0], score

    function: Gradient = _in_order(gradient)
    return function


@lru_cache(maxsize=4)
def build_whole_step(network: Frozen, terms: Traced, parts: Parts) -> Step:
    """A function of a picture that one tile covers, the numbers of a `Move`, the shift and the parameters.

    It returns the picture after the step, and the objective before it: the same as the way over tiles, in one call.
    """
    picture_spec, *rest = [tf.TensorSpec(shape, kind) for shape, kind in (PICTURE, NUMBERS, SHIFT)]
    specs = [tf.TensorSpec(SHAPES[kind], tf.float32) for kind, _ in terms]

    @tf.function(input_signature=[picture_spec, *rest, *specs], autograph=False)
    def step(
        picture: tf.Tensor, numbers: tf.Tensor, shift: tf.Tensor, *parameters: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        rolled = tf.roll(picture, shift, [0, 1])
        # Not `rolled[tf.newaxis]`: the gradient of that is a copy into zeros.
        score = _score(network, terms, tf.expand_dims(rolled, 0), parameters)
        return moved(rolled, tf.gradients(score, rolled)[0], numbers, shift, parts), score

    function: Step = _in_order(step)
    return function


def _in_order(function: Any) -> Callable[..., Any]:
    """`function`, a `tf.function` of one signature, traced; its operations are begun one after another by the caller.

    The maps of a network wait for each other anyway; handing operations to a pool of threads took a tenth of a small
    step. Each may still use all cores. With a GPU, whose copies run beside the operations, it is run as it is.
    """
    if tf.config.list_physical_devices("GPU"):
        return function.get_concrete_function()
    traced = function.get_concrete_function()

    def run(*inputs: tf.Tensor) -> Any:
        with function_executor_type("SINGLE_THREADED_EXECUTOR"):
            return traced(*inputs)

    return run


def _score(network: Frozen, terms: Traced, pictures: tf.Tensor, parameters: Sequence[tf.Tensor]) -> tf.Tensor:
    maps = network.maps(pictures, [layer for _, layer in terms])
    return total([kind for kind, _ in terms], maps, parameters)


@cache
def _mover(parts: Parts) -> Callable[..., tf.Tensor]:
    signature = [tf.TensorSpec(shape, kind) for shape, kind in (PICTURE, PICTURE, NUMBERS, SHIFT)]
    function: Callable[..., tf.Tensor] = tf.function(
        partial(moved, parts=parts), input_signature=signature, autograph=False
    ).get_concrete_function()
    return function


def moved(rolled: tf.Tensor, found: tf.Tensor, numbers: tf.Tensor, shift: tf.Tensor, parts: Parts) -> tf.Tensor:
    """The picture `rolled` moved along its gradient `found` by the `numbers` of a `Move`, and shifted back."""
    size, smoothing, blur = tf.unstack(numbers)
    found = blurred(found, blur) if parts.blurs else found
    # The chapter's own normalisation: a pixel changes by `size` in the mean.
    after = rolled + found * (size / (tf.reduce_mean(tf.abs(found)) + 1e-7))
    after = levelled(after, smoothing) if parts.levels else after
    return tf.roll(after, -shift, [0, 1])


def blurred(values: tf.Tensor, deviation: tf.Tensor) -> tf.Tensor:
    """float32 [height, width, 3] blurred by a Gaussian of `deviation` pixels, mirrored at the edges."""
    places = tf.range(-BLUR_TAPS, BLUR_TAPS + 1, dtype=tf.float32)
    weights = tf.exp(-tf.square(places / deviation) / 2)
    kernel = tf.tile((weights / tf.reduce_sum(weights))[:, tf.newaxis, tf.newaxis, tf.newaxis], [1, 1, 3, 1])
    for taps, edges in (
        (kernel, [[BLUR_TAPS] * 2, [0, 0]]),
        (tf.transpose(kernel, [1, 0, 2, 3]), [[0, 0], [BLUR_TAPS] * 2]),
    ):
        padded = tf.pad(values, [*edges, [0, 0]], "SYMMETRIC")
        values = tf.nn.depthwise_conv2d(padded[tf.newaxis], taps, [1] * 4, "VALID")[0]
    return values


def levelled(picture: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Each pixel moved by `share` towards the mean of its four neighbours: a step down the total variation (squared).

    Opposite edges are neighbours, as they are when the picture is shifted.
    """
    neighbours = [tf.roll(picture, move, axis) for axis in (0, 1) for move in (-1, 1)]
    return picture + share * (tf.add_n(neighbours) / 4 - picture)
