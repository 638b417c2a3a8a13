"""What the README promises of accuracy."""

import pytest

from engine.experiments import start
from engine.experiments.train_shipped_mnist import accuracy
from engine.models.shipped_mnist import load_network
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits
from tests.conftest import REAL_DATA, needs_real_data


@pytest.mark.parametrize("seed", range(5))
def test_the_embedded_digits_are_learned_from_any_seed(seed):
    result = list(start(MnistSettings(seed=seed)))[-1].result
    assert result["test_accuracy"] >= 0.93


@needs_real_data
@pytest.mark.parametrize("seed", range(2))
def test_the_real_digits_are_learned_and_all_ten_thousand_tested(seed):
    result = list(start(MnistSettings(seed=seed), REAL_DATA))[-1].result
    assert result["test_images"] == 10_000
    assert result["test_accuracy"] >= 0.945


@needs_real_data
def test_the_weights_that_come_with_the_app_read_the_ten_thousand_test_digits():
    digits = load_digits(REAL_DATA)
    assert len(digits.test_images) == 10_000
    assert accuracy(load_network(), digits.test_images, digits.test_labels) >= 0.990
