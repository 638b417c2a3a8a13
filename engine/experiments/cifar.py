"""CIFAR-10: train the chapter's second network, or a mended one, and say how it goes. Chapter section "CIFAR-10".

Better than the chapter: the schedule of the learning rate is followed, no test picture is distorted, a tenth of the
training pictures is kept apart to look at on the way, and the end takes every test picture and not one batch of 128.
"""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.checkpoints import checkpoint_steps, weights_event
from engine.device import precision_of
from engine.events import Arrays, ClassAccuracy, Completed, Event, Progress, Snapshot
from engine.experiments.measures import metrics_of, predictions, provenance, recalls, test_result
from engine.experiments.training import (
    Evaluate,
    Steering,
    StepMeans,
    Trainer,
    build_evaluate,
    build_train_steps,
    draw_batches,
    tensor_of,
)
from engine.kernel_pictures import kernels_png
from engine.memory import give_back
from engine.models.augmentation import build_prepare, prepare_undistorted
from engine.models.cifar import build_network
from engine.schedules import learning_rate
from engine.settings import CifarSettings
from engine.sources.cifar10 import Pictures, load_pictures
from engine.statistics import softmax

GALLERY = 6
MAX_PICTURES = 60
"""Galleries and pictures of kernels in a run at most: they stay in memory with it."""

POINTS_A_LOOK = 10
"""Points of the training curves from one look at the validation pictures to the next."""


def load(data: Path | None = None) -> Pictures:
    """The pictures to train on."""
    pictures = load_pictures(data)
    # What the archive was unpacked into: 120 MB.
    give_back()
    return pictures


def run(settings: CifarSettings, pictures: Pictures) -> Steering[None]:
    """Train; a `Progress` a chart point; every `eval_every` steps validation, also by class, pictures, the kernels.

    A `Progress` between two points has no metrics. Where the loss stops being a number the run ends early, and
    `diverged_at` in the result names the step. `Completed` has the accuracy on all test pictures.
    """
    model = build_network(settings)
    images = tensor_of(pictures.train_images)
    train, validation = split(pictures.train_labels)
    trainer = _trainer(settings, model, images, pictures.train_labels, train)
    evaluate = build_evaluate(model, images, prepare_undistorted)
    metrics, diverged = yield from _train(settings, pictures, model, trainer, evaluate, validation)

    everything = np.arange(len(pictures.test_labels), dtype=np.int32)
    test = build_evaluate(model, pictures.test_images, prepare_undistorted)
    logits = yield from trainer.logits(test, everything)
    yield Arrays("test", trainer.step, {"labels": pictures.test_labels, "probabilities": softmax(logits)})
    names = ("train_loss", "train_accuracy", "validation_accuracy", "examples_per_second")
    yield Completed(
        {
            **test_result(logits, pictures.test_labels),
            **{name: metrics[name] for name in names},
            "class_accuracy": recalls(logits, pictures.test_labels, pictures.names),
            "classes": list(pictures.names),
            "steps": trainer.step,
            "diverged_at": trainer.step if diverged else None,
            "parameters": model.count_params(),
            "precision": precision_of(settings.precision),
            "train_images": len(train),
            "validation_images": len(validation),
            **provenance(pictures.found),
        }
    )


def _train(
    settings: CifarSettings,
    pictures: Pictures,
    model: keras.Model,
    trainer: Trainer,
    evaluate: Evaluate,
    validation: NDArray[np.int32],
) -> Steering[tuple[dict[str, float], bool]]:
    """Train to the last step; the last point's values, and whether the loss stopped being a number."""
    looks = look_steps(settings)
    pictured = {*looks[:: math.ceil(len(looks) / MAX_PICTURES)], settings.steps}
    kept = checkpoint_steps(looks, model.count_params())
    metrics, diverged = dict[str, float](), False

    for point in chart_steps(settings):
        means = yield from trainer.train_to(point, settings.steps)
        diverged = not math.isfinite(means.loss)
        metrics = _metrics(trainer, means) if point else {}
        logits = None
        if point in looks or diverged:
            logits = yield from trainer.logits(evaluate, validation)
            metrics |= metrics_of("validation", logits, pictures.train_labels[validation])
        # Before the step is told, at which the run may be paused.
        if point in kept and not diverged:
            yield from trainer.say(weights_event(point, model.get_weights()))
        # As it is by now: somebody may have set another while the pictures were looked at.
        rate = {"learning_rate": trainer.learning_rate}
        yield from trainer.say(Progress(point, settings.steps, metrics | rate))
        if logits is not None:
            shares = recalls(logits, pictures.train_labels[validation], pictures.names)
            yield from trainer.say(ClassAccuracy(point, shares))
        if logits is not None and (point in pictured or diverged):
            for event in _look(point, model, pictures, validation, logits):
                yield from trainer.say(event)
        if diverged:
            break
    return metrics, diverged


def look_steps(settings: CifarSettings) -> list[int]:
    """The steps after which the validation pictures are looked at: before the first, every `eval_every`, the last."""
    return [*range(0, settings.steps, settings.eval_every), settings.steps]


def chart_steps(settings: CifarSettings) -> list[int]:
    """The steps after which the charts get a point: `POINTS_A_LOOK` from one look to the next."""
    every = math.ceil(settings.eval_every / POINTS_A_LOOK)
    return sorted({*range(0, settings.steps, every), *look_steps(settings)})


def split(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Indices int32 to train on, and to validate with: of each class the last tenth, at least one."""
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    last = [of_class[-max(1, len(of_class) // 10) :] for of_class in places]
    validation = np.sort(np.concatenate(last)).astype(np.int32)
    return np.setdiff1d(np.arange(len(labels), dtype=np.int32), validation), validation


def _trainer(
    settings: CifarSettings, model: keras.Model, images: tf.Tensor, labels: NDArray[np.int32], train: NDArray[np.int32]
) -> Trainer:
    prepare = build_prepare(settings, tf.random.Generator.from_seed(settings.seed))
    train_steps = build_train_steps(model, images, labels, settings.optimizer, l2=settings.l2, prepare=prepare)
    batches = draw_batches(np.random.default_rng(settings.seed), train, settings.batch_size)
    rate_of = partial(learning_rate, settings)
    return Trainer(train_steps, batches, settings.batch_size, rate_of, model.get_weights)


def _metrics(trainer: Trainer, means: StepMeans) -> dict[str, float]:
    return {
        "train_loss": means.loss,
        "train_accuracy": means.accuracy,
        "gradient_norm": means.gradient_norm,
        "examples_per_second": trainer.images_per_second,
    }


def _look(
    step: int, model: keras.Model, pictures: Pictures, validation: NDArray[np.int32], logits: NDArray[np.float32]
) -> Iterator[Event]:
    """What the network says of a few validation pictures of all classes, and the kernels of its first layer."""
    chosen = np.linspace(0, len(validation) - 1, GALLERY).astype(int)
    shown = validation[chosen]
    yield predictions(step, pictures.train_images[shown], pictures.train_labels[shown], logits[chosen])
    yield Snapshot(step, kernels_png(model.get_weights()[0]), "kernels")
