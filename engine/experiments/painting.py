"""The losses of style transfer, their gradient and Adam's step, compiled once for a network and a set of layers.

Gatys, Ecker and Bethge, "A neural algorithm of artistic style", 2015; the chapter's section "Stylenet". Every loss is a
sum of squared differences times a scale, so that the chapter's means and the losses divided by their targets' norms are
the same graph with other scales. Pictures of any size go through the same graph: nothing is traced again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tensorflow as tf

from engine.models.vgg import Features, build_features
from engine.sources.vgg import Vgg

EPSILON = 1e-8
"""Adam's. As in the paper (Kingma and Ba, 2014, algorithm 1) epsilon is added to the corrected deviation. TensorFlow
adds it before the correction, where it is a tenth of the gradients of losses that are divided by their targets."""

BLOCK = 1024
"""Positions whose product is one matrix product of a Gram matrix: two to three times faster than all at once."""

PICTURE = tf.TensorSpec([None, None, 3], tf.float32)
MAPS = tf.TensorSpec([None, None, None], tf.float32)
VECTOR = tf.TensorSpec([None], tf.float32)
NUMBER = tf.TensorSpec([], tf.float32)
PAIR = tf.TensorSpec([2], tf.float32)


@dataclass(frozen=True)
class Targets:
    """What a picture is to match.

    content: feature maps [rows, columns, channels], one a content layer, and scales [content layers].
    grams: Gram matrices [regions, channels, channels], one a style layer, and scales [regions] one a style layer.
    masks: [regions, rows, columns] from 0 to 1, one a style layer, or none where the style goes everywhere.
    variation: scales [2] of the variation from row to row and from column to column.
    """

    content: Sequence[tf.Tensor]
    content_scales: tf.Tensor
    grams: Sequence[tf.Tensor]
    gram_scales: Sequence[tf.Tensor]
    masks: Sequence[tf.Tensor]
    variation: tf.Tensor

    @property
    def tensors(self) -> tuple[Any, ...]:
        """As the compiled functions take them."""
        return (
            *(list(self.content), self.content_scales, list(self.grams), list(self.gram_scales)),
            *(list(self.masks), self.variation),
        )


class Painter:
    """Compiled functions of a network and its layers, for pictures float32 [height, width, 3] of any size.

    `gradient` and `adam` take a picture and `Targets.tensors`; `content_of` makes the content's targets of a picture,
    float32 maps [rows, columns, channels] by layer, `grams_of` the style's, float32 [1, channels, channels] by layer.
    """

    def __init__(
        self,
        vgg: Vgg,
        content: Sequence[str],
        style: Sequence[str],
        pooling: str,
        padding: str,
        dtype: str,
        masked: bool,
    ) -> None:
        features = build_features(vgg, {*content, *style}, pooling, padding, tf.as_dtype(dtype))
        targets = [
            *([MAPS] * len(content), VECTOR, [MAPS] * len(style), [VECTOR] * len(style)),
            *([MAPS] * len(style) if masked else [], VECTOR),
        ]

        losses = _losses_of(features, content, style, masked)

        @tf.function(autograph=False, input_signature=[PICTURE, *targets])
        def gradient(image: tf.Tensor, *targets: Any) -> tuple[tf.Tensor, ...]:
            with tf.GradientTape() as tape:
                tape.watch(image)
                parts = losses(image, targets)
                total = tf.add_n(parts)
            return tape.gradient(total, image), *parts

        @tf.function(autograph=False, input_signature=[PICTURE, PICTURE, PICTURE, NUMBER, NUMBER, PAIR, PAIR, *targets])
        def adam(
            image: Any, mean: Any, square: Any, count: Any, rate: Any, betas: Any, bounds: Any, *targets: Any
        ) -> Any:
            slope, *parts = gradient(image, *targets)
            return *moved_by_adam(image, slope, mean, square, count, rate, betas, bounds), *parts

        @tf.function(autograph=False, input_signature=[PICTURE])
        def content_of(image: tf.Tensor) -> list[tf.Tensor]:
            maps = features(image) if content else {}
            return [tf.cast(maps[name], tf.float32) for name in content]

        # In one graph with the network, which lets go of the maps of a layer as soon as it has their Gram matrix.
        @tf.function(autograph=False, input_signature=[PICTURE])
        def grams_of(image: tf.Tensor) -> list[tf.Tensor]:
            maps = features(image) if style else {}
            return [gram_matrix(tf.cast(maps[name], tf.float32)) for name in style]

        self.gradient, self.adam, self.content_of, self.grams_of = gradient, adam, content_of, grams_of


def _losses_of(
    features: Features, content: Sequence[str], style: Sequence[str], masked: bool
) -> Callable[[tf.Tensor, Sequence[Any]], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]:
    """A function of a picture and `Targets.tensors`: the losses of content, style and total variation."""

    def losses(image: tf.Tensor, targets: Sequence[Any]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        wanted, scales, grams, gram_scales, masks, variation = targets
        maps = features(image) if content or style else {}
        content_loss = content_term([tf.cast(maps[name], tf.float32) for name in content], wanted, scales)
        found = [
            masked_grams(maps[name], masks[number]) if masked else gram_matrix(maps[name])
            for number, name in enumerate(style)
        ]
        return content_loss, style_term(found, grams, gram_scales), tf.reduce_sum(variation * variations(image))

    return losses


painter = lru_cache(maxsize=4)(Painter)
"""The painter of these arguments, kept for the next run that asks for the same: graphs are never piled up."""


def moved_by_adam(
    image: Any, slope: Any, mean: Any, square: Any, count: Any, rate: Any, betas: Any, bounds: Any
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """`image` after Adam's step `count`, from 1, within `bounds` [2]; and the means of slopes and of their squares."""
    (beta1, beta2), (low, high) = tf.unstack(betas), tf.unstack(bounds)
    mean = beta1 * mean + (1 - beta1) * slope
    square = beta2 * square + (1 - beta2) * slope**2
    deviation = tf.sqrt(square / (1 - beta2**count))
    moved = image - rate / (1 - beta1**count) * mean / (deviation + EPSILON)
    return tf.clip_by_value(moved, low, high), mean, square


@tf.custom_gradient
def gram_matrix(maps: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """How the channels of `maps` [rows, columns, channels] go together: [1, channels, channels], a mean over positions.

    Products are of the type of the maps, and their sums float32: in bfloat16, which rounds the product of each block,
    the result is right to 0.3% of its largest number. The gradient takes one product, since the matrix is symmetric.
    """

    def gradient(slope: tf.Tensor) -> tf.Tensor:
        both = (slope[0] + tf.transpose(slope[0])) / positions
        flat = tf.reshape(maps, [-1, tf.shape(maps)[-1]])
        return tf.reshape(tf.matmul(flat, tf.cast(both, maps.dtype)), tf.shape(maps))

    positions = tf.cast(tf.size(maps) / tf.shape(maps)[-1], tf.float32)
    blocks = in_blocks(maps)
    products = tf.matmul(blocks, blocks, transpose_a=True)
    return tf.reduce_sum(tf.cast(products, tf.float32), axis=0, keepdims=True) / positions, gradient


def in_blocks(maps: tf.Tensor) -> tf.Tensor:
    """The positions of `maps` [rows, columns, channels] as [blocks, up to `BLOCK` positions, channels], zeros last."""
    flat = tf.reshape(maps, [-1, tf.shape(maps)[-1]])
    positions = tf.shape(flat)[0]
    count = -(-positions // BLOCK)
    size = -(-positions // count)
    return tf.reshape(tf.pad(flat, [[0, count * size - positions], [0, 0]]), [count, size, tf.shape(flat)[1]])


@tf.custom_gradient
def masked_grams(maps: tf.Tensor, masks: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """One Gram matrix for each of the masks [regions, rows, columns], each position counting as its mask says.

    float32 [regions, channels, channels] of `maps` [rows, columns, channels]. One region after the other, and nothing
    is kept for the gradient but the maps: all at once they take the memory of the maps once more for each.
    """

    def flat() -> tf.Tensor:
        return tf.cast(tf.reshape(maps, [-1, tf.shape(maps)[-1]]), tf.float32)

    def gram(share: tf.Tensor) -> tf.Tensor:
        return tf.matmul(flat(), share[:, tf.newaxis] * flat(), transpose_a=True)

    def gradient(slope: tf.Tensor) -> tuple[tf.Tensor, None]:
        def add(total: tf.Tensor, region: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            share, both = region
            return total + share[:, tf.newaxis] * tf.matmul(flat(), both)

        regions = (shares, slope + tf.transpose(slope, [0, 2, 1]))
        found = tf.foldl(add, regions, tf.zeros_like(flat()), parallel_iterations=1)
        return tf.cast(tf.reshape(found, tf.shape(maps)), maps.dtype), None

    shares = tf.reshape(masks, [tf.shape(masks)[0], -1])
    shares /= tf.maximum(tf.reduce_sum(shares, axis=1, keepdims=True), 1e-6)
    return tf.map_fn(gram, shares, parallel_iterations=1), gradient


def content_term(maps: Sequence[tf.Tensor], wanted: Sequence[tf.Tensor], scales: tf.Tensor) -> tf.Tensor:
    """Sum of squared differences of feature maps, each layer times its scale."""
    terms = [scales[i] * tf.reduce_sum((a - b) ** 2) for i, (a, b) in enumerate(zip(maps, wanted, strict=True))]
    return tf.add_n([tf.zeros([]), *terms])


def style_term(grams: Sequence[tf.Tensor], wanted: Sequence[tf.Tensor], scales: Sequence[tf.Tensor]) -> tf.Tensor:
    """Sum of squared differences of Gram matrices, each layer and region times its scale."""
    terms = [
        tf.reduce_sum(scale * tf.reduce_sum((a - b) ** 2, axis=[1, 2]))
        for a, b, scale in zip(grams, wanted, scales, strict=True)
    ]
    return tf.add_n([tf.zeros([]), *terms])


@tf.custom_gradient
def variations(image: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Mean squares [2] of the differences from row to row and from column to column, of [height, width, 3].

    The gradient is written out: TensorFlow's own of the four slices took a tenth of a whole step.
    """

    def gradient(slope: tf.Tensor) -> tf.Tensor:
        rows = slope[0] * 2 / tf.cast(tf.size(down), tf.float32) * down
        columns = slope[1] * 2 / tf.cast(tf.size(right), tf.float32) * right
        return (
            tf.pad(rows, [[1, 0], [0, 0], [0, 0]])
            - tf.pad(rows, [[0, 1], [0, 0], [0, 0]])
            + tf.pad(columns, [[0, 0], [1, 0], [0, 0]])
            - tf.pad(columns, [[0, 0], [0, 1], [0, 0]])
        )

    down, right = image[1:] - image[:-1], image[:, 1:] - image[:, :-1]
    return tf.stack([tf.reduce_mean(down**2), tf.reduce_mean(right**2)]), gradient
