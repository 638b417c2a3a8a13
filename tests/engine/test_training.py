"""The training loop against NumPy written out by hand."""

import itertools
import time

import keras
import numpy as np
import pytest

from engine.events import Arrays, Control, Progress
from engine.experiments.training import Pace, StepMeans, Trainer, build_evaluate, build_train_steps, draw_batches


def test_every_image_is_drawn_once_an_epoch_also_when_sizes_do_not_divide():
    batches = draw_batches(np.random.default_rng(0), images=10, batch_size=4)
    drawn = np.concatenate(list(itertools.islice(batches, 10)))
    for epoch in drawn.reshape(4, 10):
        assert sorted(epoch) == list(range(10))
    assert drawn[:10].tolist() != drawn[10:20].tolist()


def test_a_batch_may_be_larger_than_the_data():
    batch = next(draw_batches(np.random.default_rng(0), images=3, batch_size=7))
    assert np.bincount(batch).tolist() in ([3, 2, 2], [2, 3, 2], [2, 2, 3])


def linear_model(weights):
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(3, use_bias=False)])
    model.set_weights([weights])
    return model


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_steps_are_momentum_descent_and_metrics_come_before_each_step():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (8, 2, 2), dtype=np.uint8)
    labels = rng.integers(0, 3, 8).astype(np.int32)
    weights = rng.normal(size=(4, 3)).astype(np.float32)
    batches = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 0]], np.int32)
    model = linear_model(weights)
    loss, accuracy, _ = build_train_steps(model, images, labels, momentum=0.9)(batches, np.full(3, 0.5, np.float32))

    velocity, losses, right = np.zeros_like(weights), [], []
    for batch in batches:
        x, y = images[batch].reshape(3, 4) / 255.0, labels[batch]
        p = softmax(x @ weights)
        losses.append(-np.log(p[range(3), y]).mean())
        right.append((p.argmax(axis=1) == y).mean())
        velocity = 0.9 * velocity + x.T @ (p - np.eye(3)[y]) / 3
        weights = weights - 0.5 * velocity
    np.testing.assert_allclose(model.get_weights()[0], weights, rtol=1e-5)
    assert (loss, accuracy) == pytest.approx((np.mean(losses), np.mean(right)), rel=1e-5)


def test_one_call_of_three_steps_is_three_calls_of_one():
    images = np.random.default_rng(2).integers(0, 256, (6, 2, 2), dtype=np.uint8)
    labels = np.array([0, 1, 2, 0, 1, 2], np.int32)
    start = np.zeros((4, 3), np.float32)
    batches = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    together, apart = linear_model(start), linear_model(start)
    build_train_steps(together, images, labels, momentum=0.5)(batches, np.full(3, 0.1, np.float32))
    steps = build_train_steps(apart, images, labels, momentum=0.5)
    for batch in batches:
        steps(batch[np.newaxis], np.array([0.1], np.float32))
    np.testing.assert_allclose(together.get_weights()[0], apart.get_weights()[0], rtol=1e-6)


def test_evaluate_gives_the_logits_of_the_images_asked_for():
    images = np.random.default_rng(3).integers(0, 256, (5, 2, 2), dtype=np.uint8)
    weights = np.arange(12, dtype=np.float32).reshape(4, 3)
    logits = build_evaluate(linear_model(weights), images)(np.array([4, 1], np.int32))
    np.testing.assert_allclose(logits, images[[4, 1]].reshape(2, 4) / 255 @ weights, rtol=1e-5)


def test_pace_keeps_calls_short_and_counts_what_was_done():
    pace = Pace(1, most=64)
    for _ in range(12):
        pace.timed(pace.count, time.perf_counter())
    assert pace.count == 64
    pace.timed(64, time.perf_counter() - 6.4)
    assert pace.count == 1
    assert pace.done == 1 + 2 + 4 + 8 + 16 + 32 + 6 * 64 + 64


@pytest.mark.parametrize(("weight", "says"), [(0.5, Arrays), (np.nan, Progress)])
def test_a_trainer_says_its_weights_when_asked_unless_they_diverged(weight, says):
    weights = [np.full(3, weight, np.float32)]
    trainer = Trainer(lambda *_: StepMeans(1, 0, 1), itertools.repeat(np.zeros(2, np.int32)), 2, 0.1, lambda: weights)
    training = trainer.train_to(10, 10)
    assert next(training) == Progress(1, 10, {})
    event = training.send(Control(weights=True))
    assert type(event) is says
    if says is Arrays:
        assert (event.name, event.step, event.arrays["0"][0]) == ("latest", 1, 0.5)
        assert isinstance(next(training), Progress)
