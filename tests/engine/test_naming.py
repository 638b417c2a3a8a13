"""Naming pictures with ImageNet's names and with a run's network, and Grad-CAM against gradients."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from engine.models import explain_efficientnet as models
from engine.models.efficientnet_lite0 import build_network
from engine.models.fine_tuned import build_parts, build_scratch
from engine.naming import KEPT, explainers, name_picture, name_with
from engine.settings import FineTuningSettings
from engine.sources.photographs import load_photograph

SMALL = FineTuningSettings(size=64, blocks=1)
NAMES = ("one", "two", "three")


@pytest.fixture(autouse=True)
def no_explainers():
    explainers.clear()
    yield
    explainers.clear()


@pytest.mark.parametrize(("photograph", "words"), [("Cat", ("cat", "tabby")), ("Coffee", ("espresso",))])
def test_photographs_have_their_names(photograph, words):
    named = name_picture(load_photograph(photograph))
    assert len(named.names) == len(named.probabilities) == 5
    assert any(word in named.names[0].lower() for word in words)
    assert list(named.probabilities) == sorted(named.probabilities, reverse=True)
    assert named.seen.shape == (224, 224, 3)
    assert named.looked.max() == pytest.approx(1)
    assert named.looked.min() >= 0


def test_where_it_looked_is_grad_cam():
    """Selvaraju et al., equations 1 and 2: maps weighted by the mean gradient of the answer, what is negative cut."""
    network = build_network()
    picture = load_photograph("Cat")[:128, :128]
    watched = tf.keras.Model(network.inputs, [network.outputs[0], network.get_layer("head").output])
    with tf.GradientTape() as tape:
        logits, maps = watched(tf.constant(picture[np.newaxis], tf.float32))
        tape.watch(maps)
        answer = int(np.argmax(logits[0]))
        features = tf.reduce_mean(maps, [1, 2])
        value = (features @ network.layers[-1].kernel + network.layers[-1].bias)[0, answer]
    weights = tf.reduce_mean(tape.gradient(value, maps), [1, 2])
    expected = np.maximum((maps * weights[:, None, None, :]).numpy().sum(axis=-1)[0], 0)
    _, looked = models.explainer(network)(picture)
    np.testing.assert_allclose(looked, expected / expected.max(), atol=1e-4)


def test_a_runs_network_names_with_its_own_classes_and_is_asked_for_once():
    picture = load_photograph("Coffee")
    whole = build_parts(SMALL, 3).whole
    weights = {str(k): w for k, w in enumerate(whole.get_weights())}
    assert name_with("a", SMALL, None, NAMES, picture) is None
    named = name_with("a", SMALL, weights, NAMES, picture)
    assert sorted(named.names) == sorted(NAMES)
    logits = whole(tf.constant(named.seen[np.newaxis], tf.float32), training=False)[0].numpy()
    assert named.names[0] == NAMES[int(logits.argmax())]
    again = name_with("a", SMALL, None, NAMES, picture)
    assert again.probabilities == named.probabilities


def test_before_is_the_backbone_of_imagenet_under_the_head_of_then():
    parts = build_parts(SMALL, 3)
    head = {"0": np.zeros((1280, 3), np.float32), "1": np.array([0, 5, 0], np.float32)}
    named = name_with("a", SMALL, head, NAMES, load_photograph("Cat"), "before")
    assert named.names[0] == "two"
    assert named.probabilities[0] == pytest.approx(np.exp(5) / (np.exp(5) + 2), rel=1e-4)
    assert parts.cut == "block14"


def test_few_networks_are_kept(monkeypatch):
    answer = np.zeros(3, np.float32)
    monkeypatch.setattr(models, "run_explainer", lambda _settings, _weights: lambda _picture: (answer, None))
    for number in range(KEPT + 2):
        assert name_with(str(number), SMALL, {}, NAMES, load_photograph("Cat")).looked is None
    assert len(explainers) == KEPT


def test_two_threads_may_ask_at_once(monkeypatch):
    answer = np.zeros(3, np.float32)
    monkeypatch.setattr(models, "run_explainer", lambda _settings, _weights: lambda _picture: (answer, None))
    picture, numbers = load_photograph("Cat")[:8, :8], [str(n % (KEPT + 3)) for n in range(2_000)]
    with ThreadPoolExecutor(4) as threads:
        named = threads.map(lambda number: name_with(number, SMALL, {}, NAMES, picture), numbers)
        assert all(each.probabilities for each in named)


def test_from_scratch_does_not_tell_where_it_looks():
    settings = FineTuningSettings(method="scratch")
    weights = {str(k): w for k, w in enumerate(build_scratch(settings, 2).get_weights())}
    named = name_with("a", settings, weights, NAMES[:2], load_photograph("Cat")[:32, :32])
    assert named.looked is None
    assert sum(named.probabilities) == pytest.approx(1)
