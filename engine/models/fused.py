"""Chains of small operations compiled into one loop each: on a CPU they wait for memory, and this reads it once."""

from collections.abc import Callable
from functools import wraps

import tensorflow as tf


def fused(function: Callable[..., tf.Tensor]) -> Callable[..., tf.Tensor]:
    """`function` of tensors compiled by XLA, once for each set of shapes; it has no gradient of its own that is fast.

    Meant for element-wise work while training, not for convolutions, in which XLA loses on CPUs, nor for evaluation,
    whose many batch sizes would each be compiled. On a GPU it is run as it is.
    """
    compiled = tf.function(function, jit_compile=True, autograph=False)

    @wraps(function)
    def call(*tensors: tf.Tensor) -> tf.Tensor:
        return function(*tensors) if tf.config.list_physical_devices("GPU") else compiled(*tensors)

    return call
