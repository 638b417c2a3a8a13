"""The script that trained the shipped weights; the weights themselves are in test_reading and tests/slow."""

import numpy as np
import pytest

from engine.experiments import train_shipped_mnist as script
from engine.models.mnist import build_network
from engine.models.shipped_mnist import SETTINGS
from engine.sources.mnist import Digits, load_digits


@pytest.fixture
def few():
    digits = load_digits()
    return Digits(
        digits.train_images[::20], digits.train_labels[::20], digits.test_images, digits.test_labels, digits.found
    )


def test_the_rate_rises_falls_and_ends_at_zero():
    rates = [script.learning_rate(step) for step in range(script.STEPS + 1)]
    assert np.argmax(rates) in (script.WARM_UP - 1, script.WARM_UP)
    assert max(rates) == pytest.approx(script.PEAK_RATE)
    assert rates[-1] == pytest.approx(0)


def test_variants_come_after_the_digits_keep_their_labels_and_repeat_with_the_seed(few):
    more, again = (script.with_variants(few, np.random.default_rng(1)) for _ in range(2))
    n = len(few.train_images)
    assert len(more.train_images) == len(more.train_labels) == n * (script.VARIANTS + 1)
    np.testing.assert_array_equal(more.train_images[:n], few.train_images)
    np.testing.assert_array_equal(more.train_labels[-n:], few.train_labels)
    np.testing.assert_array_equal(more.train_images, again.train_images)
    assert (more.train_images[n : 2 * n] != few.train_images).any(axis=(1, 2)).all()


def test_a_variant_keeps_its_digit_in_the_picture(few):
    rng = np.random.default_rng(0)
    for image in few.train_images:
        ink = script.distort(image, rng).sum(dtype=int) / image.sum(dtype=int)
        assert 0.2 < ink < 2.5


def test_a_short_training_learns(few, monkeypatch):
    monkeypatch.setattr(script, "STEPS", 500)
    monkeypatch.setattr(script, "VARIANTS", 1)
    network = build_network(SETTINGS)
    (point,) = [event for event in script.train(network, few) if getattr(event, "metrics", None)]
    assert point.step == 500
    assert script.accuracy(network, few.test_images, few.test_labels) > 0.8
