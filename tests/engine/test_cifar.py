"""The CIFAR-10 experiment: its network, its events, its settings."""

import io
import math

import keras
import numpy as np
import pytest
from PIL import Image

from engine.cifar_bugs import BATCH, batch_accuracies, train_three
from engine.device import has_bfloat16, precision_of
from engine.events import Arrays, ClassAccuracy, Completed, Control, Mark, Predictions, Progress, Snapshot
from engine.experiments import start
from engine.experiments.cifar import GALLERY, MAX_PICTURES, chart_steps, look_steps, split
from engine.experiments.training import StepMeans, tensor_of
from engine.kernel_pictures import kernels_png
from engine.models.cifar import build_network
from engine.models.layers import cifar_layers
from engine.models.portable_cifar import build_network as build_portable
from engine.rules import PRECISIONS
from engine.settings import CifarSettings
from engine.sources.cifar10 import aligned

TINY = {"steps": 12, "batch_size": 8, "width": 4, "eval_every": 5, "precision": "float32"}


@pytest.fixture(scope="module")
def events():
    return list(start(CifarSettings(**TINY, schedule="staircase", decay_steps=5, optimizer="adam", learning_rate=0.01)))


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_drawing_counts_the_parameters_that_keras_counts(batch_norm):
    settings = CifarSettings(batch_norm=batch_norm, dropout=0.5)
    layers = cifar_layers(settings)
    network = build_network(settings)
    assert sum(layer.parameters for layer in layers) == network.count_params()
    shapes = [layer.output.shape[1:] for layer in network.layers if isinstance(layer, keras.layers.MaxPooling2D)]
    assert shapes == [layer.shape for layer in layers if layer.kind == "pooling"] == [(12, 12, 64), (6, 6, 64)]


def test_weights_start_as_in_the_chapter_and_alike_for_the_same_seed():
    first, again, other = (build_network(CifarSettings(seed=seed)).get_weights() for seed in (0, 0, 1))
    for weight, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(weight, same)
        if weight.ndim > 1:
            assert 0.04 < weight.std() < 0.05
            assert np.abs(weight).max() <= 0.1
            assert (weight != different).any()
        else:
            assert not weight.any()


def test_auto_is_bfloat16_where_the_device_has_it():
    assert precision_of("auto") == ("bfloat16" if has_bfloat16() else "float32")
    assert [precision_of("auto", lambda fast=fast: fast) for fast in (True, False)] == ["bfloat16", "float32"]
    assert [precision_of(wanted, lambda: pytest.fail("asked")) for wanted in PRECISIONS[1:]] == ["float32", "bfloat16"]


def test_both_precisions_give_nearly_the_same_logits():
    x = np.random.default_rng(0).normal(size=(4, 24, 24, 3)).astype(np.float32)
    exact, short = (build_network(CifarSettings(precision=p))(x).numpy() for p in ("float32", "bfloat16"))
    assert short.dtype == np.float32
    np.testing.assert_allclose(short, exact, atol=0.02 * np.abs(exact).max())


def test_validation_is_a_tenth_of_each_class_and_never_trained_on():
    labels = np.repeat(np.arange(4, dtype=np.int32), [10, 20, 3, 30])
    train, validation = split(labels)
    assert np.bincount(labels[validation]).tolist() == [1, 2, 1, 3]
    assert sorted([*train, *validation]) == list(range(63))
    assert train.dtype == validation.dtype == np.int32


def test_points_come_ten_times_as_often_as_looks():
    settings = CifarSettings(steps=1_200, eval_every=500)
    assert look_steps(settings) == [0, 500, 1000, 1200]
    assert chart_steps(settings)[:3] == [0, 50, 100]
    assert chart_steps(settings)[-1] == 1200
    assert set(look_steps(settings)) <= set(chart_steps(settings))


def test_looks_measure_validation_and_points_the_rate_and_the_gradient(events):
    points = [event for event in of(Progress, events) if event.metrics]
    assert [p.step for p in points if "validation_accuracy" in p.metrics] == [0, 5, 10, 12]
    assert all(p.metrics["gradient_norm"] > 0 for p in points[1:])
    rates = {p.step: p.metrics["learning_rate"] for p in points[1:]}
    assert rates[4] == pytest.approx(0.01)
    assert rates[5] == pytest.approx(0.001)
    assert len(of(Predictions, events)[0].images) == GALLERY
    assert len(of(Predictions, events)) == len(of(Snapshot, events)) == 4


def test_each_look_tells_the_kinds_apart(events):
    looks = of(ClassAccuracy, events)
    seen = {
        p.step: p.metrics["validation_accuracy"] for p in of(Progress, events) if "validation_accuracy" in p.metrics
    }
    assert [look.step for look in looks] == list(seen)
    for look in looks:
        assert len(look.shares) == 10
        # Each kind has 40 validation pictures, so the mean of the shares is the accuracy.
        assert np.mean(list(look.shares.values())) == pytest.approx(seen[look.step])


def test_the_end_tests_every_picture_and_keeps_the_answers(events):
    result = events[-1].result
    assert isinstance(events[-1], Completed)
    assert result["test_images"] == 1_000
    assert result["train_images"] + result["validation_images"] == 4_000
    test = of(Arrays, events)[-1]
    assert test.name == "test"
    right = test.arrays["probabilities"].argmax(axis=1) == test.arrays["labels"]
    assert right.mean() == pytest.approx(result["test_accuracy"])
    shares = {name: float(right[test.arrays["labels"] == k].mean()) for k, name in enumerate(result["classes"])}
    assert result["class_accuracy"] == pytest.approx(shares)


def test_the_kept_weights_are_the_networks(events):
    kept = [event for event in of(Arrays, events) if event.name == "weights"]
    shapes = [weight.shape for weight in build_network(CifarSettings(**TINY)).get_weights()]
    assert [kept[-1].arrays[str(number)].shape for number in range(len(shapes))] == shapes
    assert kept[-1].step == 12


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_network_of_keras_s_own_layers_gives_the_same_logits(batch_norm):
    settings = CifarSettings(batch_norm=batch_norm, dropout=0.3, width=8, precision="float32")
    network, portable = build_network(settings), build_portable(settings)
    rng = np.random.default_rng(0)
    weights = [weight + rng.uniform(0.05, 0.1, weight.shape).astype(np.float32) for weight in network.get_weights()]
    network.set_weights(weights)
    portable.set_weights(weights)
    x = rng.normal(size=(4, 24, 24, 3)).astype(np.float32)
    np.testing.assert_allclose(portable(x).numpy(), network(x).numpy(), rtol=1e-4)
    modules = {operation.__class__.__module__.partition(".")[0] for operation in portable.operations}
    assert modules == {"keras"}


def test_pixels_lie_once_in_memory():
    pictures = aligned((20, 32, 32, 3))
    pictures[:] = 7
    elsewhere = pictures.reshape(-1)[1:3073].reshape(1, 32, 32, 3)
    shared, copied = tensor_of(pictures), tensor_of(elsewhere)
    pictures[0, 2, 1, 0] = 200
    np.testing.assert_array_equal(shared.numpy(), pictures)
    assert copied.numpy().max() == 7


def test_long_runs_keep_few_pictures():
    settings = CifarSettings(steps=2_000, eval_every=1)
    looks = look_steps(settings)
    assert len(looks[:: math.ceil(len(looks) / MAX_PICTURES)]) <= MAX_PICTURES


def test_a_rate_that_throws_the_weights_away_ends_the_run(monkeypatch):
    def diverging(*_arguments, **_options):
        return lambda batches, _rates: StepMeans(math.nan if len(batches) else 0.0, 0.1, math.inf)

    monkeypatch.setattr("engine.experiments.cifar.build_train_steps", diverging)
    events = list(start(CifarSettings(**TINY)))
    assert events[-1].result["diverged_at"] == 1
    assert [event.step for event in of(Arrays, events) if event.name == "weights"] == [0]


def test_a_new_rate_takes_the_place_of_the_schedule():
    run = start(CifarSettings(**TINY, schedule="cosine"))
    events = [next(run)]
    events.append(run.send(Control(learning_rate=0.03)))
    events.extend(run)
    assert [(mark.step, mark.text) for mark in of(Mark, events)] == [(0, "learning rate 0.03")]
    assert {p.metrics["learning_rate"] for p in of(Progress, events) if p.metrics} == {0.03}


def test_it_says_its_weights_when_asked_and_trains_on():
    run = start(CifarSettings(**TINY))
    first = next(event for event in run if isinstance(event, Progress) and event.step)
    latest = run.send(Control(weights=True))
    assert (latest.name, latest.step) == ("latest", first.step)
    events = [latest, *run]
    assert latest.arrays.keys() == of(Arrays, events)[1].arrays.keys()
    assert isinstance(events[-1], Completed)


def test_kernels_are_tiles_in_their_colours():
    kernels = np.zeros((5, 5, 3, 20), np.float32)
    kernels[0, 0, 0, 0] = 0.5
    kernels[1, 1, 1, 17] = -2.0
    kernels[0, 0, 0, 3] = np.nan
    picture = np.asarray(Image.open(io.BytesIO(kernels_png(kernels))))
    assert picture.shape == (2 * 34 - 4, 16 * 34 - 4, 4)
    assert picture[0, 0].tolist() == [255, 128, 128, 255]
    assert picture[34 + 6, 34 + 6].tolist() == [128, 0, 128, 255]
    assert picture[0, 3 * 34].tolist() == [128, 128, 128, 255]
    assert picture[31, 0, 3] == 0


def test_the_mistakes_are_trained_alike_but_for_the_rate():
    trained = train_three(steps=16)
    first = {round(losses[0], 1) for losses in trained.losses.values()}
    assert trained.steps == [8, 16]
    assert len(trained.losses) == 3
    assert max(first) - min(first) < 0.5
    assert trained.clean.shape == trained.distorted.shape == (1_000,)
    assert (trained.clean != trained.distorted).any()


def test_batches_of_128_scatter_as_the_binomial_says():
    correct = np.arange(10_000) % 10 < 7
    shares = batch_accuracies(correct, 2_000, seed=0)
    assert shares.mean() == pytest.approx(0.7, abs=0.005)
    assert shares.std() == pytest.approx(math.sqrt(0.7 * 0.3 / BATCH), rel=0.1)
