"""How much two runs have to do beside each other, counted by hand."""

from dataclasses import replace

import pytest

from engine.dream_settings import DeepDreamSettings
from engine.errors import InvalidSettings
from engine.rules import rules_of
from engine.settings import EXPERIMENTS, CifarSettings, FineTuningSettings, MnistSettings
from engine.style_settings import StyleSettings
from engine.work import work


def times(settings, **changed):
    """How many times as much there is to do with these settings."""
    return work(replace(settings, **changed)) / work(settings)


@pytest.mark.parametrize("settings", EXPERIMENTS.values())
def test_every_experiment_has_something_to_do(settings):
    assert work(settings()) > 0


def test_mnist_by_hand():
    settings = MnistSettings(
        steps=1, batch_size=1, eval_every=1, eval_size=10, conv1_features=1, conv2_features=1, dense_size=1
    )
    # Weights and biases at each place, three times for a picture to learn from, and for ten to look at.
    assert work(settings) == (17 * 28 * 28 + 17 * 14 * 14 + 50 + 20) * (3 + 10)


def test_twice_the_steps_or_the_pictures_take_twice_as_long():
    assert times(MnistSettings(), steps=1_000) == pytest.approx(2)
    assert times(CifarSettings(), steps=10_000) == pytest.approx(0.5)
    assert times(CifarSettings(), batch_size=256) == pytest.approx(2)


def test_a_painting_takes_as_long_as_its_pixels():
    # 50 steps at 128 and 50 at 256 pixels: 50 + 200 of what 50 at 128 take.
    small = StyleSettings(steps=50, sizes=1, max_size=128)
    assert work(replace(small, steps=100, sizes=2, max_size=256)) == pytest.approx(5 * work(small))


def test_a_dream_takes_as_long_as_its_pixels_and_its_depth():
    dream = DeepDreamSettings(objective="layer", layer="block5", octaves=1, iterations=10)
    assert times(dream, octaves=2, octave_scale=2.0) == pytest.approx(1.25)
    assert times(dream, zoom_frames=4, zoom_iterations=5) == pytest.approx(3)
    assert times(dream, layer="block12") > 1.5 > 1 > times(dream, layer="block2")
    with pytest.raises(InvalidSettings, match="mixture"):
        work(replace(dream, objective="several", mixture="no layer at all"))


def test_fine_tuning_looks_at_each_picture_and_learns_the_top():
    head = FineTuningSettings(method="head")
    assert times(head, head_steps=600) == 1
    assert times(head, size=96) == pytest.approx(0.25)
    assert 1.2 < times(head, method="fine-tune") < 10
    assert times(head, backbone="mobilenet_v2") < 1 < 5 < times(head, backbone="inception_v3")


@pytest.mark.parametrize("backbone", rules_of(FineTuningSettings())["backbone"].options)
def test_every_backbone_is_known(backbone):
    assert work(FineTuningSettings(backbone=backbone)) > 0
