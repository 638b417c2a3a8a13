"""The two normalisations against TensorFlow's own and NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from engine.models.normalization import BatchNormalization, LocalResponseNormalization

X = np.random.default_rng(0).normal(0, 20, (3, 4, 5, 16)).astype(np.float32)


def test_local_response_normalisation_by_hand():
    layer = LocalResponseNormalization(radius=2, bias=2.0, alpha=0.01)
    found = layer(X).numpy()
    for channel in (0, 1, 7, 15):
        near = X[..., max(0, channel - 2) : channel + 3]
        expected = X[..., channel] / (2.0 + 0.01 * (near**2).sum(axis=-1)) ** 0.75
        np.testing.assert_allclose(found[..., channel], expected, rtol=1e-5)


def test_local_response_normalisation_is_tensorflows_with_the_chapters_constants():
    expected = tf.nn.local_response_normalization(X, 5, 2.0, 1e-3, 0.75)
    np.testing.assert_allclose(LocalResponseNormalization()(X), expected, rtol=1e-5)


@pytest.mark.parametrize(("policy", "error"), [("float32", 1e-4), ("mixed_bfloat16", 0.02)])
def test_in_training_it_is_the_same_and_so_is_its_gradient(policy, error):
    x, upstream = tf.constant(X), np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    layer = LocalResponseNormalization(dtype=policy)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        found = tf.cast(layer(x, training=True), tf.float32)
        expected = tf.nn.local_response_normalization(x, 5, 2.0, 1e-3, 0.75)
    np.testing.assert_allclose(found, expected, atol=error * np.abs(expected).max())
    gradient, theirs = (tape.gradient(y, x, upstream).numpy() for y in (found, expected))
    np.testing.assert_allclose(gradient, theirs, atol=error * np.abs(theirs).max())


def test_in_bfloat16_it_is_the_same_to_two_digits():
    found = LocalResponseNormalization(dtype="mixed_bfloat16")(X)
    assert found.dtype == tf.bfloat16
    expected = tf.nn.local_response_normalization(X, 5, 2.0, 1e-3, 0.75)
    np.testing.assert_allclose(tf.cast(found, tf.float32), expected, rtol=0.03)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_batch_normalisation_takes_the_batchs_mean_and_variance_and_keeps_running_ones(policy):
    layer = BatchNormalization(momentum=0.9, epsilon=1e-3, dtype=policy)
    found = tf.cast(layer(X, training=True), tf.float32)
    mean, variance = X.mean(axis=(0, 1, 2)), X.var(axis=(0, 1, 2))
    np.testing.assert_allclose(found, (X - mean) / np.sqrt(variance + 1e-3), atol=0.03 if policy != "float32" else 1e-4)
    n = X[..., 0].size
    np.testing.assert_allclose(layer.mean, 0.1 * mean, rtol=0.02, atol=0.02)
    np.testing.assert_allclose(layer.variance, 0.9 + 0.1 * variance * n / (n - 1), rtol=0.02)


def test_batch_normalisation_evaluates_with_the_running_averages():
    layer = BatchNormalization()
    layer.build(X.shape)
    layer.set_weights([np.full(16, 2.0), np.full(16, 1.0), np.full(16, 5.0), np.full(16, 4.0)])
    np.testing.assert_allclose(layer(X, training=False), (X - 5) / np.sqrt(4.001) * 2 + 1, rtol=1e-3, atol=1e-4)
