"""Fine-tuning: what learns and what stays, features computed once, and the pictures that it learns from."""

import math
import random
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from engine.errors import InvalidInput, InvalidSettings
from engine.events import Arrays, Completed, Mark, Predictions, Progress
from engine.experiments import start
from engine.experiments.feature_cache import cached_maps
from engine.experiments.style_transfer import encoded
from engine.images import squared
from engine.models.efficientnet_lite0 import build_network
from engine.models.fine_tuned import as_scratch_input, build_parts, build_scratch, enlarged, restored
from engine.settings import FineTuningSettings
from engine.sources.cifar10 import ALIGNMENT
from engine.sources.examples import load_examples
from engine.sources.photo10 import NAMES
from engine.tuned_test import pick_test_pictures

TINY = FineTuningSettings(
    per_class=4, size=32, head_steps=6, tune_steps=4, test_images=30, batch_size=8, blocks=1, learning_rate=0.01
)


@pytest.fixture(scope="module")
def parts():
    return build_parts(TINY, 10)


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNN_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        return list(start(TINY))


def arrays(events, name):
    return [event for event in events if isinstance(event, Arrays) and event.name == name]


def test_the_parts_are_one_network(parts):
    pictures = tf.constant(np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)), tf.float32)
    whole = parts.whole(pictures)
    np.testing.assert_allclose(parts.head(parts.top(parts.lower(pictures))), whole, atol=1e-5)
    assert parts.cut == "block14"


def test_what_is_frozen_stays_and_what_is_unfrozen_learns(events):
    weights = arrays(events, "weights")[-1].arrays
    trained, original = restored(TINY, weights), build_network()
    changed = {
        layer.name
        for layer in original.layers
        if layer.name != "logits"
        and any(
            not np.array_equal(a, b)
            for a, b in zip(layer.get_weights(), trained.get_layer(layer.name).get_weights(), strict=True)
        )
    }
    top = {"block15_expand_conv", "block15_depthwise_conv", "block15", "head_conv"}
    assert changed == top


def test_the_head_before_the_unfreezing_gives_its_own_answers(events, parts):
    head, before = arrays(events, "head")[0].arrays, arrays(events, "test")[0].arrays
    parts.head.set_weights([head["0"], head["1"]])
    test = load_examples(None, TINY.per_class, TINY.test_images, TINY.seed).test_images
    logits = parts.head(parts.top(parts.lower(enlarged(tf.constant(test), 32)))).numpy()
    np.testing.assert_allclose(tf.nn.softmax(logits), before["probabilities"], atol=5e-3)


def test_the_last_answers_are_those_of_the_weights_that_are_kept(events):
    after = arrays(events, "test")[-1].arrays
    network = restored(TINY, arrays(events, "weights")[-1].arrays)
    test = load_examples(None, TINY.per_class, TINY.test_images, TINY.seed).test_images
    probabilities = tf.nn.softmax(network(enlarged(tf.constant(test), 32), training=False)).numpy()
    np.testing.assert_allclose(probabilities, after["probabilities"], atol=5e-3)
    assert np.array_equal(pick_test_pictures(TINY, after["labels"], np.arange(30)), test)


def test_the_top_learns_with_a_tenth_of_the_rate_along_half_a_cosine(events):
    mark = next(n for n, event in enumerate(events) if isinstance(event, Mark))
    assert events[mark] == Mark(6, "top 1 blocks unfrozen")
    points = {
        e.step: e.metrics["learning_rate"] for e in events if isinstance(e, Progress) and "train_loss" in e.metrics
    }
    for step in range(1, 7):
        assert points[step] == pytest.approx(0.01 * (1 + math.cos(math.pi * step / 6)) / 2)
    for step in range(7, 11):
        assert points[step] == pytest.approx(0.001 * (1 + math.cos(math.pi * (step - 6) / 4)) / 2)
    # Before the first step of each phase its rate is told as well.
    told = [
        (number, e.step, e.metrics["learning_rate"])
        for number, e in enumerate(events)
        if isinstance(e, Progress) and "validation_loss" in e.metrics
    ]
    assert told[0][1:] == (0, pytest.approx(0.01))
    assert next(point for point in told if point[0] > mark)[1:] == (6, pytest.approx(0.001))


def test_before_and_after_are_of_the_same_pictures(events):
    before, after = (event for event in events if isinstance(event, Predictions))
    assert np.array_equal(before.images, after.images)
    assert (before.step, after.step) == (6, 10)


def test_the_result_counts_its_own_answers(events):
    result, last = events[-1].result, arrays(events, "test")[-1].arrays
    assert isinstance(events[-1], Completed)
    right = int((last["probabilities"].argmax(axis=1) == last["labels"]).sum())
    assert (result["test_correct"], result["test_images"]) == (right, 30)
    assert result["train_images"] == 40
    assert tuple(result["classes"]) == NAMES


def test_features_are_computed_once(parts, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    first = np.array(drained(cached_maps(parts.lower, "block14", images, 32)))
    with monkeypatch.context() as without:
        without.setattr("engine.experiments.feature_cache._computed", None)
        again = drained(cached_maps(parts.lower, "block14", images, 32))
    assert np.array_equal(first, again)
    # It lies in the file, and TensorFlow uses it there.
    assert again.flags.writeable
    assert again.ctypes.data % ALIGNMENT == 0
    del again
    expected = parts.lower(tf.constant(images, tf.float32)).numpy()
    np.testing.assert_allclose(first, expected, rtol=2e-3, atol=2e-3)
    file = next(tmp_path.rglob("*.npy"))
    file.write_bytes(file.read_bytes()[:100])
    assert np.array_equal(drained(cached_maps(parts.lower, "block14", images, 32)), first)


def test_other_weights_have_features_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    images = np.full((2, 4, 4, 3), 10, np.uint8)
    lower = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Dense(2)])
    for value in (1.0, 2.0):
        lower.set_weights([np.full((3, 2), value), np.zeros(2)])
        assert (drained(cached_maps(lower, "dense", images, 4)) == 30 * value).all()


def test_where_the_cache_is_no_folder_nothing_is_kept_and_nothing_is_lost(parts, tmp_path, monkeypatch):
    (tmp_path / "features").write_bytes(b"")
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    images = np.zeros((2, 32, 32, 3), np.uint8)
    assert len(drained(cached_maps(parts.lower, "block14", images, 32))) == 2


def test_what_a_killed_worker_half_wrote_counts_and_goes_as_the_oldest(parts, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr("engine.experiments.feature_cache.LIMIT_BYTES", 1_000_000)
    (tmp_path / "features").mkdir()
    half = tmp_path / "features" / "0123.npy.89ab.part"
    half.write_bytes(b"0" * 999_999)
    drained(cached_maps(parts.lower, "block14", np.zeros((2, 32, 32, 3), np.uint8), 32))
    assert [path.suffix for path in (tmp_path / "features").iterdir()] == [".npy"]


def drained(generator):
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value


def test_pictures_to_learn_look_and_test_are_apart_and_fewer_are_the_first_of_more():
    few, many = (load_examples(None, count, 100, 0) for count in (5, 20))
    sets = [{image.tobytes() for image in images} for images in (many.train_images, many.test_images)]
    assert not sets[0] & sets[1]
    assert not sets[0] & {image.tobytes() for image in many.validation_images}
    for label in range(10):
        wanted = many.train_images[many.train_labels == label][:5]
        assert np.array_equal(few.train_images[few.train_labels == label], wanted)


def test_from_scratch_pictures_are_read_in_the_size_that_is_learnt_from(tmp_path):
    for number, place in enumerate((part, name) for part in ("train_dir", "test_dir") for name in "ab"):
        folder = tmp_path.joinpath(*place)
        folder.mkdir(parents=True)
        for count in range(4):
            pixels = np.random.default_rng(10 * number + count).integers(0, 256, (60, 70, 3), np.uint8)
            (folder / f"{count}.png").write_bytes(encoded(pixels, "PNG"))
    few = {"method": "scratch", "head_steps": 1, "tune_steps": 1, "batch_size": 4, "test_images": 10}
    events = list(start(FineTuningSettings(folder=str(tmp_path), size=224, **few)))
    shown = next(event for event in events if isinstance(event, Predictions))
    assert shown.images.shape == (8, 32, 32, 3)


def test_weights_of_a_run_that_miss_some_are_told():
    with pytest.raises(InvalidInput, match="kept of its weights is damaged"):
        restored(TINY, {"0": np.zeros((1280, 3), np.float32), "2": np.zeros(3, np.float32)})


def test_the_seed_of_a_network_from_scratch_is_its_own():
    settings = FineTuningSettings(method="scratch", seed=4)
    generators = random.getstate(), np.random.get_state()[1].tolist()
    first, again = (build_scratch(settings, 3).get_weights() for _ in range(2))
    assert (random.getstate(), np.random.get_state()[1].tolist()) == generators
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    other = build_scratch(replace(settings, seed=5), 3).get_weights()
    assert all(not np.array_equal(a, b) for a, b in zip(first, other, strict=True) if a.ndim > 1)
    kernels = [weights for weights in first if weights.shape == (3, 3, 64, 64)]
    assert len(kernels) == 1
    assert abs(kernels[0].std() - math.sqrt(2 / (9 * 128))) < 1e-3


def test_from_scratch_takes_standardised_pictures():
    pixels = np.full((1, 32, 32, 3), 125, np.uint8)
    expected = [(125 - 125.3) / 63.0, (125 - 123.0) / 62.1, (125 - 113.9) / 66.7]
    np.testing.assert_allclose(as_scratch_input(tf.constant(pixels))[0, 0, 0], expected, rtol=1e-4)


def test_squared_is_the_middle():
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[:, 2:6] = 200
    assert np.array_equal(squared(picture, 4), np.full((4, 4, 3), 200))


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"backbone": "mobilenet_v2"}, InvalidInput, "MobileNetV2's weights are not here: put Keras's mobilenet_v2"),
        ({"backbone": "inception_v3"}, InvalidSettings, "size is 32, but must be 75 or more for inception_v3"),
        ({"folder": "/nowhere"}, InvalidInput, "folder is '/nowhere', but must hold train_dir"),
    ],
)
def test_what_cannot_be_trained_is_told(settings, error, words):
    values = {"per_class": 4, "size": 32, "test_images": 30} | settings
    with pytest.raises(error, match=words):
        list(start(FineTuningSettings(**values)))
