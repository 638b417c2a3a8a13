"""Fine-tuning: a network that was trained on ImageNet learns other classes from few pictures.

Chapter section "How to fine-tune current CNN architectures?", which prepares the data and stops there. First a new head
learns on features of the frozen backbone, computed once; then the top blocks learn as well, at a tenth of the rate
(Yosinski et al., "How transferable are features in deep neural networks?", 2014).
"""

import math
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.checkpoints import weights_event
from engine.events import Arrays, Beat, Completed, Mark, Predictions, Progress
from engine.experiments.feature_cache import cached_maps
from engine.experiments.measures import metrics_of, predictions, provenance, recalls, test_result
from engine.experiments.training import Steering, Trainer, build_evaluate, build_train_steps, draw_batches
from engine.models.fine_tuned import Parts, as_scratch_input, build_parts, build_scratch
from engine.settings import FineTuningSettings
from engine.sources.examples import Examples, load_chosen
from engine.statistics import softmax

POINTS = 40
"""Points of the curves in each phase."""

GALLERY = 8
TUNE_RATE = 0.1
"""The learning rate above the cut, as a share of the head's: what ImageNet taught is to change little."""

Logits = NDArray[np.float32]


def load(data: Path | None = None) -> Path | None:
    """The folder to look for data in; which data, the settings say."""
    return data


def run(settings: FineTuningSettings, data: Path | None) -> Steering[None]:
    """Train; a `Progress` a chart point, a `Mark` and `Predictions` where the top blocks are unfrozen."""
    yield Beat()
    examples = _examples(settings, data)
    yield Progress(0, settings.steps, {})
    train = _from_scratch if settings.method == "scratch" else _transfer
    model, trainer, before, logits = yield from train(settings, examples)
    labels = examples.test_labels
    yield _gallery(trainer.step, examples, logits)
    yield Arrays("test", trainer.step, {"labels": labels, "probabilities": softmax(logits)})
    yield weights_event(trainer.step, model.get_weights())
    yield Completed(
        {
            **test_result(logits, labels),
            "head_test_accuracy": before,
            "class_accuracy": recalls(logits, labels, examples.names),
            "classes": list(examples.names),
            "examples_per_second": trainer.images_per_second,
            "steps": trainer.step,
            "diverged_at": None if np.isfinite(logits).all() else trainer.step,
            "parameters": model.count_params(),
            "train_images": len(examples.train_labels),
            **provenance(examples),
        }
    )


Trained = tuple[keras.Model, Trainer, float | None, Logits]
"""The network, its trainer, the test accuracy before the top was unfrozen, and the logits of the test pictures."""


def _transfer(settings: FineTuningSettings, examples: Examples) -> Steering[Trained]:
    parts = build_parts(settings, len(examples.names))
    yield Beat()
    images = (_with_mirrored(examples.train_images, settings), examples.validation_images, examples.test_images)
    maps = yield from _maps(settings, parts, images)
    features = []
    for part in maps:
        features.append((yield from _features(parts.top, part)))
    labels = np.tile(examples.train_labels, 1 + settings.flip)
    trainer = _trainer(settings, parts.head, features[0], labels, 0, settings.head_steps, settings.learning_rate)
    yield from _learn(settings, trainer, build_evaluate(parts.head, features[1], _as_is), examples, settings.head_steps)
    evaluate = build_evaluate(parts.head, features[2], _as_is)
    logits = yield from trainer.logits(evaluate, _all(examples.test_labels))
    if settings.method == "head":
        return parts.whole, trainer, None, logits
    before = float(np.mean(logits.argmax(axis=1) == examples.test_labels))
    yield _gallery(trainer.step, examples, logits)
    yield Arrays("test", trainer.step, {"labels": examples.test_labels, "probabilities": softmax(logits)})
    yield weights_event(trainer.step, parts.head.get_weights(), "head")
    yield Mark(trainer.step, f"top {settings.blocks} blocks unfrozen")
    model = keras.Sequential([parts.top, parts.head])
    rate = TUNE_RATE * settings.learning_rate
    trainer = _trainer(settings, model, maps[0], labels, settings.head_steps, settings.tune_steps, rate)
    yield from _learn(settings, trainer, build_evaluate(model, maps[1], _as_is), examples, settings.steps)
    logits = yield from trainer.logits(build_evaluate(model, maps[2], _as_is), _all(examples.test_labels))
    return parts.whole, trainer, before, logits


def _from_scratch(settings: FineTuningSettings, examples: Examples) -> Steering[Trained]:
    model = build_scratch(settings, len(examples.names))
    images, labels = _with_mirrored(examples.train_images, settings), np.tile(examples.train_labels, 1 + settings.flip)
    trainer = _trainer(settings, model, images, labels, 0, settings.steps, settings.learning_rate, as_scratch_input)
    evaluate = build_evaluate(model, examples.validation_images, as_scratch_input)
    yield from _learn(settings, trainer, evaluate, examples, settings.steps)
    test = build_evaluate(model, examples.test_images, as_scratch_input)
    logits = yield from trainer.logits(test, _all(examples.test_labels))
    return model, trainer, None, logits


def _learn(
    settings: FineTuningSettings,
    trainer: Trainer,
    evaluate: Callable[[NDArray[np.int32]], Logits],
    examples: Examples,
    last: int,
) -> Steering[None]:
    """Train until step `last`, with points of the curves on the way."""
    first = trainer.step
    for point in sorted({*range(first, last, math.ceil((last - first) / POINTS)), last}):
        means = yield from trainer.train_to(point, settings.steps)
        logits = yield from trainer.logits(evaluate, _all(examples.validation_labels))
        metrics = metrics_of("validation", logits, examples.validation_labels)
        metrics["learning_rate"] = trainer.learning_rate
        if point > first:
            metrics |= {
                "train_loss": means.loss,
                "train_accuracy": means.accuracy,
                "examples_per_second": trainer.images_per_second,
            }
        yield from trainer.say(Progress(point, settings.steps, metrics))


def _maps(
    settings: FineTuningSettings, parts: Parts, images: tuple[NDArray[np.uint8], ...]
) -> Steering[list[NDArray[np.float16]]]:
    """Those of the frozen part for each set of images; `features` of the progress is the share that is done."""
    name = f"{settings.backbone} {parts.cut}"
    total, done, made = sum(map(len, images)), 0, []
    for some in images:
        made.append((yield from cached_maps(parts.lower, name, some, settings.size)))
        done += len(some)
        yield Progress(0, settings.steps, {"features": done / total})
    return made


def _features(top: keras.Model, maps: NDArray[np.float16]) -> Steering[Logits]:
    evaluate = build_evaluate(top, maps, _as_is)
    parts = []
    for start in range(0, len(maps), 64):
        parts.append(evaluate(np.arange(start, min(start + 64, len(maps)), dtype=np.int32)))
        yield Beat()
    return np.concatenate(parts)


def _trainer(
    settings: FineTuningSettings,
    model: keras.Model,
    inputs: NDArray[np.generic],
    labels: NDArray[np.int32],
    first: int,
    steps: int,
    rate: float,
    prepare: Callable[[tf.Tensor], tf.Tensor] | None = None,
) -> Trainer:
    """A trainer from step `first` on whose rate falls to zero along half a cosine."""
    train_steps = build_train_steps(model, inputs, labels, "adam", prepare=prepare or _as_is)
    batches = draw_batches(np.random.default_rng(settings.seed), len(labels), settings.batch_size)
    trainer = Trainer(
        train_steps,
        batches,
        settings.batch_size,
        lambda step: rate * (1 + math.cos(math.pi * (step - first) / steps)) / 2,
    )
    trainer.step = first
    return trainer


def _examples(settings: FineTuningSettings, data: Path | None) -> Examples:
    amount = (settings.per_class, settings.test_images, settings.seed)
    return load_chosen(settings.folder, settings.side, *amount, data)


def _with_mirrored(images: NDArray[np.uint8], settings: FineTuningSettings) -> NDArray[np.uint8]:
    return np.concatenate([images, images[:, :, ::-1]]) if settings.flip else images


def _gallery(step: int, examples: Examples, logits: Logits) -> Predictions:
    chosen = np.linspace(0, len(logits) - 1, min(GALLERY, len(logits))).astype(int)
    return predictions(step, examples.test_images[chosen], examples.test_labels[chosen], logits[chosen])


def _all(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.arange(len(labels), dtype=np.int32)


def _as_is(inputs: tf.Tensor) -> tf.Tensor:
    return tf.cast(inputs, tf.float32)
