"""Train the network that comes with the app: `python -m engine.experiments.train_shipped_cifar`, with CNN_LAB_DATA set.

Takes the 50,000 training pictures of CIFAR-10, each time shifted by up to four pixels, one half of them mirrored. The
test pictures decide nothing; they are counted once, at the end. After every epoch the network is written beside the
weights as `shipped_cifar.last.npz`, so that a run that was interrupted is not lost.
"""

import math
import time
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from engine.events import Event, Progress
from engine.experiments.training import build_evaluate, build_train_steps, draw_batches
from engine.models.augmentation import crop_and_flip
from engine.models.shipped_cifar import FILE, as_input, build_network, load_network, save_weights, whiten
from engine.schedules import one_cycle
from engine.sources.cifar10 import Pictures, load_pictures

EPOCHS = 14
BATCH = 256
PEAK_RATE = 0.1
L2 = 5e-4
SHIFT = 4
STEPS_A_CALL = 4


def distort(images: tf.Tensor, rng: tf.random.Generator) -> tf.Tensor:
    """uint8 [n, 32, 32, 3] shifted by up to `SHIFT` pixels, half of them mirrored, as the network's input."""
    n = tf.shape(images)[0]
    corners = rng.uniform([2, n], -SHIFT, SHIFT + 1, tf.int32)
    return as_input(crop_and_flip(images, corners[0], corners[1], rng.uniform([n]) < 0.5, 32))


def train(network: keras.Model, pictures: Pictures, epochs: int = EPOCHS, seed: int = 0) -> Iterator[Event]:
    """Train `network` in place, one cycle of the learning rate; says the training loss after every epoch."""
    rng = tf.random.Generator.from_seed(seed)
    whiten(network, pictures.train_images[:5_000])
    train_steps = build_train_steps(
        network, pictures.train_images, pictures.train_labels, "nesterov", 0.9, L2, lambda images: distort(images, rng)
    )
    batches = draw_batches(np.random.default_rng(seed), len(pictures.train_images), BATCH)
    an_epoch = math.ceil(len(pictures.train_images) / BATCH)
    steps, losses, started = epochs * an_epoch, list[float](), time.perf_counter()
    for step in range(0, steps, STEPS_A_CALL):
        rates = [PEAK_RATE * one_cycle(s, steps, 0, 0) for s in range(step, step + STEPS_A_CALL)]
        means = train_steps(np.stack([next(batches) for _ in rates]), np.array(rates, np.float32))
        losses.append(means.loss)
        if len(losses) * STEPS_A_CALL >= an_epoch:
            speed = (step + STEPS_A_CALL) * BATCH / (time.perf_counter() - started)
            yield Progress(step, steps, {"train_loss": float(np.mean(losses)), "examples_per_second": speed})
            losses.clear()


def accuracy(network: keras.Model, pictures: Pictures) -> float:
    """The share of the test pictures that is named right."""
    evaluate = build_evaluate(network, pictures.test_images, as_input)
    count = len(pictures.test_images)
    chunks = np.array_split(np.arange(count, dtype=np.int32), math.ceil(count / 500))
    named = np.concatenate([evaluate(chunk).argmax(axis=1) for chunk in chunks])
    return float(np.mean(named == pictures.test_labels))


def main() -> None:
    """Train, write the weights, read them back in float32 and count the test pictures."""
    pictures = load_pictures()
    print(pictures.found.describe, pictures.found.remark, flush=True)
    network = build_network(precision="bfloat16")
    for event in train(network, pictures):
        save_weights(network, FILE.with_suffix(".last.npz"))
        print(event, flush=True)
    save_weights(network)
    FILE.with_suffix(".last.npz").unlink(missing_ok=True)
    right = accuracy(load_network(), pictures)
    print(
        f"{FILE.name}: {FILE.stat().st_size:,} bytes; {right:.2%} of {len(pictures.test_labels):,} test pictures right"
    )


if __name__ == "__main__":
    main()
