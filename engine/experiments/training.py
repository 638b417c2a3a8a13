"""The training loop that classifiers share: data on the device as uint8, batches gathered and steps run in the graph.

Several steps a call, without a return to Python between them, is what makes it faster than Keras `fit`.
"""

import time
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, TypeVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.checkpoints import LATEST, weights_event
from engine.events import Beat, Control, Event, Mark, Progress
from engine.experiments.optimizers import build_update
from engine.models.augmentation import Prepare
from engine.sources.cifar10 import ALIGNMENT

T = TypeVar("T")
Steering = Generator[Event, Control | None, T]
"""Yields events, may be sent a `Control` in answer, and returns a value."""


class StepMeans(NamedTuple):
    """Means over the batches of some steps: cross-entropy, share read right, and the length of the gradient."""

    loss: float
    accuracy: float
    gradient_norm: float


TrainSteps = Callable[[NDArray[np.int32], NDArray[np.float32]], StepMeans]
Evaluate = Callable[[NDArray[np.int32]], NDArray[np.float32]]

CALL_S = 0.1
"""How long one call into TensorFlow should take: short enough to stop between two, long enough to cost nothing."""

AT_ONCE = (1, 2, 5, 10, 25, 50, 125, 250)
"""Images evaluated in one call: few sizes, because oneDNN keeps code and memory for each size that it has met, and none
larger, because the feature maps of all are in memory together."""


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
    """A network being trained; its methods are generators that pause often enough to be stopped.

    `step` counts the steps done. `images_per_second` is of training alone: evaluations are not counted. The learning
    rate is a number or a function of the step; a `Control` puts another number in its place, or asks for `weights`.
    """

    def __init__(
        self,
        train_steps: TrainSteps,
        batches: Iterator[NDArray[np.int32]],
        batch_size: int,
        learning_rate: float | Callable[[int], float],
        weights: Callable[[], list[NDArray[np.float32]]] = list,
    ) -> None:
        self.step = 0
        self._weights = weights
        self._rate_of = learning_rate if callable(learning_rate) else _always(learning_rate)
        self._single = False
        self._batch_size = batch_size
        self._train_steps = train_steps
        self._batches = batches
        self._train_pace = Pace(first=1, most=100)
        self._test_pace = Pace(first=AT_ONCE[-3], most=AT_ONCE[-1])

    @property
    def images_per_second(self) -> float:
        """Speed of training so far, in images a second."""
        return self._train_pace.done * self._batch_size / max(self._train_pace.seconds, 1e-9)

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return self._rate_of(self.step)

    def say(self, event: Event) -> Steering[None]:
        """Yield `event`, and do what comes back: a new learning rate, marked by an event of its own; single steps;
        the weights of now, where there are any and the network has not diverged.
        """
        control = yield event
        self._single = control is not None and control.single
        wanted = control.learning_rate if control else None
        if wanted is not None and wanted != self.learning_rate:
            self._rate_of = _always(wanted)
            yield from self.say(Mark(self.step, f"learning rate {wanted:g}"))
        weights = self._weights() if control and control.weights else []
        if weights and all(np.isfinite(weight).all() for weight in weights):
            yield from self.say(weights_event(self.step, weights, LATEST))

    def train_to(self, point: int, total: int) -> Steering[StepMeans]:
        """Train until `point` steps of `total` are done; returns the means over those steps, or zeros."""
        first, sums = self.step, np.zeros(3)
        while self.step < point:
            count = 1 if self._single else min(self._train_pace.count, point - self.step)
            rates = np.array([self._rate_of(self.step + number) for number in range(count)], np.float32)
            started = time.perf_counter()
            means = self._train_steps(np.stack([next(self._batches) for _ in range(count)]), rates)
            self._train_pace.timed(count, started)
            self.step += count
            sums += count * np.array(means)
            if self.step < point:
                yield from self.say(Progress(self.step, total, {}))
        return StepMeans(*(sums / max(self.step - first, 1)).tolist())

    def logits(self, evaluate: Evaluate, indices: NDArray[np.int32]) -> Steering[NDArray[np.float32]]:
        """Logits float32 [n, classes] of the images at `indices`."""
        parts: list[NDArray[np.float32]] = []
        done = 0
        while done < len(indices):
            most = max(size for size in AT_ONCE if size <= self._test_pace.count)
            chunk = indices[done : done + most]
            started = time.perf_counter()
            parts.append(evaluate(chunk))
            self._test_pace.timed(len(chunk), started)
            done += len(chunk)
            if done < len(indices):
                yield from self.say(Beat())
        return np.concatenate(parts)


def _always(rate: float) -> Callable[[int], float]:
    return lambda _step: rate


def draw_batches(
    rng: np.random.Generator, images: int | NDArray[np.int32], batch_size: int
) -> Iterator[NDArray[np.int32]]:
    """Endless int32 [batch_size] indices below or among `images`: each once an epoch, in a new order each epoch.

    A batch may straddle two epochs, so that no image is left out when the sizes do not divide.
    """
    pool = np.empty(0, np.int32)
    while True:
        while len(pool) < batch_size:
            pool = np.concatenate([pool, rng.permutation(images).astype(np.int32)])
        yield pool[:batch_size]
        pool = pool[batch_size:]


def build_train_steps(
    model: keras.Model,
    images: NDArray[np.uint8] | tf.Tensor,
    labels: NDArray[np.int32],
    optimizer: str = "momentum",
    momentum: float = 0.9,
    l2: float = 0.0,
    prepare: Prepare | None = None,
) -> TrainSteps:
    """A function of (batches int32 [steps, batch_size], learning rates [steps]) that trains `model` one step a row.

    It returns the means over those batches, each measured before the step that learnt from it; the loss is without the
    penalty. images: uint8 [n, height, width] or [n, height, width, channels]; labels: int32 [n]; `prepare` makes a
    batch of them the network's input; `l2` times each weight of a kernel is added to its gradient. Optimizers are those
    of `build_update`.
    """
    images_, labels_ = tensor_of(images), tf.constant(labels)
    weights = [variable.value for variable in model.trainable_variables]
    decays = [l2 if weight.shape.rank > 1 else 0.0 for weight in weights]
    update = build_update(optimizer, weights, momentum)
    prepared = prepare or as_input

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float32)])
    def train_steps(batches: tf.Tensor, rates: tf.Tensor) -> tf.Tensor:
        sums = tf.zeros(3)
        for step in tf.range(tf.shape(batches)[0]):
            x, y = prepared(tf.gather(images_, batches[step])), tf.gather(labels_, batches[step])
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            gradients = tape.gradient(loss, weights)
            right = tf.reduce_mean(tf.cast(tf.math.in_top_k(y, logits, 1), tf.float32))
            sums += tf.stack([loss, right, tf.linalg.global_norm(gradients)])
            update(
                [g + decay * w if decay else g for g, w, decay in zip(gradients, weights, decays, strict=True)],
                rates[step],
            )
        return sums / tf.cast(tf.shape(batches)[0], tf.float32)

    concrete = train_steps.get_concrete_function()

    def call(batches: NDArray[np.int32], rates: NDArray[np.float32]) -> StepMeans:
        return StepMeans(*concrete(tf.constant(batches), tf.constant(rates)).numpy().tolist())

    return call


def build_evaluate(
    model: keras.Model, images: NDArray[np.uint8] | tf.Tensor, prepare: Prepare | None = None
) -> Evaluate:
    """A function of indices int32 [n] that returns the logits float32 [n, classes] of those images."""
    images_ = tensor_of(images)
    prepared = prepare or as_input

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def logits_of(indices: tf.Tensor) -> tf.Tensor:
        return model(prepared(tf.gather(images_, indices)), training=False)

    concrete = logits_of.get_concrete_function()

    def call(indices: NDArray[np.int32]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = concrete(tf.constant(indices)).numpy()
        return logits

    return call


def tensor_of(images: NDArray[np.uint8] | tf.Tensor) -> tf.Tensor:
    """The images as a tensor, which on a CPU shares their memory where they lie as TensorFlow wants them.

    So neither may be changed. `engine.sources.cifar10` lays out its pictures in that way: they are 154 MB.
    """
    on_cpu = isinstance(images, np.ndarray) and not tf.config.list_physical_devices("GPU")
    if on_cpu and images.ctypes.data % ALIGNMENT == 0 and images.flags.c_contiguous and images.flags.writeable:
        return tf.experimental.dlpack.from_dlpack(images.__dlpack__())
    return tf.constant(images)


def as_input(images: tf.Tensor) -> tf.Tensor:
    """uint8 [n, height, width] or [n, height, width, channels] -> float32 [n, height, width, channels] from 0 to 1."""
    scaled = tf.cast(images, tf.float32) / 255.0
    return scaled[..., tf.newaxis] if scaled.shape.rank == 3 else scaled
