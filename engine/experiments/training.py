"""The training loop that classifiers share: data on the device as uint8, batches gathered and steps run in the graph.

Several steps a call, without a return to Python between them, is what makes it faster than Keras `fit`.
"""

import time
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.events import Beat, Control, Event, Mark, Progress
from engine.sources.mnist import Digits

T = TypeVar("T")
Steering = Generator[Event, Control | None, T]
"""Yields events, may be sent a `Control` in answer, and returns a value."""

TrainSteps = Callable[[NDArray[np.int32], float], tuple[float, float]]
Evaluate = Callable[[NDArray[np.int32]], NDArray[np.float32]]

CALL_S = 0.1
"""How long one call into TensorFlow should take: short enough to stop between two, long enough to cost nothing."""


class Pace:
    """How many steps or images make one call of about `CALL_S`, learnt from the calls so far."""

    def __init__(self, first: int, most: int) -> None:
        self.count = first
        self.seconds = 0.0
        self.done = 0
        self._most = most

    def timed(self, count: int, started: float) -> None:
        """Record that `count` of them took from `started` (of `time.perf_counter`) until now."""
        took = time.perf_counter() - started
        self.seconds += took
        self.done += count
        fitting = int(CALL_S * count / max(took, 1e-9))
        self.count = max(1, min(fitting, 2 * self.count, self._most))


class Trainer:
    """A network being trained on uint8 images; its methods are generators that pause often enough to be stopped.

    `step` counts the steps done. `images_per_second` is of training alone: evaluations are not counted. `learning_rate`
    is that of the next step; a `Control` may change it.
    """

    def __init__(
        self,
        model: keras.Model,
        data: Digits,
        rng: np.random.Generator,
        batch_size: int,
        learning_rate: float,
        momentum: float,
    ) -> None:
        self.step = 0
        self.learning_rate = learning_rate
        self._single = False
        self._batch_size = batch_size
        self._train_steps = build_train_steps(model, data.train_images, data.train_labels, momentum)
        self._evaluate = build_evaluate(model, data.test_images)
        self._batches = draw_batches(rng, len(data.train_images), batch_size)
        self._train_pace = Pace(first=1, most=batch_size)
        self._test_pace = Pace(first=100, most=1_000)

    @property
    def images_per_second(self) -> float:
        """Speed of training so far, in images a second."""
        return self._train_pace.done * self._batch_size / max(self._train_pace.seconds, 1e-9)

    def say(self, event: Event) -> Steering[None]:
        """Yield `event`, and do what comes back: a new learning rate, marked by an event of its own; single steps."""
        control = yield event
        self._single = control is not None and control.single
        if control and control.learning_rate not in (None, self.learning_rate):
            self.learning_rate = control.learning_rate
            yield from self.say(Mark(self.step, f"learning rate {self.learning_rate:g}"))

    def train_to(self, point: int, total: int) -> Steering[tuple[float, float]]:
        """Train until `point` steps of `total` are done; returns the mean loss and accuracy of those batches."""
        first, loss_sum, accuracy_sum = self.step, 0.0, 0.0
        while self.step < point:
            count = 1 if self._single else min(self._train_pace.count, point - self.step)
            started = time.perf_counter()
            batches = np.stack([next(self._batches) for _ in range(count)])
            loss, accuracy = self._train_steps(batches, self.learning_rate)
            self._train_pace.timed(count, started)
            self.step += count
            loss_sum, accuracy_sum = loss_sum + loss * count, accuracy_sum + accuracy * count
            if self.step < point:
                yield from self.say(Progress(self.step, total, {}))
        steps = max(self.step - first, 1)
        return loss_sum / steps, accuracy_sum / steps

    def test_logits(self, indices: NDArray[np.int32]) -> Steering[NDArray[np.float32]]:
        """Logits float32 [n, classes] of the test images at `indices`."""
        parts: list[NDArray[np.float32]] = []
        done = 0
        while done < len(indices):
            chunk = indices[done : done + self._test_pace.count]
            started = time.perf_counter()
            parts.append(self._evaluate(chunk))
            self._test_pace.timed(len(chunk), started)
            done += len(chunk)
            if done < len(indices):
                yield from self.say(Beat())
        return np.concatenate(parts)


def draw_batches(rng: np.random.Generator, images: int, batch_size: int) -> Iterator[NDArray[np.int32]]:
    """Endless int32 [batch_size] indices below `images`: every image once an epoch, in a new order each epoch.

    A batch may straddle two epochs, so that no image is left out when the sizes do not divide.
    """
    pool = np.empty(0, np.int32)
    while True:
        while len(pool) < batch_size:
            pool = np.concatenate([pool, rng.permutation(images).astype(np.int32)])
        yield pool[:batch_size]
        pool = pool[batch_size:]


def build_train_steps(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.int32], momentum: float
) -> TrainSteps:
    """A function of (batches int32 [steps, batch_size], learning rate) that trains `model` one step a row.

    It returns the mean loss and accuracy over those batches, each measured before the step that learnt from it.
    images: uint8 [n, height, width] or [n, height, width, channels]; labels: int32 [n]. The optimizer is
    TensorFlow 1's `MomentumOptimizer`, which the chapter uses.
    """
    images_, labels_ = tf.constant(images), tf.constant(labels)
    weights = [variable.value for variable in model.trainable_variables]
    velocities = [tf.Variable(tf.zeros_like(weight)) for weight in weights]

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([], tf.float32)])
    def train_steps(batches: tf.Tensor, learning_rate: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss_sum, accuracy_sum = 0.0, 0.0
        for batch in batches:
            x, y = as_input(tf.gather(images_, batch)), tf.gather(labels_, batch)
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            gradients = tape.gradient(loss, weights)
            for weight, velocity, gradient in zip(weights, velocities, gradients, strict=True):
                tf.raw_ops.ResourceApplyMomentum(
                    var=weight.handle, accum=velocity.handle, lr=learning_rate, grad=gradient, momentum=momentum
                )
            loss_sum += loss
            accuracy_sum += tf.reduce_mean(tf.cast(tf.math.in_top_k(y, logits, 1), tf.float32))
        steps = tf.cast(tf.shape(batches)[0], tf.float32)
        return loss_sum / steps, accuracy_sum / steps

    concrete = train_steps.get_concrete_function()

    def call(batches: NDArray[np.int32], learning_rate: float) -> tuple[float, float]:
        loss, accuracy = concrete(tf.constant(batches), tf.constant(learning_rate, tf.float32))
        return float(loss), float(accuracy)

    return call


def build_evaluate(model: keras.Model, images: NDArray[np.uint8]) -> Evaluate:
    """A function of indices int32 [n] that returns the logits float32 [n, classes] of those images."""
    images_ = tf.constant(images)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def logits_of(indices: tf.Tensor) -> tf.Tensor:
        return model(as_input(tf.gather(images_, indices)), training=False)

    concrete = logits_of.get_concrete_function()

    def call(indices: NDArray[np.int32]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = concrete(tf.constant(indices)).numpy()
        return logits

    return call


def as_input(images: tf.Tensor) -> tf.Tensor:
    """uint8 [n, height, width] or [n, height, width, channels] -> float32 [n, height, width, channels] from 0 to 1."""
    scaled = tf.cast(images, tf.float32) / 255.0
    return scaled[..., tf.newaxis] if scaled.shape.rank == 3 else scaled
