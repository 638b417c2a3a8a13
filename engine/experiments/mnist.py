"""MNIST: train the chapter's network and say how it goes. Chapter section "MNIST handwritten digits".

Better than the chapter: batches are drawn without replacement within an epoch, training loss and accuracy are measured
on each batch *before* the network learns from it, and the last evaluation takes every test image.
"""

import math
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.events import Beat, Completed, Event, Predictions, Progress
from engine.experiments.training import Evaluate, Pace, build_evaluate, build_train_steps, draw_batches
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


def run(settings: MnistSettings, digits: Digits) -> Iterator[Event]:
    """Train, with a `Progress` a chart point and `Predictions` of six test images; `Completed` has the test accuracy.

    A `Progress` between two points has no metrics: it says only how far the run is. Where the loss stops being a
    number the run ends early, and `diverged_at` in the result names the step.
    """
    rng = np.random.default_rng(settings.seed)
    model = build_network(settings)
    train_steps = build_train_steps(model, digits.train_images, digits.train_labels, settings.momentum)
    evaluate = build_evaluate(model, digits.test_images)
    batches = draw_batches(rng, len(digits.train_images), settings.batch_size)
    test = np.arange(len(digits.test_images), dtype=np.int32)
    sample = rng.permutation(test)[: settings.eval_size]
    points = chart_steps(settings)
    gallery_every = math.ceil(len(points) / MAX_GALLERIES)
    pace, test_pace = Pace(1, settings.batch_size), Pace(100, 1_000)
    step, metrics = 0, dict[str, float]()

    for number, point in enumerate(points):
        first, loss_sum, accuracy_sum = step, 0.0, 0.0
        while step < point:
            count = min(pace.count, point - step)
            started = time.perf_counter()
            loss, accuracy = train_steps(np.stack([next(batches) for _ in range(count)]), settings.learning_rate)
            pace.timed(count, started)
            step, loss_sum, accuracy_sum = step + count, loss_sum + loss * count, accuracy_sum + accuracy * count
            if step < point:
                yield Progress(step, settings.steps, {})
        logits = yield from _logits(evaluate, sample, test_pace)
        metrics = {"test_loss": _loss(logits, digits.test_labels[sample])}
        metrics["test_accuracy"] = _accuracy(logits, digits.test_labels[sample])
        if step > first:
            metrics["train_loss"] = loss_sum / (step - first)
            metrics["train_accuracy"] = accuracy_sum / (step - first)
            metrics["examples_per_second"] = pace.done * settings.batch_size / pace.seconds
        yield Progress(step, settings.steps, metrics)
        diverged = not math.isfinite(loss_sum)
        if number % gallery_every == 0 or point == settings.steps or diverged:
            yield _gallery(step, sample[:GALLERY], logits[:GALLERY], digits)
        if diverged:
            break

    logits = yield from _logits(evaluate, test, test_pace)
    yield Completed(
        {
            **_test_result(logits, digits.test_labels),
            "train_loss": metrics["train_loss"],
            "train_accuracy": metrics["train_accuracy"],
            "examples_per_second": metrics["examples_per_second"],
            "steps": step,
            "diverged_at": step if diverged else None,
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


def _logits(evaluate: Evaluate, indices: NDArray[np.int32], pace: Pace) -> Generator[Event, None, NDArray[np.float32]]:
    """Logits of the test images at `indices`, in calls short enough to be stopped between."""
    parts: list[NDArray[np.float32]] = []
    done = 0
    while done < len(indices):
        chunk = indices[done : done + pace.count]
        started = time.perf_counter()
        parts.append(evaluate(chunk))
        pace.timed(len(chunk), started)
        done += len(chunk)
        if done < len(indices):
            yield Beat()
    return np.concatenate(parts)


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


def _accuracy(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    return float(np.mean(logits.argmax(axis=1) == labels))


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
