"""Winograd's convolution against TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf

from engine.models.winograd import convolve, tiles, transformed

SHAPES = [(8, 8), (4, 4), (3, 3), (3, 9), (5, 7), (13, 22)]


def close(found: tf.Tensor, wanted: tf.Tensor) -> bool:
    return np.abs(found - wanted).max() <= 1e-5 * max(1, np.abs(wanted).max())


@pytest.mark.parametrize("margin", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_result_and_gradient_are_those_of_the_plain_convolution(shape, margin):
    random = np.random.default_rng(0)
    maps = tf.constant(random.normal(size=(1, *shape, 3)), tf.float32)
    kernel = random.normal(size=(3, 3, 3, 5)).astype(np.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(maps)
        wanted = tf.nn.conv2d(maps, kernel, 1, "SAME" if margin else "VALID")
        found = convolve(maps, transformed(kernel), margin)
    slope = tf.constant(random.normal(size=found.shape), tf.float32)
    assert found.shape == wanted.shape
    assert close(found, wanted)
    assert close(tape.gradient(found, maps, slope), tape.gradient(wanted, maps, slope))


def test_a_kernel_that_shifts_shifts_and_brings_zeros_in():
    kernel = np.zeros([3, 3, 1, 1], np.float32)
    kernel[0, 1] = 1
    maps = np.arange(30, dtype=np.float32).reshape(1, 5, 6, 1)
    shifted = convolve(tf.constant(maps), transformed(kernel))
    np.testing.assert_allclose(shifted[0, 1:], maps[0, :-1], atol=1e-4)
    np.testing.assert_allclose(shifted[0, 0], 0, atol=1e-4)


def test_tiles_overlap_by_two_within_a_border_of_zeros():
    maps = tf.reshape(tf.range(1.0, 65.0), [1, 8, 8, 1])
    found = tiles(maps, margin=1).numpy().reshape(6, 6, 2, 2)
    padded = np.pad(maps[0, ..., 0], 1)
    for down in (0, 1):
        for across in (0, 1):
            tile = padded[4 * down : 4 * down + 6, 4 * across : 4 * across + 6]
            np.testing.assert_array_equal(found[:, :, down, across], tile)
