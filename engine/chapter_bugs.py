"""Mistakes of the chapter's MNIST program beside their mends, on numbers; what needs a worker says so."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.imports import load_module
from engine.models.layers import mnist_layers
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits

EVALUATION = 500
"""Test images in one of the chapter's evaluations."""

PAIRS, PAIR_IMAGES = 4, 1_000
SMALL = MnistSettings(
    steps=120, batch_size=25, learning_rate=0.15, momentum=0.0, conv1_features=6, conv2_features=12, dense_size=24
)
"""The networks that show what drawing with replacement does: three epochs of 1,000 digits."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How often each training image was seen: int64 [images] each, by the chapter's drawing and in epochs."""

    drawn: NDArray[np.int64]
    epochs: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of networks that differ in how their batches were drawn: test accuracies float64 [pairs, steps] each."""

    steps: list[int]
    drawn: NDArray[np.float64]
    epochs: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flattened:
    """The numbers that reach the dense layer: as the chapter computes them, as they are, and what TensorFlow says.

    error: TensorFlow's own words, empty where the sizes happen to agree.
    """

    chapter: int
    real: int
    error: str


def sampled_accuracies(correct: NDArray[np.bool_], times: int, seed: int) -> NDArray[np.float64]:
    """The chapter's evaluation `times` over: each is the share of right answers among 500 drawn with replacement."""
    rng = np.random.default_rng(seed)
    return correct[rng.choice(len(correct), size=(times, EVALUATION))].mean(axis=1)


def times_seen(images: int, batch_size: int, epochs: int, seed: int) -> Seen:
    """Draw as many batches as make `epochs` epochs, as the chapter does and as the lab does.

    The lab's own batches come from its training loop, whose module imports TensorFlow: call it on a worker.
    """
    rng = np.random.default_rng(seed)
    steps = epochs * images // batch_size
    drawn = rng.choice(images, size=steps * batch_size)
    batches = load_module("engine.experiments.training").draw_batches(rng, images, batch_size)
    in_epochs = np.concatenate([next(batches) for _ in range(steps)])
    return Seen(np.bincount(drawn, minlength=images), np.bincount(in_epochs, minlength=images))


def train_both_ways(seed: int, steps: int = SMALL.steps) -> Pairs:
    """Train `PAIRS` pairs of small networks, some seconds in all; for a worker."""
    short = load_module("engine.experiments.short_mnist")
    settings = replace(SMALL, seed=seed * PAIRS, steps=steps)
    return Pairs(*short.train_pairs(settings, load_digits(), PAIR_IMAGES, PAIRS))


def flatten(pool1: int, pool2: int) -> Flattened:
    """Run the chapter's layers for these pooling windows, with the chapter's size of the dense layer, in TensorFlow."""
    side = 28 // (pool1 * pool2)
    features = MnistSettings().conv2_features
    chapter = side * side * features
    height, width, maps = mnist_layers(MnistSettings(pool1=pool1, pool2=pool2))[4].shape
    error: str = load_module("engine.models.chapter_flatten").run_chapter_layers(pool1, pool2, chapter)
    return Flattened(chapter, height * width * maps, error)
