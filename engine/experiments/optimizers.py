"""Gradient steps as TensorFlow's own kernels: one call a weight, and weights stay where they are."""

from collections.abc import Callable, Sequence

import tensorflow as tf

Update = Callable[[Sequence[tf.Tensor], tf.Tensor], None]
"""Gradients, one a weight, and the learning rate: moves the weights."""


def build_update(optimizer: str, weights: Sequence[tf.Variable], momentum: float = 0.9) -> Update:
    """`optimizer` is "sgd", "momentum", "nesterov" or "adam" (Kingma and Ba, 2015, with its 0.9, 0.999 and 1e-7).

    "momentum" is TensorFlow 1's `MomentumOptimizer`: velocity = momentum · velocity + gradient, and the weight moves by
    −rate · velocity.
    """
    match optimizer:
        case "sgd":
            return _sgd(weights)
        case "momentum" | "nesterov":
            return _momentum(weights, momentum, optimizer == "nesterov")
        case "adam":
            return _adam(weights)
    raise ValueError(f"{optimizer!r} is not an optimizer.")


def _sgd(weights: Sequence[tf.Variable]) -> Update:
    def update(gradients: Sequence[tf.Tensor], rate: tf.Tensor) -> None:
        for weight, gradient in zip(weights, gradients, strict=True):
            tf.raw_ops.ResourceApplyGradientDescent(var=weight.handle, alpha=rate, delta=gradient)

    return update


def _momentum(weights: Sequence[tf.Variable], momentum: float, nesterov: bool) -> Update:
    velocities = [tf.Variable(tf.zeros_like(weight)) for weight in weights]

    def update(gradients: Sequence[tf.Tensor], rate: tf.Tensor) -> None:
        for weight, velocity, gradient in zip(weights, velocities, gradients, strict=True):
            tf.raw_ops.ResourceApplyMomentum(
                var=weight.handle, accum=velocity.handle, lr=rate, grad=gradient, momentum=momentum,
                use_nesterov=nesterov,
            )  # fmt: skip

    return update


def _adam(weights: Sequence[tf.Variable], beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-7) -> Update:
    means = [tf.Variable(tf.zeros_like(weight)) for weight in weights]
    squares = [tf.Variable(tf.zeros_like(weight)) for weight in weights]
    powers = tf.Variable([beta1, beta2])

    def update(gradients: Sequence[tf.Tensor], rate: tf.Tensor) -> None:
        power1, power2 = tf.unstack(powers.read_value())
        for weight, mean, square, gradient in zip(weights, means, squares, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle, m=mean.handle, v=square.handle, beta1_power=power1, beta2_power=power2,
                lr=rate, beta1=beta1, beta2=beta2, epsilon=epsilon, grad=gradient,
            )  # fmt: skip
        powers.assign(powers * [beta1, beta2])

    return update
