"""MNIST: train the chapter's network and say how it goes. Chapter section "MNIST handwritten digits".

Better than the chapter: batches are drawn without replacement within an epoch, training loss and accuracy are measured
on each batch *before* the network learns from it, and the last evaluation takes every test image.
"""

import math
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from engine.checkpoints import checkpoint_steps, weights_event
from engine.device import precision_of
from engine.events import Arrays, Completed, Progress
from engine.experiments.measures import metrics_of, predictions, provenance, test_result
from engine.experiments.training import Evaluate, Steering, Trainer, build_evaluate, build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.models.precision import dtype_policy
from engine.settings import MnistSettings
from engine.sources.mnist import Digits, load_digits
from engine.statistics import softmax

GALLERY = 6
MAX_GALLERIES = 100
"""Galleries in a run at most: they are kept with the run, and a long one must not fill the memory."""


def load(data: Path | None = None) -> Digits:
    """The digits to train on."""
    return load_digits(data)


def run(settings: MnistSettings, digits: Digits) -> Steering[None]:
    """Train, with a `Progress` a chart point and `Predictions` of six test images; `Completed` has the test accuracy.

    `Arrays` named "weights" come at the start, at the end and at some points between, closer at first; "latest" when
    they are asked for; "test" at the end. A `Progress` between two points has no metrics: it says only how far the run
    is. Where the loss stops being a number the run ends early, and `diverged_at` in the result names the step.
    """
    rng = np.random.default_rng(settings.seed)
    model = build_network(settings, dtype_policy(precision_of(settings.precision)))
    train_steps = build_train_steps(model, digits.train_images, digits.train_labels, momentum=settings.momentum)
    batches = draw_batches(rng, len(digits.train_images), settings.batch_size)
    trainer = Trainer(train_steps, batches, settings.batch_size, settings.learning_rate, model.get_weights)
    evaluate = build_evaluate(model, digits.test_images)
    test = np.arange(len(digits.test_images), dtype=np.int32)
    metrics, diverged = yield from _train(
        settings, digits, model, trainer, evaluate, rng.permutation(test)[: settings.eval_size]
    )
    logits = yield from trainer.logits(evaluate, test)
    yield Arrays("test", trainer.step, {"labels": digits.test_labels, "probabilities": softmax(logits)})
    yield Completed(
        {
            **test_result(logits, digits.test_labels),
            **{name: metrics[name] for name in ("train_loss", "train_accuracy", "examples_per_second")},
            "steps": trainer.step,
            "diverged_at": trainer.step if diverged else None,
            "parameters": model.count_params(),
            "precision": precision_of(settings.precision),
            "train_images": len(digits.train_images),
            **provenance(digits.found),
        }
    )


def _train(
    settings: MnistSettings,
    digits: Digits,
    model: keras.Model,
    trainer: Trainer,
    evaluate: Evaluate,
    sample: NDArray[np.int32],
) -> Steering[tuple[dict[str, float], bool]]:
    """Train to the last step; the last point's values, and whether the loss stopped being a number."""
    points = chart_steps(settings)
    kept = checkpoint_steps(points, model.count_params())
    gallery_every = math.ceil(len(points) / MAX_GALLERIES)
    metrics, diverged = dict[str, float](), False

    for number, point in enumerate(points):
        means = yield from trainer.train_to(point, settings.steps)
        logits = yield from trainer.logits(evaluate, sample)
        metrics = metrics_of("test", logits, digits.test_labels[sample])
        if point:
            metrics |= {"train_loss": means.loss, "train_accuracy": means.accuracy}
            metrics["examples_per_second"] = trainer.images_per_second
        diverged = not math.isfinite(means.loss)
        # Before the step is told, at which the run may be paused.
        if point in kept and not diverged:
            yield from trainer.say(weights_event(point, model.get_weights()))
        yield from trainer.say(Progress(point, settings.steps, metrics))
        if number % gallery_every == 0 or point == settings.steps or diverged:
            shown = sample[:GALLERY]
            yield from trainer.say(
                predictions(point, digits.test_images[shown], digits.test_labels[shown], logits[:GALLERY])
            )
        if diverged:
            break
    return metrics, diverged


def chart_steps(settings: MnistSettings) -> list[int]:
    """The steps after which the network is evaluated: before the first, every `eval_every`, and after the last."""
    return [*range(0, settings.steps, settings.eval_every), settings.steps]
