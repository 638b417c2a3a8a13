"""Frozen graphs of TensorFlow to spoil, and ones that are hostile as they stand; importing this imports TensorFlow."""

from functools import cache

import numpy as np
import tensorflow as tf

from tests.engine.dream_networks import frozen_graph


@cache
def seeds():
    return [frozen_graph()]


def graph_with(build):
    """The sound graph, and what `build(input)` adds between its input and another convolution."""
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3], name="input")
        y = build(x)
        tf.nn.bias_add(
            tf.nn.conv2d(y, np.zeros((3, 3, 3, 4), np.float32), 1, "SAME", name="a/conv"), [0.0] * 4, name="a"
        )
    return graph.as_graph_def().SerializeToString()


def _written(x):
    with tf.control_dependencies([tf.io.write_file("outside.txt", "x")]):
        return tf.identity(x)


def _read(x):
    return x + tf.cast(tf.strings.length(tf.io.read_file("/etc/passwd")), tf.float32)


def _called(x):
    return tf.ensure_shape(tf.compat.v1.py_func(lambda a: a, [x], tf.float32), [None, None, None, 3])


def _constant(shape):
    graph = tf.compat.v1.GraphDef()
    graph.ParseFromString(seeds()[0])
    node = next(node for node in graph.node if node.op == "Const")
    tensor = node.attr["value"].tensor
    tensor.ClearField("tensor_content")
    tensor.float_val[:] = [1.0]
    for dim, size in zip(tensor.tensor_shape.dim, shape, strict=True):
        dim.size = size
    return graph.SerializeToString()


def _cycle():
    graph = tf.compat.v1.GraphDef()
    graph.ParseFromString(seeds()[0])
    for node in graph.node:
        if node.op == "Conv2D":
            node.input[0] = node.name
    return graph.SerializeToString()


def _deep(count):
    def build(x):
        for _ in range(count):
            x = tf.identity(x)
        return x

    return graph_with(build)


HOSTILE = {
    "a file written": lambda: graph_with(_written),
    "a file read": lambda: graph_with(_read),
    "Python called": lambda: graph_with(_called),
    "constants of 16 GB": lambda: _constant((40_000, 40_000, 3, 4)),
    "constants of 2**80": lambda: _constant((2**40, 2**40, 3, 4)),
    "constants below zero": lambda: _constant((-3, 3, 3, 4)),
    "a filled tensor of 16 GB": lambda: graph_with(
        lambda x: x + tf.fill([1, 1, 1, 3], 1.0) + tf.reduce_sum(tf.fill([2**32], 1.0))
    ),
    "loops": lambda: graph_with(lambda x: tf.while_loop(lambda v: True, lambda v: v + 1, [x])[0]),
    "a cycle": _cycle,
    "three thousand nodes": lambda: _deep(3_000),
    "another input": lambda: seeds()[0].replace(b"input", b"tupni"),
    "no graph": lambda: b"GIF89a" + bytes(100),
    "empty": lambda: b"",
}
