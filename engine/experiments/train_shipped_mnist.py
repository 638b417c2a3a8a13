"""Train the network that comes with the app: `python -m engine.experiments.train_shipped_mnist`, with CNN_LAB_DATA set.

Takes the whole of MNIST, every digit also a few times a little turned, sheared, scaled, shifted, thinner or thicker:
what is drawn with a mouse varies in just these ways. The test digits decide nothing; they are counted once, at the end.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from engine.events import Event, Progress
from engine.experiments.training import Trainer, build_evaluate, build_train_steps, draw_batches
from engine.models.mnist import build_network
from engine.models.shipped_mnist import FILE, SETTINGS, load_network, save_weights
from engine.sources.mnist import Digits, load_digits

STEPS = 6_000
BATCH = 100
MOMENTUM = 0.9
PEAK_RATE = 0.04
WARM_UP = 300
VARIANTS = 5
"""Distorted copies of each training digit, beside the digit itself."""


def distort(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A uint8 [28, 28] digit up to 15° turned, 0.2 sheared, 12% scaled, 2 px shifted, often thinner or thicker."""
    angle, shear = rng.uniform(-0.26, 0.26), rng.uniform(-0.2, 0.2)
    scale, shift = rng.uniform(0.88, 1.12, 2), rng.uniform(-2, 2, 2)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1, shear], [0, 1]]) / scale
    offset = 13.5 - matrix @ (13.5 + shift)
    coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
    picture = Image.fromarray(image)
    picture = picture.transform((28, 28), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)
    if rng.random() < 0.4:
        extreme = ImageFilter.MaxFilter(3) if rng.random() < 0.6 else ImageFilter.MinFilter(3)
        picture = Image.blend(picture, picture.filter(extreme), rng.uniform(0.2, 0.7))
    return np.asarray(picture)


def with_variants(digits: Digits, rng: np.random.Generator) -> Digits:
    """The same digits with `VARIANTS` distorted copies of each training image after the images themselves."""
    copies = [np.stack([distort(image, rng) for image in digits.train_images]) for _ in range(VARIANTS)]
    images = np.concatenate([digits.train_images, *copies])
    return replace(digits, train_images=images, train_labels=np.tile(digits.train_labels, VARIANTS + 1))


def learning_rate(step: int) -> float:
    """Up in a line to the peak, then down along half a cosine to zero."""
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    return PEAK_RATE * (1 + math.cos(math.pi * (step - WARM_UP) / (STEPS - WARM_UP))) / 2


def train(network: keras.Sequential, digits: Digits) -> Iterator[Event]:
    """Train `network` in place; the learning rate changes every 20 steps. Says the training loss every 500."""
    rng = np.random.default_rng(SETTINGS.seed)
    varied = with_variants(digits, rng)
    train_steps = build_train_steps(network, varied.train_images, varied.train_labels, momentum=MOMENTUM)
    batches = draw_batches(rng, len(varied.train_images), BATCH)
    trainer = Trainer(train_steps, batches, BATCH, lambda step: learning_rate(step // 20 * 20))
    losses: list[float] = []
    for point in range(20, STEPS + 1, 20):
        means = yield from trainer.train_to(point, STEPS)
        losses.append(means.loss)
        if point % 500 == 0:
            speed = trainer.images_per_second
            yield Progress(point, STEPS, {"train_loss": float(np.mean(losses)), "examples_per_second": speed})
            losses.clear()


def accuracy(network: keras.Sequential, images: NDArray[np.uint8], labels: NDArray[np.int32]) -> float:
    """The share of uint8 [n, 28, 28] images that is read right."""
    evaluate = build_evaluate(network, images)
    chunks = np.array_split(np.arange(len(images), dtype=np.int32), math.ceil(len(images) / 500))
    read = np.concatenate([evaluate(chunk).argmax(axis=1) for chunk in chunks])
    return float(np.mean(read == labels))


def main() -> None:
    """Train, write the weights, read them back and count the test digits."""
    digits = load_digits()
    print(digits.found.describe, flush=True)
    network = build_network(SETTINGS)
    for event in train(network, digits):
        if isinstance(event, Progress) and event.metrics:
            print(event.step, event.metrics, flush=True)
    save_weights(network)
    right = accuracy(load_network(), digits.test_images, digits.test_labels)
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes; {right:.2%} of {len(digits.test_images):,} test digits right")


if __name__ == "__main__":
    main()
