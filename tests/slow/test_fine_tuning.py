"""Slow parts of fine-tuning: files taken away and the program that uses them, Keras's backbones, real CIFAR-10."""

import re
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.legacy.saving import legacy_h5_format
from PIL import Image

from engine.errors import DamagedSource
from engine.events import Arrays, Completed
from engine.experiments import start
from engine.images import squared
from engine.models.backbones import build_backbone
from engine.models.exported import build_exported
from engine.models.fine_tuned import build_parts, build_scratch, restored
from engine.settings import FineTuningSettings
from engine.sources.catalog import EFFICIENTNET_V2_B0, INCEPTION_V3, MOBILENET_V2
from engine.sources.cifar10 import load_pictures
from engine.sources.photographs import load_photograph
from engine.transpose_bug import WHOLE, chapter_transposed, right_answers
from engine.tuned_files import naming_program, network_file
from tests.conftest import REAL_DATA, needs_real_data

NAMES = ("mug", "plant", 'a "quoted" name')
KERAS = {
    "mobilenet_v2": (MOBILENET_V2, keras.applications.MobileNetV2, False),
    "inception_v3": (INCEPTION_V3, keras.applications.InceptionV3, True),
    "efficientnet_v2_b0": (EFFICIENTNET_V2_B0, keras.applications.EfficientNetV2B0, False),
}


def weights_of(network):
    return {str(number): array for number, array in enumerate(network.get_weights())}


@pytest.mark.parametrize("method", ["fine-tune", "scratch"])
@pytest.mark.filterwarnings("ignore")
def test_the_program_names_a_picture_with_either_file_as_the_app_does(tmp_path, method):
    settings = FineTuningSettings(method=method, size=64, blocks=1)
    network = build_scratch(settings, 3) if method == "scratch" else build_parts(settings, 3).whole
    weights = weights_of(network)
    for kind in ("keras", "tflite"):
        (tmp_path / f"network.{kind}").write_bytes(network_file(settings, weights, kind))
    text = naming_program(settings, NAMES)
    assert len([line for line in text.splitlines() if line and not line.startswith(("#", '"""'))]) <= 20
    (tmp_path / "name_pictures.py").write_text(text)
    picture = load_photograph("Coffee")
    Image.fromarray(picture).save(tmp_path / "cup.png")
    side = 32 if method == "scratch" else 64
    exported = build_exported(settings, weights)
    expected = exported(tf.constant(squared(picture, side)[np.newaxis], tf.float32)).numpy()[0]
    for kind in ("keras", "tflite"):
        command = [sys.executable, "name_pictures.py", f"network.{kind}", "cup.png"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        name, share = re.search(r"cup\.png: (.*) ([\d.]+)%", done.stdout).groups()
        assert name == NAMES[int(expected.argmax())]
        assert float(share) == pytest.approx(100 * expected.max(), abs=0.5)


@pytest.mark.parametrize("name", KERAS)
@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_keras_backbones_are_read_from_keras_own_files(name, tmp_path, monkeypatch):
    source, build, top = KERAS[name]
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    network = build(include_top=top, weights=None, input_shape=(96, 96, 3))
    rng = np.random.default_rng(0)
    network.set_weights([w + rng.normal(0, 0.01, w.shape).astype(w.dtype) for w in network.get_weights()])
    path = tmp_path / source.layouts[0][0]
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    backbone = build_backbone(name, 96)
    pixels = squared(load_photograph("Cat"), 96)[np.newaxis].astype(np.float32)
    inputs = pixels if name == "efficientnet_v2_b0" else pixels / 127.5 - 1
    plain = keras.Model(network.inputs, network.get_layer("avg_pool").input) if top else network
    expected = plain(tf.constant(inputs), training=False).numpy().mean(axis=(1, 2))
    np.testing.assert_allclose(backbone.network(tf.constant(pixels), training=False), expected, rtol=1e-3, atol=1e-4)
    assert backbone.cut(1) == backbone.ends[-2]
    trained_on_batches(name, backbone.network)
    path.write_bytes(b"no weights")
    with pytest.raises(DamagedSource, match="fetch it again"):
        build_backbone(name, 96)


def trained_on_batches(name, network):
    """Two steps change no batch normalisation: neither its statistics nor its factors."""
    settings = FineTuningSettings(
        backbone=name, per_class=2, size=96, head_steps=2, tune_steps=2, test_images=10, batch_size=4, blocks=2
    )
    events = list(start(settings))
    weights = [event for event in events if isinstance(event, Arrays) and event.name == "weights"][-1].arrays
    trained = restored(settings, weights)
    changed = set()
    # Keras numbers the names of its layers anew each time, but keeps their order.
    for layer, same in zip(network.layers, trained.layers[:-1], strict=True):
        pairs = zip(layer.get_weights(), same.get_weights(), strict=True)
        if any(not np.array_equal(a, b) for a, b in pairs):
            changed.add(type(layer).__name__)
    assert changed
    assert "BatchNormalization" not in changed


@needs_real_data
def test_what_the_chapters_transpose_costs_on_all_test_pictures():
    pictures = load_pictures(REAL_DATA)
    images, labels = pictures.test_images, pictures.test_labels
    upright, swapped, total = WHOLE
    assert len(labels) == total
    # Pictures that went through JPEG, or other processors, may move a few answers.
    assert right_answers(images, labels).sum() == pytest.approx(upright, abs=60)
    assert right_answers(chapter_transposed(images), labels).sum() == pytest.approx(swapped, abs=60)


@needs_real_data
def test_the_head_alone_names_70_percent_of_cifar10():
    assert head_accuracy(REAL_DATA) >= 0.70


def test_the_head_alone_names_95_percent_of_photo10():
    assert head_accuracy(None) >= 0.95


def head_accuracy(data):
    events = list(start(FineTuningSettings(method="head"), data))
    assert isinstance(events[-1], Completed)
    return events[-1].result["test_accuracy"]
