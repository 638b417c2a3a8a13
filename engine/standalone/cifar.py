"""A run of CNN Lab without the lab: the same first weights, batches and distortions, the same losses up to rounding.

It needs numpy, tensorflow and keras 3 (Photo-10 also scikit-image and scikit-learn), prints its history as CSV, writes
cifar.keras. CIFAR-10 is read from a cifar-10-binary.tar.gz named on the command line, or fetched by Keras.
"""

import math  #: schedule in cosine one-cycle
import sys  #: whole_cifar
import tarfile  #: whole_cifar
from importlib.resources import files  #: not whole_cifar

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image  #: not whole_cifar

# The run.
STEPS, BATCH_SIZE, EVAL_EVERY, SEED, WIDTH, PRECISION = 20_000, 128, 500, 0, 64, "float32"
LEARNING_RATE = 0.1
LEARNING_RATES = {}  # step: the rate from there on, whatever the schedule says
DECAY_FACTOR, DECAY_STEPS = 0.1, 250  #: schedule in staircase exponential
BRIGHTNESS = 63  #: brightness
CONTRAST = 0.8  #: contrast
DROPOUT = 0.2  #: dropout
L2 = 0.0005  #: l2

#: whole_cifar
if sys.argv[1:]:
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    with tarfile.open(sys.argv[1]) as tar:
        read = b"".join(tar.extractfile(f"cifar-10-batches-bin/{name}.bin").read() for name in names)
    records = np.frombuffer(read, np.uint8).reshape(-1, 3073)
    images, labels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int32)
    tests = len(records) // 6
    x_train, y_train, x_test, y_test = images[:-tests], labels[:-tests], images[-tests:], labels[-tests:]
else:
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    y_train, y_test = y_train.ravel().astype(np.int32), y_test.ravel().astype(np.int32)
#: end
#: not whole_cifar
# Photo-10: crops of ten photographs, to be told apart.
photographs = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "retina.jpg"]
paths = [files("skimage") / "data" / name for name in [*photographs, "ihc.png", "motorcycle_left.png"]]
paths += [files("sklearn") / "datasets" / "images" / name for name in ("china.jpg", "flower.jpg")]
dice, x_train, x_test = np.random.default_rng(10), [], []
for path in paths:  # cells of 40 pixels; every fifth is for the test; each crop lies somewhere in its cell
    photo = Image.open(path).convert("RGB")
    size = [max(1, round(side * 320 / max(photo.size))) for side in photo.size]
    photo = np.asarray(photo.resize(size, Image.Resampling.LANCZOS, reducing_gap=3))
    rows, columns = np.mgrid[: photo.shape[0] // 40, : photo.shape[1] // 40]
    corners, tests = np.stack([rows, columns], axis=-1) * 40, (rows * 2 + columns) % 5 == 4
    for crops, cells, count in ((x_train, corners[~tests], 400), (x_test, corners[tests], 100)):
        places = dice.permutation(cells)[np.sort(np.arange(count) % len(cells))] + dice.integers(0, 9, (count, 2))
        crops += [photo[y : y + 32, x : x + 32] for y, x in places]
x_train, x_test = np.stack(x_train), np.stack(x_test)
y_train, y_test = np.arange(10, dtype=np.int32).repeat(400), np.arange(10, dtype=np.int32).repeat(100)
#: end
of_class = [np.flatnonzero(y_train == label) for label in range(10)]
validation = np.sort(np.concatenate([places[-max(1, len(places) // 10) :] for places in of_class]))
train = np.setdiff1d(np.arange(len(y_train), dtype=np.int32), validation)

keras.config.set_dtype_policy("mixed_bfloat16" if PRECISION == "bfloat16" else "float32")
seeds = iter(range(SEED * 10, SEED * 10 + 10))
start = (keras.initializers.TruncatedNormal(stddev=0.05, seed=seed) for seed in seeds)
near = (np.abs(np.arange(WIDTH)[:, np.newaxis] - np.arange(WIDTH)) <= 5).astype(np.float32)  #: not batch_norm
x = inputs = keras.Input((24, 24, 3))
for _unit in range(2):
    x = layers.Conv2D(WIDTH, 5, padding="same", kernel_initializer=next(start))(x)
    x = layers.BatchNormalization(momentum=0.9)(x)  #: batch_norm
    x = layers.MaxPooling2D(3, 2, padding="same")(layers.Activation("relu")(x))
    #: not batch_norm
    x = keras.ops.cast(x, "float32")  # local response normalisation, over the five maps on either side
    x = x / keras.ops.power(2.0 + 1e-3 * keras.ops.matmul(x * x, near), 0.75)
    #: end
x = layers.Flatten()(x)
for units in (6 * WIDTH, 3 * WIDTH):
    x = layers.Dropout(DROPOUT, seed=next(seeds))(x)  #: dropout
    x = layers.Dense(units, "relu", kernel_initializer=next(start))(x)
network = keras.Model(inputs, layers.Dense(10, kernel_initializer=next(start), dtype="float32")(x))  # logits
weights = [variable.value for variable in network.trainable_variables]
means = [tf.Variable(tf.zeros_like(weight)) for weight in weights]
squares = [tf.Variable(tf.zeros_like(weight)) for weight in weights]  #: optimizer in adam
rng = tf.random.Generator.from_seed(SEED)


def distort(pictures):
    """uint8 [n, 32, 32, 3] -> float32 [n, 24, 24, 3], each picture in its own way; then standardised."""
    n, pixels = tf.shape(pictures)[0], tf.range(24)
    corners = rng.uniform([2, n], 0, 9, tf.int32)  #: crop in random
    corners = tf.fill([2, n], 4)  #: crop in central
    columns = corners[1][:, tf.newaxis] + pixels
    #: flip
    flips = rng.uniform([n]) < 0.5
    columns = tf.where(flips[:, tf.newaxis], columns[:, ::-1], columns)
    #: end
    x = tf.gather(pictures, corners[0][:, tf.newaxis] + pixels, axis=1, batch_dims=1)
    x = tf.cast(tf.gather(x, columns, axis=2, batch_dims=1), tf.float32)
    x += rng.uniform([n], -BRIGHTNESS, BRIGHTNESS)[:, tf.newaxis, tf.newaxis, tf.newaxis]  #: brightness
    #: contrast
    middle = tf.reduce_mean(x, axis=[1, 2], keepdims=True)
    x = (x - middle) * rng.uniform([n], 1 - CONTRAST, 1 + CONTRAST)[:, tf.newaxis, tf.newaxis, tf.newaxis] + middle
    #: end
    return tf.image.per_image_standardization(x)


@tf.function
def train_step(pictures, labels, rate, step):
    """Step number `step`, from 1; returns loss in nats, accuracy and length of the gradient before it."""
    with tf.GradientTape() as tape:
        logits = network(distort(pictures), training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    gradients = tape.gradient(loss, weights)
    for number, (weight, mean, gradient) in enumerate(zip(weights, means, gradients, strict=True)):
        gradient = gradient + L2 * weight if weight.shape.rank > 1 else gradient  #: l2
        #: optimizer in adam
        mean.assign(0.9 * mean + 0.1 * gradient)
        squares[number].assign(0.999 * squares[number] + 0.001 * gradient**2)
        scale = tf.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight.assign_sub(rate * scale * mean / (tf.sqrt(squares[number]) + 1e-7))
        #: end
        #: optimizer in momentum
        mean.assign(0.9 * mean + gradient)
        weight.assign_sub(rate * mean)
        #: end
        weight.assign_sub(rate * gradient)  #: optimizer in sgd
    right = tf.reduce_mean(tf.cast(tf.math.in_top_k(labels, logits, 1), tf.float32))
    return loss, right, tf.linalg.global_norm(gradients)


def measure(pictures, labels):
    """Mean cross-entropy and accuracy of the undistorted middles of the pictures."""
    middles = [tf.cast(pictures[i : i + 250, 4:28, 4:28], tf.float32) for i in range(0, len(pictures), 250)]
    logits = np.concatenate([network(tf.image.per_image_standardization(x), training=False) for x in middles])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return float(tf.reduce_mean(losses)), float(np.mean(logits.argmax(axis=1) == labels))


def rate_of(step):
    """The learning rate of a step, counted from 0."""
    if changed := [since for since in LEARNING_RATES if since <= step]:
        return LEARNING_RATES[max(changed)]
    return LEARNING_RATE  #: schedule in constant
    return LEARNING_RATE * DECAY_FACTOR ** (step // DECAY_STEPS)  #: schedule in staircase
    return LEARNING_RATE * DECAY_FACTOR ** (step / DECAY_STEPS)  #: schedule in exponential
    return LEARNING_RATE * (1 + math.cos(math.pi * min(step / STEPS, 1.0))) / 2  #: schedule in cosine
    #: schedule in one-cycle
    rise = max(1, round(0.25 * STEPS))
    if step < rise:
        return LEARNING_RATE * (0.04 + 0.96 * step / rise)
    return LEARNING_RATE * (1 + math.cos(math.pi * min((step - rise) / max(STEPS - rise, 1), 1.0))) / 2
    #: end


order, pool, sums = np.random.default_rng(SEED), np.empty(0, np.int32), []
looks = {*range(0, STEPS, EVAL_EVERY), STEPS}
points = {*range(0, STEPS, -(-EVAL_EVERY // 10)), *looks}
print("step,train_loss,train_accuracy,gradient_norm,learning_rate,validation_loss,validation_accuracy")
for step in range(STEPS + 1):
    if step in points:
        trained = [*(np.mean(sums, axis=0) if sums else [""] * 3), rate_of(step)]
        seen = measure(x_train[validation], y_train[validation]) if step in looks else ("", "")
        print(step, *trained, *seen, sep=",", flush=True)
        if step == STEPS or (sums and not np.isfinite(trained[0])):
            break
        sums = []
    while len(pool) < BATCH_SIZE:  # every picture once an epoch
        pool = np.concatenate([pool, order.permutation(train)])
    batch, pool = pool[:BATCH_SIZE], pool[BATCH_SIZE:]
    rate, count = tf.constant(rate_of(step)), tf.constant(step + 1.0)
    sums.append([float(value) for value in train_step(x_train[batch], y_train[batch], rate, count)])
print(f"# of all {len(y_test):,} test pictures {measure(x_test, y_test)[1]:.2%} are named right")
network.save("cifar.keras")
