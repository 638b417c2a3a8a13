"""What a picture is to match in style transfer: feature maps of the photograph, Gram matrices of the styles."""

import math
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from engine.experiments.painting import Painter, Targets
from engine.style_pictures import Floats, Pictures, cropped, fitted, padded, regions, resized
from engine.style_settings import StyleSettings
from engine.vgg_layers import block_of


class Subject(Protocol):
    """What targets are made of: settings, pictures, the compiled network, and the weights by layer."""

    settings: StyleSettings
    pictures: Pictures
    painter: Painter
    content_weights: dict[str, float]
    style_weights: dict[str, float]


def build_targets(work: Subject, shape: tuple[int, int]) -> Targets:
    """What a picture of `shape` is to match: computed once a size, then fixed."""
    settings, pictures, painter = work.settings, work.pictures, work.painter
    content = painter.content_of(tf.constant(padded(resized(pictures.content, shape))))
    areas = [1.0]
    masks: list[tf.Tensor] = []
    if pictures.mask is not None:
        where = regions(padded(resized(pictures.mask, shape)), len(pictures.styles))
        masks = [_shrunk(where, layer) for layer in work.style_weights]
        areas = [float(region.mean()) for region in where]
    found = [painter.grams_of(tf.constant(style_at(style, shape, settings))) for style in pictures.styles]
    by_layer = [tf.concat(grams, axis=0) for grams in zip(*found, strict=True)]
    if pictures.mask is None:
        shares = np.array(pictures.shares, np.float32) / sum(pictures.shares)
        by_layer = [tf.tensordot(shares, grams, 1)[tf.newaxis] for grams in by_layer]
    content_scales = [
        settings.content_weight * weight / _divisor(maps, settings.loss)
        for maps, weight in zip(content, _shares(work.content_weights), strict=True)
    ]
    gram_scales = [
        tf.stack(
            [
                settings.style_weight * weight * area / _divisor(gram, settings.loss, grams=True)
                for gram, area in zip(grams, areas, strict=True)
            ]
        )
        for grams, weight in zip(by_layer, _shares(work.style_weights), strict=True)
    ]
    scales = tf.stack(content_scales) if content_scales else tf.zeros([0])
    return Targets(content, scales, by_layer, gram_scales, masks, _variation_scales(settings, shape))


def style_at(style: Any, shape: tuple[int, int], settings: StyleSettings) -> Floats:
    """A style as the network sees it beside a picture of `shape`: as large, in its own proportions."""
    if settings.mistake == "stretched style":
        return padded(resized(style, shape))
    image = cropped(resized(style, fitted(style.shape, max(shape) * settings.style_scale)))
    return image / np.float32(255) if settings.mistake == "black style" else image


def _shares(weights: dict[str, float]) -> list[float]:
    return [weight / sum(weights.values()) for weight in weights.values()]


def _divisor(target: tf.Tensor, loss: str, *, grams: bool = False) -> tf.Tensor:
    """What a squared difference from `target` is divided by: the target's squared norm, or the chapter's size.

    The chapter divides a Gram matrix by the number of channels as well, which its square is then divided by twice.
    """
    if loss == "normalised":
        return tf.maximum(tf.reduce_sum(target**2), 1e-6)
    size = float(math.prod(target.shape))
    return tf.constant(size**2 if grams else size)


def _variation_scales(settings: StyleSettings, shape: tuple[int, int]) -> tf.Tensor:
    down, right = (shape[0] - 1) * shape[1], shape[0] * (shape[1] - 1)
    swapped = settings.mistake == "swapped denominators"
    scales = (down / right, right / down) if swapped else (1.0, 1.0)
    return tf.constant(settings.total_variation_weight * np.array(scales), tf.float32)


def _shrunk(where: Floats, layer: str) -> tf.Tensor:
    """The regions in the size of a layer's maps, which each block before its own has halved."""
    moved = tf.constant(np.moveaxis(where, 0, 2))
    size = [-(-side // 2 ** (block_of(layer) - 1)) for side in where.shape[1:]]
    return tf.transpose(tf.image.resize(moved, size, method="area"), [2, 0, 1])
