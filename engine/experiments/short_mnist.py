"""Pairs of small MNIST networks trained within seconds, alike but for how their batches are drawn."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.experiments.training import build_evaluate, build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.settings import MnistSettings
from engine.sources.mnist import Digits

POINTS = 12
"""Evaluations of each network, evenly spaced."""

Batches = Iterator[NDArray[np.int32]]


def train_pairs(
    settings: MnistSettings, digits: Digits, images: int, pairs: int
) -> tuple[list[int], NDArray[np.float64], NDArray[np.float64]]:
    """Steps, and the test accuracies [pairs, points] after them: of batches drawn with replacement, and in epochs.

    All learn from the same `images` digits by plain gradient descent; the two of a pair start from the same weights.
    """
    chosen = np.random.default_rng(settings.seed).permutation(len(digits.train_images))[:images]
    model = build_network(settings)
    train = build_train_steps(model, digits.train_images[chosen], digits.train_labels[chosen], "sgd")
    evaluate = build_evaluate(model, digits.test_images)
    every = settings.steps // POINTS
    rates = np.full(every, settings.learning_rate, np.float32)

    def accuracies(start: list[NDArray[np.float32]], batches: Batches) -> list[float]:
        model.set_weights(start)
        found = []
        for _ in range(POINTS):
            train(np.stack([next(batches) for _ in range(every)]), rates)
            parts = np.array_split(np.arange(len(digits.test_images), dtype=np.int32), len(digits.test_images) // 250)
            answers = np.concatenate([evaluate(part) for part in parts]).argmax(axis=1)
            found.append(float(np.mean(answers == digits.test_labels)))
        return found

    drawn, in_epochs = [], []
    for seed in range(settings.seed, settings.seed + pairs):
        start = build_network(replace(settings, seed=seed)).get_weights()
        drawn.append(accuracies(start, with_replacement(np.random.default_rng(seed), images, settings.batch_size)))
        in_epochs.append(accuracies(start, draw_batches(np.random.default_rng(seed), images, settings.batch_size)))
    return [every * number for number in range(1, POINTS + 1)], np.array(drawn), np.array(in_epochs)


def with_replacement(rng: np.random.Generator, images: int, batch_size: int) -> Batches:
    """The chapter's batches: each digit of each batch is any of the `images`."""
    while True:
        yield rng.choice(images, size=batch_size).astype(np.int32)
