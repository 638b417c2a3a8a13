"""The chapter's loop over tiles, kept for the page that shows what is wrong with it."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.experiments.ascent import Gradient, tiled_gradient, tiles
from engine.experiments.finish import finish
from engine.images import Pixels


def compare(
    picture: Pixels, gradient: Gradient, parameters: Sequence[tf.Tensor], tile: int, shifts: int, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean |gradient| of both loops over the same `shifts` random shifts, float32 [height, width] each."""
    rng = np.random.default_rng(seed)
    chapter, covered = [], []
    for shift in rng.integers(tile, size=(shifts, 2)).tolist():
        rolled = np.roll(picture.astype(np.float32), shift, (0, 1))
        back = (-shift[0], -shift[1])
        chapter.append(np.roll(chapter_gradient(gradient, rolled, tile, parameters), back, (0, 1)))
        covered.append(np.roll(whole_gradient(gradient, rolled, tile, parameters), back, (0, 1)))
    return _strength(chapter), _strength(covered)


def chapter_gradient(
    gradient: Gradient, picture: NDArray[np.float32], tile: int, parameters: Sequence[tf.Tensor]
) -> NDArray[np.float32]:
    """`calc_grad_tiled` of the chapter, word for word but for the shift: it leaves out up to half a tile at the end."""
    h, w = picture.shape[:2]
    found = np.zeros_like(picture)
    for y in range(0, max(h - tile // 2, tile), tile):
        for x in range(0, max(w - tile // 2, tile), tile):
            part = picture[np.newaxis, y : y + tile, x : x + tile]
            found[y : y + tile, x : x + tile] = gradient(part, *parameters)[0][0]
    return found


def whole_gradient(
    gradient: Gradient, picture: NDArray[np.float32], tile: int, parameters: Sequence[tf.Tensor]
) -> NDArray[np.float32]:
    """`tiled_gradient` without its pauses."""
    plan = tiles(picture.shape[0], picture.shape[1], tile)
    found: NDArray[np.float32] = finish(tiled_gradient(gradient, picture, plan, parameters))[0]
    return found


def _strength(gradients: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    # Each is brought to the same mean, as a step does, for tiles of another size have gradients of another length.
    each = [np.abs(g).mean(axis=-1) / max(float(np.abs(g).mean()), 1e-12) for g in gradients]
    mean: NDArray[np.float32] = np.mean(each, axis=0, dtype=np.float32)
    return mean
