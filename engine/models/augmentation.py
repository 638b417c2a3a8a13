"""Distortions of pictures for training, a whole batch at once inside the graph. Chapter section "CIFAR-10".

Random numbers come from a `tf.random.Generator`, so the same seed distorts alike.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

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


def build_distort(settings: CifarSettings, rng: tf.random.Generator) -> Prepare:
    """A function that crops, mirrors and changes brightness and contrast at random: values from 0 to 255 and beyond."""

    def distort(images: tf.Tensor) -> tf.Tensor:
        n, free = tf.shape(images)[0], tf.shape(images)[1] - CROP
        corners = (
            rng.uniform([2, n], 0, free + 1, tf.int32) if settings.crop == "random" else tf.fill([2, n], free // 2)
        )
        flips = rng.uniform([n]) < 0.5 if settings.flip else tf.zeros([n], tf.bool)
        x = tf.cast(crop_and_flip(images, corners[0], corners[1], flips, CROP), tf.float32)
        if settings.brightness:
            x = brighten(x, rng.uniform([n], -settings.brightness, settings.brightness))
        if settings.contrast:
            x = change_contrast(x, rng.uniform([n], 1 - settings.contrast, 1 + settings.contrast))
        return x

    return distort


def build_prepare(settings: CifarSettings, rng: tf.random.Generator) -> Prepare:
    """For training: distorted at random, then standardised."""
    distort = build_distort(settings, rng)
    return lambda images: standardize(distort(images))


def prepare_undistorted(images: tf.Tensor) -> tf.Tensor:
    """For evaluation: the middle 24×24 window, standardised, and nothing at random."""
    first = (tf.shape(images)[1] - CROP) // 2
    return standardize(tf.cast(images[:, first : first + CROP, first : first + CROP], tf.float32))


def distort_once(
    images: NDArray[np.uint8], settings: CifarSettings, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each image distorted, float32 [n, 24, 24, 3] from 0 to 255 and beyond, and the same standardised."""
    distorted = build_distort(settings, tf.random.Generator.from_seed(seed))(tf.constant(images))
    return distorted.numpy(), standardize(distorted).numpy()
