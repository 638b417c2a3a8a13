"""Convolution, pooling and activation of one feature map, computed by TensorFlow on a worker.

Everything is float32 [height, width, channels]. Nothing here imports TensorFlow until a function that needs it is
called, so that pages can name these functions to `Lab.call`.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import InvalidInput, InvalidSettings
from engine.imports import load_module
from engine.sliding import Sliding

Floats = NDArray[np.float32]
Pooling = Literal["max", "average"]

ACTIVATIONS = ("none", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "gelu")
"""As `tf.nn` calls them; leaky ReLU falls by 0.2 as there, GELU is the exact one."""


def convolve(volume: ArrayLike, kernels: ArrayLike, bias: ArrayLike, sliding: Sliding) -> Floats:
    """Slide `kernels` [side, side, channels, filters] over `volume` and add `bias` [filters].

    Cross-correlation, as every framework computes it: the kernel is not flipped. Raises `InvalidInput` for numbers that
    cannot be used and `InvalidSettings` where the kernel fits nowhere.
    """
    x, w, b = checked(volume, "input", 3), checked(kernels, "kernel", 4), checked(bias, "bias", 1)
    if w.shape[:3] != (sliding.kernel, sliding.kernel, x.shape[2]) or b.shape != w.shape[3:]:
        raise InvalidInput(f"A kernel {w.shape} with bias {b.shape} does not fit an input {x.shape} and {sliding}.")
    for size in x.shape[:2]:
        sliding.output_size(size)
    tf = load_module("tensorflow")
    y = _transposed(tf, x, w, sliding) if sliding.transposed else _convolved(tf, x, w, sliding)
    return np.asarray(y[0] + b)


def pool(volume: ArrayLike, kind: Pooling, sliding: Sliding) -> Floats:
    """The largest or the mean value of each window; SAME windows at the edge count the cells inside only."""
    x = checked(volume, "feature map", 3)
    if sliding.padding not in ("valid", "same"):
        raise InvalidSettings(f"The padding of a pooling is {sliding.padding!r}, but must be valid or same.")
    for size in x.shape[:2]:
        sliding.output_size(size)
    tf = load_module("tensorflow")
    function = tf.nn.max_pool2d if kind == "max" else tf.nn.avg_pool2d
    return np.asarray(function(x[None], sliding.kernel, sliding.stride, sliding.padding.upper())[0])


def activate(values: ArrayLike, name: str) -> Floats:
    """Each value by the activation of `ACTIVATIONS` called `name`, whatever the shape."""
    x = np.asarray(values, np.float32)
    if name not in ACTIVATIONS:
        raise InvalidSettings(f"{name!r} is no activation; they are {', '.join(ACTIVATIONS)}.")
    return x if name == "none" else np.asarray(getattr(load_module("tensorflow").nn, name)(x))


@dataclass(frozen=True, slots=True)
class Stage:
    """A feature map on its way: after the activation, after the pooling, and pooled before it was activated."""

    activated: Floats
    pooled: Floats
    swapped: Floats


def activate_and_pool(volume: ArrayLike, activation: str, kind: Pooling, sliding: Sliding) -> Stage:
    """Activation then pooling, as networks have it, and pooling then activation, as the chapter writes it."""
    activated = activate(volume, activation)
    swapped = activate(pool(volume, kind, sliding), activation)
    return Stage(activated, pool(activated, kind, sliding), swapped)


def winners(plane: Floats, sliding: Sliding) -> NDArray[np.int32]:
    """For each window of `plane` [height, width], the cell row·width + column that max pooling takes (the first)."""
    (top, bottom), (left, right) = sliding.pads(plane.shape[0]), sliding.pads(plane.shape[1])
    padded = np.pad(plane, ((top, bottom), (left, right)), constant_values=-np.inf)
    side, stride = sliding.kernel, sliding.stride
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side))[::stride, ::stride]
    rows, columns = windows.shape[:2]
    best = windows.reshape(rows, columns, -1).argmax(-1)
    row = np.arange(rows)[:, None] * stride - top + best // side
    column = np.arange(columns)[None] * stride - left + best % side
    return (row * plane.shape[1] + column).astype(np.int32)


def spread(kernels: Floats, dilation: int) -> Floats:
    """`kernels` with `dilation` - 1 rows and columns of zeros between theirs."""
    side = dilation * (kernels.shape[0] - 1) + 1
    wide = np.zeros((side, side, *kernels.shape[2:]), np.float32)
    wide[::dilation, ::dilation] = kernels
    return wide


def checked(values: ArrayLike, what: str, axes: int) -> Floats:
    """`values` as float32. Raises `InvalidInput` if they are empty, not finite, or have not so many axes."""
    try:
        with np.errstate(all="ignore"):
            array = np.asarray(values, np.float32)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"The {what} is not a table of numbers.") from None
    if array.size == 0:
        raise InvalidInput(f"The {what} is empty; it needs at least one number.")
    if array.ndim != axes:
        raise InvalidInput(f"The {what} has {array.ndim} axes, but needs {axes}.")
    if not np.isfinite(array).all():
        raise InvalidInput(f"The {what} holds something that is not a finite number.")
    return array


def _convolved(tf: Any, x: Floats, w: Floats, sliding: Sliding) -> Any:
    padding = sliding.padding
    ends = [[padding, padding]] * 2
    pads = padding.upper() if isinstance(padding, str) else [[0, 0], *ends, [0, 0]]
    return tf.nn.conv2d(x[None], w, sliding.stride, pads, dilations=sliding.dilation)


def _transposed(tf: Any, x: Floats, w: Floats, sliding: Sliding) -> Any:
    # TensorFlow's CPU kernel refuses a dilated transposed convolution; a kernel spread by zeros is the same kernel.
    # Zeros also fill it up to the stride, for SAME has output where a smaller window never comes.
    gap = max(sliding.stride - sliding.reach, 0)
    wide = np.pad(spread(w, sliding.dilation), ((0, gap), (0, gap), (0, 0), (0, 0))).transpose(0, 1, 3, 2)
    whole = [(size - 1) * sliding.stride + len(wide) for size in x.shape[:2]]
    y = tf.nn.conv2d_transpose(x[None], wide, [1, *whole, w.shape[3]], sliding.stride, "VALID")
    (top, height), (left, width) = ((sliding.pads(size)[0], sliding.output_size(size)) for size in x.shape[:2])
    return y[:, top : top + height, left : left + width]
