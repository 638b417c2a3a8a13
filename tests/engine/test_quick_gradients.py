"""The quick gradients against TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf

from engine.models.quick_gradients import use_quick_gradients


def gradients(operation, kernel, sizes, dtype=tf.float32):
    """The gradient of sum(out * noise) with respect to the input, by TensorFlow and by the lab."""
    pictures = tf.compat.v1.placeholder

    def of(marked):
        with tf.Graph().as_default() as graph:
            x = pictures(dtype, [None, None, None, kernel.shape[2]], name="x")
            tf.identity(operation(x, tf.constant(kernel, dtype)), name="y")
        definition = graph.as_graph_def()
        if marked:
            use_quick_gradients(definition)
        with tf.Graph().as_default():
            x = pictures(dtype, [None, None, None, kernel.shape[2]])
            (y,) = tf.graph_util.import_graph_def(definition, {"x:0": x}, ["y:0"], name="")
            slope = tf.gradients(tf.reduce_sum(tf.sin(tf.cast(y, tf.float32))), x)[0]
            with tf.compat.v1.Session() as session:
                slope = tf.cast(slope, tf.float32)
                rng = np.random.default_rng(0)
                shapes = [(1, height, width, kernel.shape[2]) for height, width in sizes]
                return [session.run(slope, {x: rng.normal(size=shape)}) for shape in shapes]

    return zip(of(False), of(True), strict=True)


SIZES = [(7, 8), (9, 11), (12, 13), (16, 10)]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("size", "stride"), [(3, 2), (7, 2), (1, 2), (2, 2), (5, 3), (4, 3), (1, 1), (3, 1)])
def test_a_convolution(padding, size, stride):
    kernel = np.random.default_rng(1).normal(size=(size, size, 3, 4)).astype(np.float32)
    for theirs, ours in gradients(lambda x, k: tf.nn.conv2d(x, k, stride, padding), kernel, SIZES):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "stride", "padding"),
    [(3, 1, "SAME"), (5, 1, "SAME"), (3, 2, "SAME"), (5, 2, "SAME"), (2, 2, "SAME"), (3, 3, "SAME"), (3, 2, "VALID")],
)
def test_a_depthwise_convolution(size, stride, padding):
    kernel = np.random.default_rng(1).normal(size=(size, size, 6, 1)).astype(np.float32)
    for dtype, tolerance in ((tf.float32, 1e-4), (tf.bfloat16, 0.06)):
        found = gradients(
            lambda x, k: tf.nn.depthwise_conv2d(x, k, [1, stride, stride, 1], padding), kernel, SIZES, dtype
        )
        for theirs, ours in found:
            np.testing.assert_allclose(ours, theirs, atol=tolerance * np.abs(theirs).max())


def test_a_dilated_convolution_is_left_alone():
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [1, 8, 8, 3])
        tf.nn.conv2d(x, tf.zeros([3, 3, 3, 3]), 1, "SAME", dilations=2)
    definition = graph.as_graph_def()
    use_quick_gradients(definition)
    assert not any("_gradient_op_type" in node.attr for node in definition.node)


def test_relu6_in_bfloat16_for_each_of_its_values():
    dtype = tf.bfloat16.as_numpy_dtype
    smallest, six = np.array([2.0**-126, 6], dtype).view(np.uint16)  # smaller ones are 0 to the processor
    places = np.concatenate([[0], np.arange(smallest, six + 1), [0x8000, 0xBF80, 0xC100]]).astype(np.uint16)
    maps = np.sort(np.append(places, np.array([6.03125, 7, 1e30], dtype).view(np.uint16))).view(dtype)
    upper = np.random.default_rng(0).normal(size=maps.shape).astype(dtype)
    upper[::5] *= dtype(1e-30)
    with tf.Graph().as_default() as graph:
        tf.nn.relu6(tf.compat.v1.placeholder(tf.bfloat16, [None], name="x"), name="y")
    definition = graph.as_graph_def()
    use_quick_gradients(definition)
    with tf.Graph().as_default():
        x = tf.constant(maps)
        (y,) = tf.graph_util.import_graph_def(definition, {"x:0": x}, ["y:0"], name="")
        (ours,) = tf.gradients(y, x, tf.constant(upper))
        (theirs,) = tf.gradients(tf.nn.relu6(x), x, tf.constant(upper))
        assert y.op.get_attr("_gradient_op_type") == b"LabRelu6"
        assert "float16" in {tensor.dtype.name for tensor in ours.op.inputs}
        with tf.compat.v1.Session() as session:
            ours, theirs = session.run([ours, theirs])
    np.testing.assert_array_equal(ours.astype(np.float32), theirs.astype(np.float32))
    assert 0 < np.count_nonzero(theirs) < len(theirs)
