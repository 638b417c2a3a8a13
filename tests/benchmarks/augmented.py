"""The CIFAR-10 network with the chapter's augmentation: the lab's loop, Keras `fit` fed by `tf.data`, PyTorch if here.

The same layers, random pictures, batches of 128 and distortions everywhere; PyTorch is no requirement of the project:
install a CPU build of it to have that side too.
"""

import importlib.util
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from engine.experiments.training import build_train_steps, draw_batches
from engine.models.augmentation import build_prepare
from engine.models.cifar import build_network
from engine.settings import CifarSettings
from tests.benchmarks.comparison import Comparison, in_turn

STEPS = 40
STEPS_A_CALL = 5
BATCH = 128
CHAPTER = {"crop": "random", "batch_size": BATCH}
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (10_000, 32, 32, 3), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 10_000).astype(np.int32)


def compare(repeats: int, quick: bool = False) -> Comparison:
    steps = 5 if quick else STEPS
    sides = {
        "Keras fit with tf.data": keras_fit(steps),
        "the lab's loop, float32": lab_loop("float32", steps),
        "the lab's loop, bfloat16": lab_loop("bfloat16", steps),
    }
    if importlib.util.find_spec("torch"):
        from tests.benchmarks.augmented_torch import torch_loop

        sides["PyTorch, eager"] = torch_loop(IMAGES, LABELS, steps, BATCH)
    return in_turn("Training the CIFAR-10 network with augmentation", "images/s", sides, repeats)


def timed(run: Callable[[], None], steps: int) -> Callable[[], float]:
    """Images a second of `run`, which does `steps` steps; it is run once before."""

    def measure() -> float:
        started = time.perf_counter()
        run()
        return steps * BATCH / (time.perf_counter() - started)

    run()
    return measure


def lab_loop(precision: str, steps: int) -> Callable[[], float]:
    settings = CifarSettings(**CHAPTER, precision=precision)
    prepare = build_prepare(settings, tf.random.Generator.from_seed(0))
    train_steps = build_train_steps(build_network(settings), IMAGES, LABELS, "sgd", prepare=prepare)
    batches = draw_batches(np.random.default_rng(0), len(IMAGES), BATCH)
    rates = np.full(STEPS_A_CALL, 0.01, np.float32)

    def loop() -> None:
        for _ in range(steps // STEPS_A_CALL):
            train_steps(np.stack([next(batches) for _ in rates]), rates)

    return timed(loop, steps)


def keras_fit(steps: int) -> Callable[[], float]:
    network = plain_network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(0.01), loss, metrics=["accuracy"])
    pictures = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).shuffle(1_000).repeat()
    batches = pictures.map(distort, tf.data.AUTOTUNE).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    return timed(lambda: network.fit(batches, steps_per_epoch=steps, verbose=0), steps)


def distort(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    x = tf.cast(tf.image.random_crop(image, [24, 24, 3]), tf.float32)
    x = tf.image.random_flip_left_right(x)
    x = tf.image.random_brightness(x, 63)
    x = tf.image.random_contrast(x, 0.2, 1.8)
    return tf.image.per_image_standardization(x), label


def plain_network() -> keras.Sequential:
    def unit() -> list[keras.layers.Layer]:
        return [
            keras.layers.Conv2D(64, 5, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(3, 2, padding="same"),
            keras.layers.Lambda(lambda x: tf.nn.local_response_normalization(x, 5, 2.0, 1e-3, 0.75)),
        ]

    dense = [keras.layers.Dense(384, "relu"), keras.layers.Dense(192, "relu"), keras.layers.Dense(10)]
    return keras.Sequential([keras.Input((24, 24, 3)), *unit(), *unit(), keras.layers.Flatten(), *dense])
