"""Gradients with respect to a convolution's input that cost about as much as the convolution itself.

TensorFlow's own are slow on CPUs just where a dream needs them: at strided convolutions of few channels (the first
layer of a network took two fifths of a whole step), at strided depthwise convolutions in bfloat16 (half of it), and at
1×1 convolutions of small pictures, whose kernels are laid out anew at each step. All are written here as ordinary
convolutions of constant kernels, which are fast; the numbers are the same.
"""

from typing import Any

import tensorflow as tf

CONVOLUTION = "LabConv2D"
DEPTHWISE = "LabStridedDepthwise"


def use_quick_gradients(graph: tf.compat.v1.GraphDef) -> None:
    """Mark the convolutions of `graph`, in place; `tf.gradients` then uses the gradients of this module."""
    for node in graph.node:
        if node.op == "Conv2D" and _plain(node) and node.attr["padding"].s in (b"SAME", b"VALID"):
            node.attr["_gradient_op_type"].s = CONVOLUTION.encode()
        if node.op == "DepthwiseConv2dNative" and _plain(node) and _strided_bfloat16(node):
            node.attr["_gradient_op_type"].s = DEPTHWISE.encode()


def _strided_bfloat16(node: Any) -> bool:
    return bool(node.attr["strides"].list.i[1] > 1 and node.attr["T"].type == tf.bfloat16)


def _plain(node: Any) -> bool:
    """Whether it has one stride for rows and columns, channels last, and no dilation."""
    strides, dilations = list(node.attr["strides"].list.i), list(node.attr["dilations"].list.i)
    last = node.attr["data_format"].s in (b"NHWC", b"")
    return last and strides[1] == strides[2] and set(dilations) <= {1}


@tf.RegisterGradient(CONVOLUTION)
def _convolution_gradient(operation: tf.Operation, upper: tf.Tensor) -> tuple[tf.Tensor, None]:
    kernel, stride = operation.inputs[1], operation.get_attr("strides")[1]
    if stride > 1:
        return _strided_gradient(operation, upper), None
    if kernel.shape[0] == kernel.shape[1] == 1:
        return tf.nn.conv2d(upper, tf.transpose(kernel, [0, 1, 3, 2]), 1, "VALID"), None
    padding = operation.get_attr("padding")
    return tf.nn.conv2d_transpose(upper, kernel, tf.shape(operation.inputs[0]), 1, padding.decode()), None


def _strided_gradient(operation: tf.Operation, upper: tf.Tensor) -> tf.Tensor:
    """Sub-pixel form: with stride s, one convolution makes the s×s phases of the gradient as channels.

    Row P of the padded input is s·q + r. Its gradient is the sum over j of upper[q − j] · kernel[s·j + r], which is a
    convolution of `upper` for each r. Shi et al., "Is the deconvolution layer the same as a convolutional layer?", of
    2016.
    """
    kernel = operation.inputs[1]
    stride = operation.get_attr("strides")[1]
    size, inputs, outputs = kernel.shape[0], kernel.shape[2], kernel.shape[3]
    taps = -(-size // stride)
    room = taps * stride - size
    phases = tf.reshape(
        tf.pad(kernel, [[0, room], [0, room], [0, 0], [0, 0]]), [taps, stride, taps, stride, inputs, outputs]
    )
    phases = tf.transpose(tf.reverse(phases, [0, 2]), [0, 2, 5, 1, 3, 4])  # tap, tap, out, phase, phase, in
    phases = tf.reshape(phases, [taps, taps, outputs, stride * stride * inputs])
    edge = [taps - 1, taps - 1]
    spread = tf.nn.conv2d(tf.pad(upper, [[0, 0], edge, edge, [0, 0]]), phases, 1, "VALID")
    return _cut(tf.nn.depth_to_space(spread, stride), operation, size, stride)


@tf.RegisterGradient(DEPTHWISE)
def _depthwise_gradient(operation: tf.Operation, upper: tf.Tensor) -> tuple[tf.Tensor, None]:
    """A depthwise convolution of `upper`, spread with zeros between its rows and columns, with the turned kernel."""
    kernel = operation.inputs[1]
    stride, size = operation.get_attr("strides")[1], kernel.shape[0]
    shape = tf.shape(upper)
    gaps = [[0, 0], [0, 0], [0, stride - 1], [0, 0], [0, stride - 1], [0, 0]]
    spread = tf.pad(upper[:, :, None, :, None, :], gaps)
    spread = tf.reshape(spread, [shape[0], shape[1] * stride, shape[2] * stride, upper.shape[3]])
    edge = [size - 1, size - 1]
    padded = tf.pad(spread, [[0, 0], edge, edge, [0, 0]])
    return _cut(tf.nn.depthwise_conv2d(padded, kernel[::-1, ::-1], [1] * 4, "VALID"), operation, size, stride), None


def _cut(gradient: tf.Tensor, operation: tf.Operation, size: int, stride: int) -> tf.Tensor:
    """The part of `gradient` that belongs to the input: no rows of padding, and those that no window reached."""
    shape = tf.shape(operation.inputs[0])
    before = [_before(shape[axis], size, stride) for axis in (1, 2)]
    if operation.get_attr("padding") == b"VALID":
        before = [0, 0]
    # Rows that no window reached (VALID) have no gradient.
    gradient = tf.pad(gradient, [[0, 0], [0, stride], [0, stride], [0, 0]])
    return gradient[:, before[0] : before[0] + shape[1], before[1] : before[1] + shape[2]]


def _before(length: tf.Tensor, size: int, stride: int) -> tf.Tensor:
    """Rows or columns that SAME padding puts before the first."""
    windows = (length + stride - 1) // stride
    return tf.maximum((windows - 1) * stride + size - length, 0) // 2
