import math

import numpy as np
import pytest

from engine.device import has_bfloat16
from engine.events import Arrays, Completed, Predictions, Progress
from engine.experiments import start
from engine.experiments.measures import cross_entropy
from engine.experiments.mnist import GALLERY, MAX_GALLERIES, chart_steps, run
from engine.models.mnist import build_network
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits
from engine.statistics import softmax

SMALL = {"conv1_features": 4, "conv2_features": 6, "dense_size": 12, "batch_size": 20, "eval_size": 50}


def points(events):
    return [event for event in events if isinstance(event, Progress) and event.metrics]


def test_the_chart_begins_before_the_first_step_and_ends_with_the_last():
    assert chart_steps(MnistSettings(steps=12, eval_every=5)) == [0, 5, 10, 12]
    assert chart_steps(MnistSettings(steps=10, eval_every=5)) == [0, 5, 10]
    assert chart_steps(MnistSettings(steps=3, eval_every=100)) == [0, 3]


def test_the_chapters_settings_learn_the_embedded_digits():
    result = list(start(MnistSettings(eval_every=100)))[-1].result
    assert result["test_accuracy"] >= 0.93
    assert result["test_images"] == 1000
    assert result["test_accuracy_low"] < result["test_accuracy"] < result["test_accuracy_high"]


def test_in_bfloat16_the_network_starts_from_the_same_weights_and_gives_nearly_the_same_logits():
    x = np.random.default_rng(0).uniform(size=(4, 28, 28, 1)).astype(np.float32)
    exact, short = (build_network(MnistSettings(), policy) for policy in ("float32", "mixed_bfloat16"))
    for weight, other in zip(exact.get_weights(), short.get_weights(), strict=True):
        assert other.dtype == np.float32
        np.testing.assert_array_equal(weight, other)
    expected, logits = exact(x).numpy(), short(x).numpy()
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, expected, atol=0.02 * np.abs(expected).max())


def test_the_result_says_what_it_was_computed_in():
    for precision in ("auto", "float32", "bfloat16"):
        result = list(start(MnistSettings(steps=1, precision=precision, **SMALL)))[-1].result
        fast = "bfloat16" if has_bfloat16() else "float32"
        assert result["precision"] == (fast if precision == "auto" else precision)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    runs = [points(start(MnistSettings(steps=10, seed=seed, **SMALL))) for seed in (3, 3, 4)]
    values = [[p.metrics["test_loss"] for p in run] for run in runs]
    assert values[0] == pytest.approx(values[1], rel=1e-4)
    assert values[0] != pytest.approx(values[2], rel=1e-4)


def test_points_galleries_and_result():
    settings = MnistSettings(steps=12, eval_every=5, **SMALL)
    events = list(start(settings))
    assert [p.step for p in points(events)] == [0, 5, 10, 12]
    assert set(points(events)[0].metrics) == {"test_loss", "test_accuracy"}
    assert set(points(events)[1].metrics) == {
        "test_loss",
        "test_accuracy",
        "train_loss",
        "train_accuracy",
        "examples_per_second",
    }
    galleries = [event for event in events if isinstance(event, Predictions)]
    assert [gallery.step for gallery in galleries] == [0, 5, 10, 12]
    digits = load_digits()
    for gallery in galleries:
        assert gallery.images.shape == (GALLERY, 28, 28)
        np.testing.assert_allclose(gallery.probabilities.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_array_equal(gallery.probabilities.argmax(axis=1), gallery.predicted)
        test_set = {image.tobytes(): label for image, label in zip(digits.test_images, digits.test_labels, strict=True)}
        labels = [test_set[image.tobytes()] for image in gallery.images]
        assert labels == gallery.labels.tolist()


def test_the_last_evaluation_takes_every_test_image():
    result = list(start(MnistSettings(steps=2, **SMALL)))[-1].result
    assert result["test_correct"] == round(result["test_accuracy"] * 1000)
    assert result["test_images"] == 1000


def test_a_long_run_keeps_few_galleries():
    settings = MnistSettings(steps=310, eval_every=1, **SMALL | {"eval_size": 10})
    galleries = [event for event in start(settings) if isinstance(event, Predictions)]
    assert MAX_GALLERIES / 2 <= len(galleries) <= MAX_GALLERIES + 1
    assert galleries[-1].step == 310


def test_a_rate_that_is_too_high_ends_early_and_says_where():
    wide = SMALL | {"conv1_features": 64, "conv2_features": 64, "dense_size": 256}
    # In bfloat16 the same steps throw the ReLU units to zero for good before a number overflows.
    settings = MnistSettings(steps=400, learning_rate=1.0, momentum=0.999, precision="float32", **wide)
    events = list(start(settings))
    result = events[-1].result
    assert isinstance(events[-1], Completed)
    assert result["diverged_at"] == result["steps"] < 400
    assert not math.isfinite(points(events)[-1].metrics["train_loss"])


@pytest.mark.parametrize(
    "extreme",
    [
        {"pool1": 28, "pool2": 28},
        {"pool1": 1, "pool2": 1},
        {"pool1": 3, "pool2": 5},
        {"batch_size": 1},
        {"batch_size": 1000, "conv1_features": 1, "conv2_features": 1, "dense_size": 1},
        {"eval_size": 10_000},
        {"steps": 1, "eval_every": 20_000},
        {"momentum": 0.0},
    ],
    ids=str,
)
def test_any_allowed_combination_works(extreme):
    events = list(start(MnistSettings(**{"steps": 3, **SMALL, **extreme})))
    assert isinstance(events[-1], Completed)


def test_a_generator_that_is_closed_stops():
    events = run(MnistSettings(**SMALL), load_digits())
    assert [type(next(events)) for _ in range(2)] == [Arrays, Progress]
    events.close()
    assert list(events) == []


def test_softmax_and_loss_by_hand():
    logits = np.array([[math.log(1), math.log(3)], [1000.0, 0.0]], np.float32)
    np.testing.assert_allclose(softmax(logits), [[0.25, 0.75], [1, 0]], atol=1e-6)
    assert cross_entropy(logits, np.array([1, 0], np.int32)) == pytest.approx(-math.log(0.75) / 2, rel=1e-5)
