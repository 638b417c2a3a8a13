"""Small CIFAR-10 networks trained within seconds, to show a mistake of the chapter's beside its mend."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.events import Event, Progress
from engine.experiments.training import build_evaluate, build_train_steps, draw_batches
from engine.models.augmentation import Prepare, build_prepare, prepare_undistorted
from engine.models.cifar import build_network
from engine.schedules import learning_rate
from engine.settings import CifarSettings
from engine.sources.cifar10 import Pictures

STEPS_A_POINT = 8
MOST_TESTED = 2_000


def train(settings: CifarSettings, pictures: Pictures) -> tuple[keras.Model, list[Event]]:
    """A network trained without a pause, and its training loss every `STEPS_A_POINT` steps."""
    model = build_network(settings)
    prepare = build_prepare(settings, tf.random.Generator.from_seed(settings.seed))
    train_steps = build_train_steps(
        model, pictures.train_images, pictures.train_labels, settings.optimizer, prepare=prepare
    )
    batches = draw_batches(np.random.default_rng(settings.seed), len(pictures.train_labels), settings.batch_size)
    events: list[Event] = []
    for step in range(0, settings.steps, STEPS_A_POINT):
        rates = [learning_rate(settings, s) for s in range(step, step + STEPS_A_POINT)]
        means = train_steps(np.stack([next(batches) for _ in rates]), np.array(rates, np.float32))
        events.append(Progress(step + STEPS_A_POINT, settings.steps, {"train_loss": means.loss}))
    return model, events


def answers_both_ways(
    model: keras.Model, pictures: Pictures, distortions: CifarSettings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each of at most `MOST_TESTED` test pictures is named right, as it is and distorted as for training."""
    count = len(pictures.test_labels)
    chosen = np.linspace(0, count - 1, min(count, MOST_TESTED)).astype(np.int32)
    distort = build_prepare(distortions, tf.random.Generator.from_seed(0))

    def right(prepare: Prepare) -> NDArray[np.bool_]:
        logits = build_evaluate(model, pictures.test_images, prepare)(chosen)
        answers: NDArray[np.bool_] = logits.argmax(axis=1) == pictures.test_labels[chosen]
        return answers

    return right(prepare_undistorted), right(distort)
