"""The tabs "The code": every setting of a form makes a difference there or is left out on purpose; the code does what a
run does."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from engine.dream_settings import DeepDreamSettings
from engine.events import Snapshot
from engine.experiments import deep_dream, style_transfer
from engine.models.vgg import build_features
from engine.rules import Bounds, Choices, Flag, Picture, rules_of
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings
from engine.style_settings import StyleSettings
from pages.ui.code import cifar_code, mnist_code
from pages.ui.dream_code import dream_code
from pages.ui.style_code import style_code
from pages.ui.tune_code import tune_code
from tests.engine.dream_networks import tiny_dreamer, tiny_model
from tests.engine.tiny_vgg import tiny_vgg

PIXELS = np.random.default_rng(5).integers(0, 255, (64, 80, 3), np.uint8)
TEXTS = {
    "layer": "block5_expand",
    "image_class": "goldfish",
    "mixture": "block3",
    "content_layers": "relu3_1",
    "style_layers": "relu2_1",
}
FORMS = {
    "mnist": (mnist_code, MnistSettings(), {"eval_every", "eval_size", "precision"}),
    "cifar": (cifar_code, CifarSettings(schedule="staircase"), {"eval_every", "precision"}),
    # Pictures and classes are given.
    "fine-tuning": (tune_code, FineTuningSettings(), {"per_class", "test_images", "folder"}),
    # One style, everywhere, in its own colours; the mistakes have a tab of their own.
    "style": (
        style_code,
        StyleSettings(init="noise"),
        {"blend_1", "blend_2", "blend_3", "colours", "mistake", "precision"},
    ),
    "channel": (dream_code, DeepDreamSettings(zoom_frames=2), {"image_class", "mixture", "noise", "precision"}),
    "class": (
        dream_code,
        DeepDreamSettings(objective="class", zoom_frames=2),
        {"layer", "channel", "mixture", "noise", "precision"},
    ),
    "several": (
        dream_code,
        DeepDreamSettings(objective="several", zoom_frames=2),
        {"layer", "channel", "image_class", "noise", "precision"},
    ),
}


def png(pixels=PIXELS):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def other(settings, name, rule):
    """Another value that the rule allows."""
    value = getattr(settings, name)
    match rule:
        case Bounds(low, high, _, whole):
            between = (low + high) / 2 if value == low else (value + low) / 2
            return int(between) if whole else between
        case Choices(options):
            return next(option for option in options if option != value)
        case Flag():
            return not value
        case _:
            return TEXTS[name]


@pytest.mark.parametrize("form", FORMS)
def test_each_setting_makes_a_difference_or_is_left_out(form):
    code, settings, left_out = FORMS[form]
    compile(code(settings), form, "exec")
    same = set()
    for name, rule in rules_of(settings).items():
        if isinstance(rule, Picture):
            continue
        changed = TEXTS.get(name) if name == "folder" else None
        changed = replace(settings, **{name: changed or ("x" if name == "folder" else other(settings, name, rule))})
        compile(code(changed), name, "exec")
        if code(changed) == code(settings):
            same.add(name)
    assert same == left_out


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "second", "channel": 1},
        {"objective": "layer", "layer": "first", "blur": 0.7, "smoothing": 0.3},
        {"objective": "neuron", "layer": "second", "channel": 2},
        {"objective": "several", "mixture": "second:1 + 0.5 first"},
        {"layer": "second", "zoom_frames": 2, "zoom_iterations": 2},
    ],
    ids=str,
)
def test_the_code_of_a_dream_dreams_the_same(changes):
    # Shifts so small that a run looks at the whole picture, whatever the number of cores.
    start = {"octaves": 3, "iterations": 3, "octave_scale": 1.3, "jitter": 20, "network": "inception5h"}
    settings = DeepDreamSettings(**{"image": png(), "channel": 1, **start, **changes})
    network, model = tiny_dreamer(), tiny_model()
    maps = keras.Model(model.inputs[0], {name: model.get_layer(name).output for name in ("first", "second")})
    events = list(deep_dream.run(settings, lambda _name, _precision: network))
    dreamt = next(e.picture for e in reversed(events) if isinstance(e, Snapshot) and e.name == "dream")
    names = {
        "picture": PIXELS.astype(np.float32),
        "maps": lambda pictures: maps(pictures / 127.5 - 1.0),
    }
    exec(dream_code(settings), names)
    difference = np.abs(names["dream"].astype(int) - np.asarray(Image.open(io.BytesIO(dreamt))))
    assert difference.max() <= 1
    assert np.abs(names["dream"].astype(int) - PIXELS).mean() > 1


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({}, 0.2),
        ({"decay": False, "init": "style", "pooling": "max", "padding": "zeros"}, 0.2),
        ({"loss": "chapter", "content_weight": 5.0, "style_weight": 500.0, "total_variation_weight": 100.0}, 0.2),
        ({"optimizer": "lbfgs"}, 8),
    ],
    ids=str,
)
def test_the_code_of_a_painting_paints_the_same(changes, most):
    # Sides of which a run adds nothing to, for its grid.
    pixels = np.tile(PIXELS[:, :64], (1, 2, 1))
    stripes = np.where(np.arange(128) % 8 < 4, 230, 20)[None, :, None] * np.ones((64, 1, 3))
    settings = StyleSettings(
        image=png(pixels),
        style=png(stripes.astype(np.uint8)),
        steps=12,
        sizes=1,
        max_size=128,
        precision="float32",
        learning_rate=2.0,
        **{"content_layers": "relu2_2", "style_layers": "relu1_1 relu2_1:2", **changes},
    )
    tiny = tiny_vgg()
    events = list(style_transfer.run(settings, lambda _network: tiny))
    painted = next(e.picture for e in reversed(events) if isinstance(e, Snapshot))
    layers = {"relu1_1", "relu2_1", "relu2_2"}
    names = {
        "photograph": pixels.astype(np.float32),
        "style": stripes.astype(np.float32),
        "vgg": build_features(tiny, layers, settings.pooling, settings.padding, tf.float32),
    }
    exec(style_code(settings), names)
    made = np.clip(names["image"].numpy(), 0, 255).round()
    difference = np.abs(made - np.asarray(Image.open(io.BytesIO(painted))))
    assert difference.mean() < most
    assert np.abs(made - pixels).mean() > 2
