"""What the README promises of accuracy."""

import pytest

from engine.experiments import start
from engine.settings import MnistSettings
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
