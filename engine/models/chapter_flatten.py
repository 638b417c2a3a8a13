"""The chapter's own lines from image to dense layer, to see where their sizes do not agree."""

import tensorflow as tf

from engine.settings import MnistSettings


def run_chapter_layers(pool1: int, pool2: int, full1_input_size: int) -> str:
    """Run them on an empty image; returns TensorFlow's complaint, or an empty text where there is none."""
    settings = MnistSettings()
    x = tf.zeros([1, 28, 28, 1])
    for features, pool in ((settings.conv1_features, pool1), (settings.conv2_features, pool2)):
        weight = tf.zeros([4, 4, x.shape[-1], features])
        relu = tf.nn.relu(tf.nn.conv2d(x, weight, strides=[1, 1, 1, 1], padding="SAME"))
        x = tf.nn.max_pool2d(relu, ksize=[1, pool, pool, 1], strides=[1, pool, pool, 1], padding="SAME")
    flat_output = tf.reshape(x, [1, -1])
    try:
        tf.matmul(flat_output, tf.zeros([full1_input_size, settings.dense_size]))
    except tf.errors.InvalidArgumentError as error:
        # Its message stands between the names of the device and of the operation.
        return str(error.message).rpartition("}} ")[2].partition(" [Op:")[0]
    return ""
