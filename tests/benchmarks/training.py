"""The lab's MNIST loop against Keras `fit`, PyTorch if here, and the chapter's: the same network, digits and batches.

No evaluation is timed. When all sides have done the same number of steps, each reads the test digits: they must have
learned alike. PyTorch is no requirement of the project: install a CPU build of it to have that side too.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np

from engine.device import has_bfloat16
from engine.experiments.training import build_evaluate, build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.models.precision import dtype_policy
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits
from tests.benchmarks.chapter import chapter_session
from tests.benchmarks.comparison import Comparison, Quality, Target, Work, in_turn

STEPS = 200
STEPS_A_CALL = 5
SETTINGS = MnistSettings()
TRAIN_IMAGES = 4_000
MULTIPLY_ADDS = 784 * 16 * 25 + 196 * 16 * 25 * 50 + 2450 * 100 + 100 * 10
WORK = (3 * MULTIPLY_ADDS - 784 * 16 * 25) * 2 / 1e9
"""Of an image: forward and both gradients of each layer, but for that of the pixels."""

TOLERANCE = 0.015
"""Two networks that have read 97% of 1,000 digits right differ by that much, by chance, one time in twenty."""

FIT, TORCH, FLOAT32, BFLOAT16 = "Keras fit", "PyTorch, eager", "the lab's loop, float32", "the lab's loop, bfloat16"


class Side(NamedTuple):
    """`train` does the steps of one turn; `accuracy` is the share of the test digits that is then read right."""

    train: Callable[[], None]
    accuracy: Callable[[], float]


def compare(repeats: int, quick: bool = False) -> Comparison:
    steps = STEPS // 5 if quick else STEPS
    sides = {FIT: keras_fit(steps)}
    if importlib.util.find_spec("torch"):
        from tests.benchmarks.training_torch import torch_loop

        sides[TORCH] = torch_loop(*train_digits(), *test_digits(), steps, SETTINGS)
    sides[FLOAT32] = lab_loop("float32", steps)
    if has_bfloat16():
        sides[BFLOAT16] = lab_loop("bfloat16", steps)
    timed = {name: images_a_second(side.train, steps) for name, side in sides.items()}
    comparison = in_turn(
        "Training the MNIST network",
        "images/s",
        timed | {"the chapter, a step a call": chapter_session(steps)},
        repeats,
        work=Work(WORK, {name: "bfloat16" if name == BFLOAT16 else "float32" for name in sides}),
        targets=(Target(BFLOAT16, FIT, at_least=1.5), Target(BFLOAT16, TORCH, at_least=2.2)),
    )
    accuracies = {name: side.accuracy() for name, side in sides.items()}
    title = f"test accuracy after {(1 + repeats) * steps:,} steps"
    return replace(comparison, quality=Quality(title, accuracies, TOLERANCE))


def images_a_second(train: Callable[[], None], steps: int) -> Callable[[], float]:
    """Measures a turn of `train`, which is run once before."""

    def measure() -> float:
        started = time.perf_counter()
        train()
        return steps * SETTINGS.batch_size / (time.perf_counter() - started)

    train()
    return measure


def train_digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load_digits()
    return digits.train_images[:TRAIN_IMAGES], digits.train_labels[:TRAIN_IMAGES]


def test_digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load_digits()
    return digits.test_images, digits.test_labels


def keras_fit(steps: int) -> Side:
    network = build_network(SETTINGS)
    network.compile(
        keras.optimizers.SGD(SETTINGS.learning_rate, momentum=SETTINGS.momentum),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    (x, y), (x_test, y_test) = [(i[..., np.newaxis].astype(np.float32) / 255, n) for i, n in both()]
    epochs = steps * SETTINGS.batch_size // len(x)

    def accuracy() -> float:
        return float(network.evaluate(x_test, y_test, batch_size=500, verbose=0)[1])

    return Side(lambda: network.fit(x, y, batch_size=SETTINGS.batch_size, epochs=epochs, verbose=0), accuracy)


def both() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    yield from (train_digits(), test_digits())


def lab_loop(precision: str, steps: int) -> Side:
    (images, labels), (test_images, test_labels) = both()
    network = build_network(SETTINGS, dtype_policy(precision))
    train_steps = build_train_steps(network, images, labels, momentum=SETTINGS.momentum)
    evaluate = build_evaluate(network, test_images)
    batches = draw_batches(np.random.default_rng(0), len(images), SETTINGS.batch_size)
    rates = np.full(STEPS_A_CALL, SETTINGS.learning_rate, np.float32)

    def train() -> None:
        for _ in range(steps // STEPS_A_CALL):
            train_steps(np.stack([next(batches) for _ in rates]), rates)

    def accuracy() -> float:
        parts = np.split(np.arange(len(test_images), dtype=np.int32), len(test_images) // 500)
        answers = np.concatenate([evaluate(part) for part in parts]).argmax(axis=1)
        return float(np.mean(answers == test_labels))

    return Side(train, accuracy)
