"""One step of gradient ascent on a picture: shifted, in tiles that leave no row out, of a mean length that is set.

A gradient is traced once for the kinds and layers of an objective, never for a channel, a size or a number of tiles.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.dream_settings import Term
from engine.events import Beat, Event
from engine.experiments.beside import at_once, build_call, shares
from engine.experiments.objectives import SHAPES, total
from engine.experiments.octaves import Floats
from engine.models.frozen import Frozen

BLUR_TAPS = 8
"""Pixels that the blur of a gradient reaches to each side."""

NARROWEST = 80
"""Shortest side in pixels of a strip: a network should see something in it."""

SHARED = {"channel", "layer", "guide"}
"""Kinds of objectives that are means over places: strips may be looked at by themselves. A neuron is one place, and a
class is seen in the whole."""

Gradient = Callable[..., tuple[NDArray[np.float32], float]]
Traced = tuple[tuple[str, str], ...]
"""What is traced of the terms of an objective: the kind and layer of each."""

_tracing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of one `size` [rows, columns] that begin at each of `starts` [row, column]."""

    starts: tuple[tuple[int, int], ...]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Move:
    """size: mean change of a pixel, of 255; smoothing: 0 to 1; blur: in pixels. As in the settings."""

    size: float
    smoothing: float = 0.0
    blur: float = 0.0


def tiles(height: int, width: int, longest: int, strips: int = 1) -> Tiles:
    """The fewest tiles with sides of at most `longest` that cover every row and column, overlapping where they must.

    Each is cut along its longer side into as many as `strips`, where they would not be too narrow.

    The chapter's loop leaves out the last rows and columns where they are less than half a tile.
    """
    counts = [-(-height // longest), -(-width // longest)]
    sides = [-(-height // counts[0]), -(-width // counts[1])]
    longer = 0 if sides[0] > sides[1] else 1
    counts[longer] *= max(1, min(strips, sides[longer] // NARROWEST))
    (rows, tall), (columns, wide) = _spread(height, counts[0]), _spread(width, counts[1])
    return Tiles(tuple((row, column) for row in rows for column in columns), (tall, wide))


def middle_tile(height: int, width: int, longest: int) -> Tiles:
    """The one tile with sides of at most `longest` in the middle of the picture."""
    tall, wide = min(height, longest), min(width, longest)
    return Tiles((((height - tall) // 2, (width - wide) // 2),), (tall, wide))


def _spread(length: int, count: int) -> tuple[list[int], int]:
    side = -(-length // count)
    return [round(number * (length - side) / max(count - 1, 1)) for number in range(count)], side


def tiled_gradient(
    gradient: Gradient, picture: Floats, plan: Tiles, parameters: Sequence[tf.Tensor], strips: int = 1
) -> Generator[Event, None, tuple[Floats, float]]:
    """The gradient of a picture float32 [height, width, 3], and the objective, by the tiles of `plan`.

    Where tiles overlap it is their mean, and where none is 0. As many at once as there are `strips`, each by one core;
    then it pauses, for memory is what tiles are for.
    """
    if plan.size == picture.shape[:2]:
        found, score = gradient(picture[np.newaxis], *parameters)
        return found[0], score
    found, seen = np.zeros_like(picture), np.zeros((*picture.shape[:2], 1), np.float32)
    places = [np.s_[row : row + plan.size[0], column : column + plan.size[1]] for row, column in plan.starts]
    scores = []
    for first in range(0, len(places), strips):
        together = places[first : first + strips]
        parts = at_once([partial(gradient, picture[np.newaxis, *place], *parameters) for place in together])
        for place, (part, score) in zip(together, parts, strict=True):
            found[place] += part[0]
            seen[place] += 1
            scores.append(score)
        yield Beat()
    found /= np.maximum(seen, 1)
    return found, float(np.mean(scores))


def climb(
    network: Frozen,
    terms: Sequence[Term],
    picture: Floats,
    shift: tuple[int, int],
    longest: int,
    move: Move,
    parameters: Sequence[tf.Tensor],
    strips: int = 1,
) -> Generator[Event, None, tuple[Floats, float]]:
    """The picture, float32 [height, width, 3], after a step, and the objective before it.

    longest: sides in pixels of what is seen at once, at most. A neuron is one, in the middle of the whole picture.
    """
    rolled = np.roll(picture, shift, (0, 1))
    height, width = picture.shape[:2]
    is_neuron = {term.kind for term in terms} == {"neuron"}
    plan = middle_tile(height, width, longest) if is_neuron else tiles(height, width, longest, strips)
    found, score = yield from tiled_gradient(gradient_of(network, terms, strips), rolled, plan, parameters, strips)
    back = (-shift[0], -shift[1])
    return np.roll(moved(rolled, found, move), back, (0, 1)), score


def strips_for(terms: Sequence[Term], jitter: int) -> int:
    """How many strips of a picture are looked at beside each other. Of two the network sees as much as of the whole:
    the objective at the end was the same within noise; of five it was a fifth lower.

    One where only the whole counts, and where random shifts are too small to spread the seam over the picture.
    """
    alone = not {term.kind for term in terms} <= SHARED or jitter < NARROWEST
    return 1 if alone else shares()


def gradient_of(network: Frozen, terms: Sequence[Term], strips: int = 1) -> Gradient:
    """`build_gradient` for these terms, traced once for their kinds and layers."""
    with _tracing:
        return build_gradient(network, tuple((term.kind, term.layer) for term in terms), strips > 1)


@lru_cache(maxsize=4)
def build_gradient(network: Frozen, terms: Traced, beside: bool = False) -> Gradient:
    """A function of pictures float32 [n, height, width, 3] and the parameters: the gradient, and the objective.

    beside: as `engine.experiments.beside.build_call` has it.
    """
    kinds, layers = [kind for kind, _ in terms], [layer for _, layer in terms]
    with tf.Graph().as_default() as graph:
        pictures = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3])
        parameters = [tf.compat.v1.placeholder(tf.float32, SHAPES[kind]) for kind in kinds]
        score = total(kinds, network.maps(pictures, layers), parameters)
        slope = tf.gradients(score, pictures)[0]
    call = build_call(graph, [slope, score], [pictures, *parameters], beside)

    def gradient(pictures: NDArray[np.float32], *parameters: tf.Tensor) -> tuple[NDArray[np.float32], float]:
        found, score = call(pictures, *map(np.asarray, parameters))
        return found, float(score)

    return gradient


def moved(picture: Floats, found: Floats, move: Move) -> Floats:
    """The picture after a `move` along its gradient `found`."""
    if move.blur:
        found = gaussian_filter(found, (move.blur, move.blur, 0), mode="reflect", radius=(BLUR_TAPS, BLUR_TAPS, 0))
    # The chapter's own normalisation: a pixel changes by `size` in the mean.
    after: Floats = picture + found * (np.float32(move.size) / (np.abs(found).mean() + np.float32(1e-7)))
    return levelled(after, move.smoothing) if move.smoothing else after


def levelled(picture: Floats, share: float) -> Floats:
    """Each pixel moved by `share` towards the mean of its four neighbours: a step down the total variation (squared).

    Opposite edges are neighbours, as they are when the picture is shifted.
    """
    pull = np.zeros_like(picture)
    for axis in (0, 1):
        for by in (-1, 1):
            pull += np.roll(picture, by, axis) - picture
    pull *= share / 4
    return picture + pull
