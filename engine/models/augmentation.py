"""Distortions of pictures for training, a whole batch at once inside the graph. Chapter section "CIFAR-10".

Random numbers come from a `tf.random.Generator`, so the same seed distorts alike.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.models.fused import fused
from engine.settings import CifarSettings

CROP = 24
"""The side of the window of each picture that the chapter's network sees."""

Prepare = Callable[[tf.Tensor], tf.Tensor]
"""uint8 [n, height, width, 3] -> float32 [n, size, size, 3], what the network is given."""


def crop_and_flip(images: tf.Tensor, tops: tf.Tensor, lefts: tf.Tensor, flips: tf.Tensor, size: int) -> tf.Tensor:
    """The `size`×`size` windows whose upper left corners are at `tops`, `lefts`, some of them mirrored.

    images: uint8 [n, height, width, 3]; tops, lefts: int32 [n]; flips: bool [n]. What reaches over an edge mirrors the
    picture there. One call for the batch: an affine map of whole pixels, which changes none.
    """
    top, left = tf.cast(tops, tf.float32), tf.cast(lefts, tf.float32)
    zero, one = tf.zeros_like(top), tf.ones_like(top)
    direction = tf.where(flips, -one, one)
    first = tf.where(flips, left + (size - 1), left)
    maps = tf.stack([direction, zero, first, zero, one, top, zero, zero], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images, transforms=maps, output_shape=[size, size], fill_value=0.0,
        interpolation="NEAREST", fill_mode="REFLECT",
    )  # fmt: skip


def brighten(images: tf.Tensor, by: tf.Tensor) -> tf.Tensor:
    """float32 [n, h, w, 3] with `by` [n] added to each picture, as `tf.image.random_brightness` does: uncut."""
    return images + by[:, tf.newaxis, tf.newaxis, tf.newaxis]


def change_contrast(images: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """float32 [n, h, w, 3], each channel spread about its mean by the factor [n] of its picture."""
    means = tf.reduce_mean(images, axis=[1, 2], keepdims=True)
    return (images - means) * factors[:, tf.newaxis, tf.newaxis, tf.newaxis] + means


def standardize(images: tf.Tensor) -> tf.Tensor:
    """float32 [n, h, w, 3] with mean 0 and deviation 1 in each picture, as `tf.image.per_image_standardization` does.

    The deviation divided by is at least 1/sqrt(numbers in a picture), so that a picture of one colour becomes zeros.
    """
    mean, variance = tf.nn.moments(images, axes=[1, 2, 3], keepdims=True)
    numbers = tf.cast(tf.reduce_prod(tf.shape(images)[1:]), tf.float32)
    return (images - mean) * tf.minimum(tf.math.rsqrt(variance), tf.sqrt(numbers))


class Dice(NamedTuple):
    """What chance decides for each picture of a batch; None for what the settings leave alone.

    tops, lefts: int32 [n]; flips: bool [n]; brightness, contrast: float32 [n].
    """

    tops: tf.Tensor
    lefts: tf.Tensor
    flips: tf.Tensor
    brightness: tf.Tensor | None
    contrast: tf.Tensor | None


def roll(settings: CifarSettings, rng: tf.random.Generator, images: tf.Tensor) -> Dice:
    """Throw the dice for uint8 [n, height, width, 3]."""
    n, free = tf.shape(images)[0], tf.shape(images)[1] - CROP
    tops, lefts = tf.unstack(
        rng.uniform([2, n], 0, free + 1, tf.int32) if settings.crop == "random" else tf.fill([2, n], free // 2)
    )
    flips = rng.uniform([n]) < 0.5 if settings.flip else tf.zeros([n], tf.bool)
    brightness = rng.uniform([n], -settings.brightness, settings.brightness) if settings.brightness else None
    contrast = rng.uniform([n], 1 - settings.contrast, 1 + settings.contrast) if settings.contrast else None
    return Dice(tops, lefts, flips, brightness, contrast)


def distort(images: tf.Tensor, dice: Dice) -> tf.Tensor:
    """Crop, mirror and change brightness and contrast: float32, from 0 to 255 and beyond."""
    return _colour(_window(images, dice), dice.brightness, dice.contrast)


def build_prepare(settings: CifarSettings, rng: tf.random.Generator) -> Prepare:
    """For training: distorted at random, then standardised."""

    def prepare(images: tf.Tensor) -> tf.Tensor:
        dice = roll(settings, rng, images)
        return _standard_colour(_window(images, dice), dice.brightness, dice.contrast)

    return prepare


def _window(images: tf.Tensor, dice: Dice) -> tf.Tensor:
    return crop_and_flip(images, dice.tops, dice.lefts, dice.flips, CROP)


def _colour(windows: tf.Tensor, brightness: tf.Tensor | None, contrast: tf.Tensor | None) -> tf.Tensor:
    x = tf.cast(windows, tf.float32)
    x = x if brightness is None else brighten(x, brightness)
    return x if contrast is None else change_contrast(x, contrast)


@fused
def _standard_colour(windows: tf.Tensor, brightness: tf.Tensor | None, contrast: tf.Tensor | None) -> tf.Tensor:
    return standardize(_colour(windows, brightness, contrast))


def prepare_undistorted(images: tf.Tensor) -> tf.Tensor:
    """For evaluation: the middle 24×24 window, standardised, and nothing at random."""
    first = (tf.shape(images)[1] - CROP) // 2
    return standardize(tf.cast(images[:, first : first + CROP, first : first + CROP], tf.float32))


def distort_once(
    images: NDArray[np.uint8], settings: CifarSettings, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each image distorted, float32 [n, 24, 24, 3] from 0 to 255 and beyond, and the same standardised."""
    batch = tf.constant(images)
    distorted = distort(batch, roll(settings, tf.random.Generator.from_seed(seed), batch))
    return distorted.numpy(), standardize(distorted).numpy()
