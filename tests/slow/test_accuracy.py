"""What the README promises of accuracy."""

import pytest

from engine.experiments import start
from engine.experiments.train_shipped_cifar import accuracy as named_right
from engine.experiments.train_shipped_mnist import accuracy
from engine.models.shipped_cifar import load_network as load_cifar_network
from engine.models.shipped_mnist import load_network
from engine.settings import CifarSettings, MnistSettings
from engine.sources.cifar10 import load_pictures
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


def test_photo10_is_learned_by_the_quick_preset():
    settings = CifarSettings(**CifarSettings.presets["Quick (2 minutes)"] | {"steps": 400})
    result = list(start(settings))[-1].result
    assert not result["real_data"]
    assert result["test_accuracy"] >= 0.80


@pytest.mark.skipif(
    not REAL_DATA or not any(REAL_DATA.glob("**/cifar-10-*.tar.gz")), reason="CNN_LAB_DATA holds no CIFAR-10 archive"
)
def test_the_weights_that_come_with_the_app_name_the_ten_thousand_test_pictures():
    pictures = load_pictures(REAL_DATA)
    assert len(pictures.test_labels) == 10_000
    assert named_right(load_cifar_network(), pictures) >= 0.85
