"""MNIST: train the chapter's network and say how it goes. Chapter section "MNIST handwritten digits".

Better than the chapter: batches are drawn without replacement within an epoch, training loss and accuracy are measured
on each batch *before* the network learns from it, and the last evaluation takes every test image.
"""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.checkpoints import checkpoint_steps, weights_event
from engine.events import Arrays, Completed, Predictions, Progress
from engine.experiments.training import Steering, Trainer, build_evaluate, build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.settings import MnistSettings
from engine.sources.mnist import Digits, load_digits
from engine.statistics import wilson_interval

GALLERY = 6
MAX_GALLERIES = 100
"""Galleries in a run at most: they are kept with the run, and a long one must not fill the memory."""


def load(data: Path | None = None) -> Digits:
    """The digits to train on."""
    return load_digits(data)


def run(settings: MnistSettings, digits: Digits) -> Steering[None]:
    """Train, with a `Progress` a chart point and `Predictions` of six test images; `Completed` has the test accuracy.

    `Arrays` named "weights" come at the start, at the end and at some points between, closer at first; "test" at the
    end. A `Progress` between two points has no metrics: it says only how far the run is. Where the loss stops being a
    number the run ends early, and `diverged_at` in the result names the step.
    """
    rng = np.random.default_rng(settings.seed)
    model = build_network(settings)
    train_steps = build_train_steps(model, digits.train_images, digits.train_labels, momentum=settings.momentum)
    batches = draw_batches(rng, len(digits.train_images), settings.batch_size)
    trainer = Trainer(train_steps, batches, settings.batch_size, settings.learning_rate)
    evaluate = build_evaluate(model, digits.test_images)
    test = np.arange(len(digits.test_images), dtype=np.int32)
    sample = rng.permutation(test)[: settings.eval_size]
    points = chart_steps(settings)
    kept = checkpoint_steps(points, model.count_params())
    gallery_every = math.ceil(len(points) / MAX_GALLERIES)
    metrics, diverged = dict[str, float](), False

    for number, point in enumerate(points):
        means = yield from trainer.train_to(point, settings.steps)
        logits = yield from trainer.logits(evaluate, sample)
        metrics = _test_metrics(logits, digits.test_labels[sample])
        if point:
            metrics |= {"train_loss": means.loss, "train_accuracy": means.accuracy}
            metrics["examples_per_second"] = trainer.images_per_second
        yield from trainer.say(Progress(point, settings.steps, metrics))
        diverged = not math.isfinite(means.loss)
        if number % gallery_every == 0 or point == settings.steps or diverged:
            yield from trainer.say(_gallery(point, sample[:GALLERY], logits[:GALLERY], digits))
        if point in kept and not diverged:
            yield from trainer.say(weights_event(point, model.get_weights()))
        if diverged:
            break

    logits = yield from trainer.logits(evaluate, test)
    yield Arrays("test", trainer.step, {"labels": digits.test_labels, "probabilities": softmax(logits)})
    yield Completed(
        {
            **_test_result(logits, digits.test_labels),
            **{name: metrics[name] for name in ("train_loss", "train_accuracy", "examples_per_second")},
            "steps": trainer.step,
            "diverged_at": trainer.step if diverged else None,
            "parameters": model.count_params(),
            "train_images": len(digits.train_images),
            "data": digits.found.describe,
            "real_data": digits.found.real,
            "remark": digits.found.remark,
        }
    )


def chart_steps(settings: MnistSettings) -> list[int]:
    """The steps after which the network is evaluated: before the first, every `eval_every`, and after the last."""
    return [*range(0, settings.steps, settings.eval_every), settings.steps]


def _gallery(step: int, indices: NDArray[np.int32], logits: NDArray[np.float32], digits: Digits) -> Predictions:
    return Predictions(
        step,
        digits.test_images[indices],
        digits.test_labels[indices],
        logits.argmax(axis=1).astype(np.int32),
        softmax(logits),
    )


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities [n, classes] of logits [n, classes], safe for large ones."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def _loss(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Mean cross-entropy in nats, of the logits and not of their rounded probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def _test_metrics(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> dict[str, float]:
    return {"test_loss": _loss(logits, labels), "test_accuracy": float(np.mean(logits.argmax(axis=1) == labels))}


def _test_result(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> dict[str, float | int]:
    correct = int(np.sum(logits.argmax(axis=1) == labels))
    low, high = wilson_interval(correct, len(labels))
    return {
        "test_accuracy": correct / len(labels),
        "test_accuracy_low": low,
        "test_accuracy_high": high,
        "test_correct": correct,
        "test_images": len(labels),
    }
