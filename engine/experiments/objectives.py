"""What a dream wants more of: small functions of a layer's maps that add up. After Lucid (Olah et al., Distill 2017).

Each takes maps float32 [n, rows, columns, channels] and one tensor of parameters, so that another channel, class or
guide is another value of that tensor and never another graph. All are means over places: they do not grow with a
picture.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.dream_settings import Term

Score = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def channel(maps: tf.Tensor, direction: tf.Tensor) -> tf.Tensor:
    """Mean over all places of the maps along `direction` [channels]: for one channel, a row of zeros with one 1."""
    return tf.tensordot(tf.reduce_mean(maps, axis=[0, 1, 2]), direction, 1)


def layer(maps: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """Mean square of all maps, times `weight` [1]: more of whatever is there already."""
    return weight[0] * tf.reduce_mean(tf.square(maps))


def neuron(maps: tf.Tensor, direction: tf.Tensor) -> tf.Tensor:
    """The maps at their middle place only, along `direction` [channels]."""
    shape = tf.shape(maps)
    return tf.tensordot(tf.reduce_mean(maps[:, shape[1] // 2, shape[2] // 2], axis=0), direction, 1)


def guide(maps: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """At each place the product with whichever of `features` [places, channels] fits best, in the mean.

    Mordvintsev, Olah and Tyka's "controlling dreams" of 2015.
    """
    flat = tf.reshape(maps, [-1, tf.shape(maps)[-1]])
    products = tf.matmul(tf.stop_gradient(flat), features, transpose_b=True)
    chosen = tf.gather(features, tf.argmax(products, axis=1))
    return tf.reduce_mean(tf.reduce_sum(flat * chosen, axis=1))


SCORES: Mapping[str, Score] = {"channel": channel, "layer": layer, "neuron": neuron, "class": channel, "guide": guide}
SHAPES: Mapping[str, list[int | None]] = {
    "channel": [None],
    "layer": [1],
    "neuron": [None],
    "class": [None],
    "guide": [None, None],
}
"""Shape of the parameters of each kind."""


def total(kinds: Sequence[str], maps: Sequence[tf.Tensor], parameters: Sequence[tf.Tensor]) -> tf.Tensor:
    """The objective: the sum of its parts."""
    return tf.add_n([SCORES[kind](m, p) for kind, m, p in zip(kinds, maps, parameters, strict=True)])


def parameters_of(
    terms: Sequence[Term], layers: Mapping[str, int], features: NDArray[np.float32] | None = None
) -> list[tf.Tensor]:
    """The parameters of each term; `features` [places, channels] are those of the guide picture."""
    return [tf.constant(_parameter(term, layers[term.layer], features), tf.float32) for term in terms]


def _parameter(term: Term, channels: int, features: NDArray[np.float32] | None) -> NDArray[np.float32]:
    match term.kind:
        case "layer":
            return np.array([term.weight], np.float32)
        case "guide" if features is not None:
            return features
        case _:
            direction = np.zeros(channels, np.float32)
            direction[term.channel] = term.weight
            return direction
