"""The lab's training loop against Keras `fit` and the chapter's: same network, digits and batches, no evaluation."""

import time

import keras
import numpy as np

from engine.experiments.training import build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits
from tests.benchmarks.chapter import chapter_session
from tests.benchmarks.comparison import Comparison, in_turn

STEPS = 200
STEPS_A_CALL = 5
SETTINGS = MnistSettings()


def compare(repeats: int, quick: bool = False) -> Comparison:
    steps = 50 if quick else STEPS
    sides = {
        "Keras fit": keras_fit(steps),
        "the chapter, a step a call": chapter_session(steps),
        "the lab's loop": lab_loop(steps),
    }
    return in_turn("Training the MNIST network", "images/s", sides, repeats)


def keras_fit(steps: int):
    digits = load_digits()
    network = build_network(SETTINGS)
    network.compile(
        keras.optimizers.SGD(SETTINGS.learning_rate, momentum=SETTINGS.momentum),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x = digits.train_images[..., np.newaxis].astype(np.float32) / 255
    epochs = steps * SETTINGS.batch_size // len(x)

    def fit() -> float:
        started = time.perf_counter()
        network.fit(x, digits.train_labels, batch_size=SETTINGS.batch_size, epochs=epochs, verbose=0)
        return epochs * len(x) / (time.perf_counter() - started)

    fit()
    return fit


def lab_loop(steps: int):
    digits = load_digits()
    network = build_network(SETTINGS)
    train_steps = build_train_steps(network, digits.train_images, digits.train_labels, momentum=SETTINGS.momentum)
    batches = draw_batches(np.random.default_rng(0), len(digits.train_images), SETTINGS.batch_size)
    rates = np.full(STEPS_A_CALL, SETTINGS.learning_rate, np.float32)

    def loop() -> float:
        started = time.perf_counter()
        for _ in range(steps // STEPS_A_CALL):
            train_steps(np.stack([next(batches) for _ in range(STEPS_A_CALL)]), rates)
        return steps * SETTINGS.batch_size / (time.perf_counter() - started)

    loop()
    return loop
