"""One weight, two steps, written out."""

import numpy as np
import pytest
import tensorflow as tf

from engine.experiments.optimizers import build_update

G1, G2, RATE = np.array([1.0, -2.0]), np.array([0.5, 4.0]), 0.1


def moved(optimizer, **options):
    weight = tf.Variable([1.0, 1.0])
    update = build_update(optimizer, [weight], **options)
    for gradient in (G1, G2):
        update([tf.constant(gradient, tf.float32)], tf.constant(RATE))
    return weight.numpy()


def test_sgd():
    np.testing.assert_allclose(moved("sgd"), 1 - RATE * (G1 + G2), rtol=1e-6)


def test_momentum_keeps_a_share_of_the_last_move():
    np.testing.assert_allclose(moved("momentum", momentum=0.9), 1 - RATE * (G1 + 0.9 * G1 + G2), rtol=1e-6)


def test_nesterov_looks_ahead():
    first = G1 + 0.9 * G1
    second = G2 + 0.9 * (0.9 * G1 + G2)
    np.testing.assert_allclose(moved("nesterov", momentum=0.9), 1 - RATE * (first + second), rtol=1e-6)


def test_adam_divides_by_the_root_of_the_mean_square():
    weight, mean, square = np.ones(2), np.zeros(2), np.zeros(2)
    for t, g in enumerate((G1, G2), start=1):
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g**2
        weight -= RATE * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-7)
    np.testing.assert_allclose(moved("adam"), weight, rtol=1e-4)


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(ValueError, match="not an optimizer"):
        build_update("magic", [])
