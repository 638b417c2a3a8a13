"""Gradients with respect to a convolution's input that cost about as much as the convolution itself.

TensorFlow's own are slow on CPUs just where a dream needs them: at strided convolutions of few channels (the first
layer of a network took two fifths of a whole step), at depthwise convolutions (twice as long as the same forwards, and
where they are strided, in bfloat16, half of the whole step), and at 1×1 convolutions of small pictures, whose kernels
are laid out anew at each step. All are written here as ordinary convolutions, or products, with constant kernels, which
are fast; the numbers are the same. ReLU6's gradient in bfloat16, which TensorFlow computes number by number, is here,
too.
"""

from typing import Any

import numpy as np
import tensorflow as tf

CONVOLUTION = "LabConv2D"
DEPTHWISE = "LabDepthwise"
RELU6 = "LabRelu6"


def use_quick_gradients(graph: tf.compat.v1.GraphDef) -> None:
    """Mark the convolutions of `graph`, and ReLU6 in bfloat16, in place: `tf.gradients` then uses this module's."""
    for node in graph.node:
        if node.op == "Conv2D" and _plain(node) and node.attr["padding"].s in (b"SAME", b"VALID"):
            node.attr["_gradient_op_type"].s = CONVOLUTION.encode()
        if node.op == "DepthwiseConv2dNative" and _plain(node) and node.attr["padding"].s == b"SAME":
            node.attr["_gradient_op_type"].s = DEPTHWISE.encode()
        if node.op == "Relu6" and node.attr["T"].type == tf.bfloat16.as_datatype_enum:
            node.attr["_gradient_op_type"].s = RELU6.encode()


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
        return _pointwise(upper, tf.transpose(kernel[0, 0])), None
    padding = operation.get_attr("padding")
    return tf.nn.conv2d_transpose(upper, kernel, tf.shape(operation.inputs[0]), 1, padding.decode()), None


def _pointwise(maps: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """A 1×1 convolution as a product of matrices."""
    flat = tf.matmul(tf.reshape(maps, [-1, maps.shape[-1]]), matrix)
    return tf.reshape(flat, tf.concat([tf.shape(maps)[:3], matrix.shape[1:]], axis=0))


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
    """A depthwise convolution with the turned kernel, of `upper` spread with zeros where the stride left pixels out."""
    kernel, stride = operation.inputs[1], operation.get_attr("strides")[1]
    size = kernel.shape[0]
    if size % 2 == 0 or stride > 2 or kernel.shape[0] != kernel.shape[1] or kernel.shape[3] != 1:
        shape, strides = tf.shape(operation.inputs[0]), operation.get_attr("strides")
        return tf.nn.depthwise_conv2d_backprop_input(shape, kernel, upper, strides, "SAME"), None
    spread = _spread(operation.inputs[0], upper, size) if stride == 2 else upper
    return tf.nn.depthwise_conv2d(spread, kernel[::-1, ::-1], [1] * 4, "SAME"), None


def _spread(source: tf.Tensor, upper: tf.Tensor, size: int) -> tf.Tensor:
    """`upper` in the size of `source`: a value where the middle of its window lay, zeros between.

    The middle lies on even rows where SAME padding puts size // 2 rows before the first, else on odd ones.
    """
    height, width = tf.shape(source)[1], tf.shape(source)[2]
    odd = [size // 2 - _before(length, size, 2) for length in (height, width)]
    gaps = [[0, 0], [0, 0], [odd[0], 1 - odd[0]], [0, 0], [odd[1], 1 - odd[1]], [0, 0]]
    shape = tf.shape(upper)
    spread = tf.pad(upper[:, :, None, :, None, :], gaps)
    spread = tf.reshape(spread, [shape[0], 2 * shape[1], 2 * shape[2], upper.shape[3]])
    return spread[:, :height, :width]


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


@tf.RegisterGradient(RELU6)
def _relu6_gradient(operation: tf.Operation, upper: tf.Tensor) -> tf.Tensor:
    """ReLU6's gradient in bfloat16 by that in float16, for which TensorFlow uses the processor's vectors.

    The bits of numbers from 0 to 6 are in the same order, whichever of the two they are read as. So they are read as
    float16 and scaled until those of 6 mean 6 again: 0 stays 0, and all between lie between. The bits of the gradient
    are kept or made 0.
    """
    maps, slope = (tf.bitcast(values, tf.float16) for values in (operation.outputs[0], upper))
    six = np.array(6, tf.bfloat16.as_numpy_dtype).view(np.float16)  # 2.375
    # Rounded up, so that six stays six; the number before it stays below.
    factor = np.nextafter(np.float16(6) / six, np.float16(np.inf))
    return tf.bitcast(tf.raw_ops.Relu6Grad(gradients=slope, features=maps * factor), tf.bfloat16)
