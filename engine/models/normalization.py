"""Two ways to keep activations in bounds, as Keras layers that are fast on CPUs also in bfloat16."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from engine.models.fused import fused


@keras.saving.register_keras_serializable("cnn_lab")
class LocalResponseNormalization(keras.layers.Layer):
    """x / (bias + alpha · Σx²)^beta, the sum over the maps at most `radius` away: [n, h, w, maps] as it comes in.

    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012; the
    chapter's constants. The sum is a product with a band of ones, which takes a third less time than TensorFlow's own
    `local_response_normalization`; so do two square roots instead of a power, hence beta is 3/4 always. In training the
    rest is fused, and the gradient written out: as operations it would take twice the time of the convolutions.
    """

    def __init__(self, radius: int = 5, bias: float = 2.0, alpha: float = 1e-3, **layer: Any) -> None:
        super().__init__(**layer)
        self.radius, self.bias, self.alpha = radius, bias, alpha

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the band for the number of maps."""
        places = np.arange(shape[-1])
        near = np.abs(places[:, np.newaxis] - places) <= self.radius
        self._band = near.astype(np.float32)

    def get_config(self) -> dict[str, Any]:
        """What Keras writes to a file."""
        return {**super().get_config(), "radius": self.radius, "bias": self.bias, "alpha": self.alpha}

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Normalise each position by itself."""
        band = tf.cast(self._band, x.dtype)
        if training:
            return _normalize(x, band, tf.constant(self.bias), tf.constant(self.alpha))
        q = self.bias + self.alpha * tf.matmul(x * x, band)
        return x * tf.math.rsqrt(tf.sqrt(q)) * tf.math.rsqrt(q)


# A function of its own, traced once for all networks: TensorFlow never forgets a gradient that was made in a graph, nor
# that graph, nor the training data in it.
@tf.function(autograph=False)
@tf.custom_gradient
def _normalize(x: tf.Tensor, band: tf.Tensor, bias: tf.Tensor, alpha: tf.Tensor) -> Any:
    sums = tf.matmul(_square(x), band)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None, None, None]:
        through = tf.matmul(_through(x, sums, upstream, bias, alpha), band)
        return _back(x, sums, upstream, through, bias, alpha), None, None, None

    return _divide(x, sums, bias, alpha), gradient


@fused
def _square(x: tf.Tensor) -> tf.Tensor:
    return x * x


@fused
def _divide(x: tf.Tensor, sums: tf.Tensor, bias: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """x · q^-3/4, for q = bias + alpha · sums; as in the two below, in float32 and returned as x comes in."""
    root = _inverse_root(sums, bias, alpha)
    return tf.cast(_float(x) * root * tf.sqrt(root), x.dtype)


@fused
def _through(x: tf.Tensor, sums: tf.Tensor, upstream: tf.Tensor, bias: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """upstream · x · q^-7/4, which each map gets from its neighbours."""
    root = _inverse_root(sums, bias, alpha)
    return tf.cast(_float(upstream) * _float(x) * root * root * root * tf.sqrt(root), x.dtype)


@fused
def _back(
    x: tf.Tensor, sums: tf.Tensor, upstream: tf.Tensor, through: tf.Tensor, bias: tf.Tensor, alpha: tf.Tensor
) -> tf.Tensor:
    """upstream · q^-3/4 − 2 · 3/4 · alpha · x · through."""
    root = _inverse_root(sums, bias, alpha)
    direct = _float(upstream) * root * tf.sqrt(root)
    return tf.cast(direct - 1.5 * alpha * _float(x) * _float(through), x.dtype)


def _inverse_root(sums: tf.Tensor, bias: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    return tf.math.rsqrt(bias + alpha * _float(sums))


def _float(x: tf.Tensor) -> tf.Tensor:
    return tf.cast(x, tf.float32)


@keras.saving.register_keras_serializable("cnn_lab")
class BatchNormalization(keras.layers.Layer):
    """Each map shifted and scaled to mean 0 and variance 1 over the batch, then by two learned numbers.

    Ioffe and Szegedy, 2015. TensorFlow's fused kernel, which takes bfloat16 as it is; Keras's layer would go through
    float32. Evaluation uses running averages over the batches so far.
    """

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-3, **layer: Any) -> None:
        super().__init__(**layer)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, shape: tuple[int, ...]) -> None:
        """Scale, shift and the running averages, float32 [maps] each."""
        maps = shape[-1:]
        # The kernel takes these four in float32 also where the activations are bfloat16.
        self.scale = self.add_weight(shape=maps, initializer="ones", name="scale", autocast=False)
        self.shift = self.add_weight(shape=maps, initializer="zeros", name="shift", autocast=False)
        self.mean = self.add_weight(shape=maps, initializer="zeros", name="mean", trainable=False, autocast=False)
        self.variance = self.add_weight(shape=maps, initializer="ones", name="var", trainable=False, autocast=False)

    def get_config(self) -> dict[str, Any]:
        """What Keras writes to a file."""
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Normalise [n, h, w, maps] by the batch while training, else by the running averages."""
        scale, shift, mean, variance = (v.value for v in (self.scale, self.shift, self.mean, self.variance))
        y, new_mean, new_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=scale, offset=shift, mean=mean, variance=variance, epsilon=self.epsilon,
            is_training=training, exponential_avg_factor=1.0,
        )  # fmt: skip
        if training:
            mean.assign_sub((1 - self.momentum) * (mean - new_mean))
            variance.assign_sub((1 - self.momentum) * (variance - new_variance))
        return y
