"""The chapter's own MNIST program on TensorFlow 2, which still has TensorFlow 1's ways.

A step a call, fed with NumPy arrays by a feed dictionary, and a second call for loss and predictions of its batch.
"""

import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from engine.settings import MnistSettings
from engine.sources.mnist import load_digits

SETTINGS = MnistSettings()


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
