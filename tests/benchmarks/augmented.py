"""The CIFAR-10 network with the chapter's augmentation: the lab, Keras `fit`, PyTorch if here, the chapter's queue.

The same layers, first weights, pictures, batches of 128 and distortions everywhere. The loss of the last turn must be
alike: it is measured on each batch before the step that learns from it. The pictures are Photo-10, which comes with the
app. PyTorch is no requirement of the project: install a CPU build of it to have that side too.
"""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from engine.device import has_bfloat16
from engine.experiments.training import build_train_steps, draw_batches
from engine.models.augmentation import build_prepare
from engine.models.cifar import build_network
from engine.settings import CifarSettings
from engine.sources.catalog import CIFAR10
from engine.sources.locate import locate_embedded
from engine.sources.photo10 import read_photo10
from tests.benchmarks.chapter import chapter_queue
from tests.benchmarks.comparison import Comparison, Quality, Target, Work, in_turn

STEPS = 40
STEPS_A_CALL = 5
BATCH = 128
RATE = 0.05
CHAPTER = {"crop": "random", "batch_size": BATCH}
MULTIPLY_ADDS = 576 * 75 * 64 + 144 * 1600 * 64 + 2304 * 384 + 384 * 192 + 192 * 10
WORK = (3 * MULTIPLY_ADDS - 576 * 75 * 64) * 2 / 1e9
"""Of an image: forward and both gradients of each layer, but for that of the pixels."""

TOLERANCE = 0.15
"""In nats: how far apart the losses of two runs with other batches and distortions lie, by chance."""

FIT, TORCH, QUEUE = "Keras fit with tf.data", "PyTorch, eager", "the chapter's queue, a step a call"
FLOAT32, BFLOAT16 = "the lab's loop, float32", "the lab's loop, bfloat16"

Train = Callable[[], float]
"""Does the steps of one turn and returns their mean loss."""


def compare(repeats: int, quick: bool = False) -> Comparison:
    steps = 5 if quick else STEPS
    images, labels = pictures()
    trains = {FIT: keras_fit(images, labels, steps), FLOAT32: lab_loop(images, labels, "float32", steps)}
    if has_bfloat16():
        trains[BFLOAT16] = lab_loop(images, labels, "bfloat16", steps)
    if importlib.util.find_spec("torch"):
        from tests.benchmarks.augmented_torch import torch_loop

        trains[TORCH] = torch_loop(images, labels, steps, BATCH, RATE)
    in_steps = chapter_queue(images, labels, distort, plain_network(), BATCH, RATE)
    trains[QUEUE] = lambda: in_steps(steps)
    losses: dict[str, float] = {}
    comparison = in_turn(
        "Training the CIFAR-10 network with augmentation",
        "images/s",
        {name: images_a_second(train, steps, name, losses) for name, train in trains.items()},
        repeats,
        work=Work(WORK, {name: "bfloat16" if name == BFLOAT16 else "float32" for name in trains}),
        targets=(Target(BFLOAT16, FIT, at_least=2.5), Target(BFLOAT16, TORCH, at_least=3.0)),
    )
    title = f"training loss over steps {repeats * steps + 1:,} to {(1 + repeats) * steps:,}"
    return replace(comparison, quality=Quality(title, losses, TOLERANCE))


def images_a_second(train: Train, steps: int, name: str, losses: dict[str, float]) -> Callable[[], float]:
    """Measures a turn of `train`, which is run once before, and puts its loss into `losses`."""

    def measure() -> float:
        started = time.perf_counter()
        losses[name] = train()
        return steps * BATCH / (time.perf_counter() - started)

    train()
    return measure


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """uint8 [4000, 32, 32, 3] and int32 [4000], the classes mixed."""
    images, labels, *_ = read_photo10(locate_embedded(CIFAR10).paths)
    order = np.random.default_rng(0).permutation(len(labels))
    return images[order], labels[order].astype(np.int32)


def lab_loop(images: np.ndarray, labels: np.ndarray, precision: str, steps: int) -> Train:
    settings = CifarSettings(**CHAPTER, precision=precision)
    prepare = build_prepare(settings, tf.random.Generator.from_seed(0))
    train_steps = build_train_steps(build_network(settings), images, labels, "sgd", prepare=prepare)
    batches = draw_batches(np.random.default_rng(0), len(images), BATCH)
    rates = np.full(STEPS_A_CALL, RATE, np.float32)

    def train() -> float:
        calls = [train_steps(np.stack([next(batches) for _ in rates]), rates) for _ in range(steps // STEPS_A_CALL)]
        return float(np.mean([means.loss for means in calls]))

    return train


def keras_fit(images: np.ndarray, labels: np.ndarray, steps: int) -> Train:
    network = plain_network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(RATE), loss, metrics=["accuracy"])
    shuffled = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).repeat()
    batches = shuffled.map(distort, tf.data.AUTOTUNE).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    return lambda: float(network.fit(batches, steps_per_epoch=steps, verbose=0).history["loss"][-1])


def distort(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    x = tf.cast(tf.image.random_crop(image, [24, 24, 3]), tf.float32)
    x = tf.image.random_flip_left_right(x)
    x = tf.image.random_brightness(x, 63)
    x = tf.image.random_contrast(x, 0.2, 1.8)
    return tf.image.per_image_standardization(x), label


def plain_network() -> keras.Sequential:
    seeds = iter(range(5))

    def start() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=0.05, seed=next(seeds))

    def unit() -> list[keras.layers.Layer]:
        return [
            keras.layers.Conv2D(64, 5, padding="same", activation="relu", kernel_initializer=start()),
            keras.layers.MaxPooling2D(3, 2, padding="same"),
            keras.layers.Lambda(lambda x: tf.nn.local_response_normalization(x, 5, 2.0, 1e-3, 0.75)),
        ]

    def dense(units: int, activation: str | None) -> keras.layers.Layer:
        return keras.layers.Dense(units, activation, kernel_initializer=start())

    hidden = [*unit(), *unit(), keras.layers.Flatten(), dense(384, "relu"), dense(192, "relu")]
    return keras.Sequential([keras.Input((24, 24, 3)), *hidden, dense(10, None)])
