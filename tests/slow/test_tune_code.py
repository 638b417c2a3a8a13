"""The tab "The code" of Fine-tuning, run: with Keras's networks, but without their weights, which it would download."""

import functools

import keras
import numpy as np
import pytest

from engine.settings import FineTuningSettings
from pages.ui.tune_code import tune_code

SHORT = {"head_steps": 1, "tune_steps": 1, "batch_size": 4, "blocks": 2}


@pytest.mark.parametrize("settings", [{"method": "scratch", "flip": False}, {"method": "head"}, {}], ids=str)
def test_it_trains_what_it_says(monkeypatch, settings):
    unweighted = functools.partial(keras.applications.MobileNetV2, weights=None)
    monkeypatch.setattr(keras.applications, "MobileNetV2", unweighted)
    pictures = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3)).astype(np.float32)
    names = {"pictures": pictures, "labels": np.arange(6) % 3, "classes": 3}
    exec(tune_code(FineTuningSettings(size=32, **SHORT, **settings)), names)
    made = names.get("network") or names["head"]
    assert made.get_weights()[-1].shape == (3,)
    if not settings:
        learns = [layer.name for layer in names["backbone"].layers if layer.trainable and layer.weights]
        assert learns[0] == "block_15_expand"
        assert learns[-1] == "Conv_1"
