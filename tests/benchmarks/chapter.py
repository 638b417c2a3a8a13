"""The chapter's own programs on TensorFlow 2, translated as they stand and not made faster.

MNIST keeps TensorFlow 1's ways, which TensorFlow 2 still has: a step a call, fed with NumPy arrays by a feed
dictionary, and a second call for loss and predictions of its batch. CIFAR-10's queues of records become a `tf.data`
pipeline of the same parts, and DeepDream's session a `tf.function` that is given NumPy arrays, tile by tile.
"""

import tempfile
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from engine.settings import MnistSettings
from engine.sources.mnist import load_digits

SETTINGS = MnistSettings()
RECORD = 1 + 3 * 32 * 32
"""Bytes of a picture in CIFAR-10's binary files: its label, then red, green and blue by rows."""

LEAST_IN_QUEUE = 5_000
TILE = 512

Distort = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def chapter_session(steps: int) -> Callable[[], float]:
    """Images a second of a session that is fed one batch a step, drawn at random as the chapter draws them."""
    digits = load_digits()
    images = digits.train_images[..., np.newaxis].astype(np.float32) / 255
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [SETTINGS.batch_size, 28, 28, 1])
        y = tf.compat.v1.placeholder(tf.int32, [SETTINGS.batch_size])
        logits = logits_of(x)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        prediction = tf.nn.softmax(logits)
        optimizer = tf.compat.v1.train.MomentumOptimizer(SETTINGS.learning_rate, SETTINGS.momentum)
        train = optimizer.minimize(loss)
        start = tf.compat.v1.global_variables_initializer()
    session = tf.compat.v1.Session(graph=graph)
    session.run(start)

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(steps):
            batch = np.random.choice(len(images), SETTINGS.batch_size)
            fed = {x: images[batch], y: digits.train_labels[batch]}
            session.run(train, fed)
            session.run([loss, prediction], fed)
        return steps * SETTINGS.batch_size / (time.perf_counter() - began)

    measure()
    return measure


def logits_of(x: tf.Tensor) -> tf.Tensor:
    """Two convolutions of 4×4 with max pooling, a hidden dense layer of ReLUs, ten logits."""
    sizes = [(SETTINGS.conv1_features, SETTINGS.pool1), (SETTINGS.conv2_features, SETTINGS.pool2)]
    for features, pool in sizes:
        kernel, bias = variable([4, 4, x.shape[-1], features]), tf.compat.v1.Variable(tf.zeros([features]))
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias))
        x = tf.nn.max_pool2d(x, pool, pool, "SAME")
    x = tf.reshape(x, [SETTINGS.batch_size, -1])
    hidden = tf.nn.relu(x @ variable([x.shape[-1], SETTINGS.dense_size]) + variable([SETTINGS.dense_size]))
    return hidden @ variable([SETTINGS.dense_size, 10]) + variable([10])


def variable(shape: list[int]) -> tf.Variable:
    return tf.compat.v1.Variable(tf.random.truncated_normal(shape, stddev=0.1))


def chapter_queue(
    images: np.ndarray, labels: np.ndarray, distort: Distort, network: keras.Model, batch_size: int, rate: float
) -> Callable[[int], float]:
    """Does so many steps of plain descent, one a call, and returns their mean loss.

    The pictures uint8 [n, 32, 32, 3] are read from a file as the chapter reads them, distorted one after another and
    drawn from a queue of at least `LEAST_IN_QUEUE`, which is filled beside the training.
    """
    records = np.concatenate([labels[:, None].astype(np.uint8), images.transpose(0, 3, 1, 2).reshape(-1, 3072)], 1)
    file = tempfile.NamedTemporaryFile(suffix=".bin")  # noqa: SIM115 (it is read for as long as there are steps)
    records.tofile(file.name)
    pictures = tf.data.FixedLengthRecordDataset(file.name, RECORD).repeat().map(lambda record: distort(*decode(record)))
    queue = iter(pictures.shuffle(LEAST_IN_QUEUE + 3 * batch_size).batch(batch_size).prefetch(1))
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, network(x)))
        optimizer.apply(tape.gradient(loss, network.trainable_variables))
        return loss

    def train(steps: int) -> float:
        assert file
        return float(np.mean([step(*next(queue)).numpy() for _ in range(steps)]))

    return train


def decode(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    numbers = tf.io.decode_raw(record, tf.uint8)
    return tf.transpose(tf.reshape(numbers[1:], [3, 32, 32]), [1, 2, 0]), tf.cast(numbers[0], tf.int32)


def chapter_gradient(score: Callable[[tf.Tensor], tf.Tensor]) -> Callable[[np.ndarray], tf.Tensor]:
    """That of a score of one picture, what the chapter runs its session for."""

    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.float32)])
    def gradient(tile: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(tile)
            reached = score(tile)
        return tape.gradient(reached, tile)

    return gradient


def chapter_dream(
    picture: np.ndarray,
    gradient: Callable[[np.ndarray], tf.Tensor],
    *,
    octaves: int,
    octave_scale: float,
    iterations: int,
    step_size: float,
) -> np.ndarray:
    """`render_deepdream` of `picture`, float32 [height, width, 3] from 0 to 255, as it leaves it."""
    details = []
    for _ in range(octaves - 1):
        small = resize(picture, np.int32(np.float32(picture.shape[:2]) / octave_scale))
        details.append(picture - resize(small, picture.shape[:2]))
        picture = small
    for octave in range(octaves):
        if octave:
            picture = resize(picture, details[-octave].shape[:2]) + details[-octave]
        for _ in range(iterations):
            found = tiled(picture, gradient)
            picture = picture + found * (step_size / (np.abs(found).mean() + 1e-7))
    return picture


def tiled(picture: np.ndarray, gradient: Callable[[np.ndarray], tf.Tensor]) -> np.ndarray:
    """The chapter's `calc_grad_tiled`: the gradient of the shifted picture tile by tile, shifted back."""
    height, width = picture.shape[:2]
    across, down = np.random.randint(TILE, size=2)
    shifted = np.roll(np.roll(picture, across, 1), down, 0)
    found = np.zeros_like(picture)
    for y in range(0, max(height - TILE // 2, TILE), TILE):
        for x in range(0, max(width - TILE // 2, TILE), TILE):
            found[y : y + TILE, x : x + TILE] = gradient(shifted[y : y + TILE, x : x + TILE])
    return np.roll(np.roll(found, -across, 1), -down, 0)


def resize(picture: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    return tf.image.resize(picture[np.newaxis], size)[0].numpy()
