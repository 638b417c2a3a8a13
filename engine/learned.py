"""What the checkpoints of a MNIST run show: kernels, and how the hidden layer sorts test digits, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.forward import Floats, check_weights, hidden_layer
from engine.projection import principal_plane
from engine.settings import MnistSettings
from engine.sources.mnist import load_digits

SAMPLE = 400
"""Test digits that are projected: enough to see clusters, few enough to see digits."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A network of `settings` after each of `steps`.

    convolutions: for each step kernels and biases of the two convolutions, in Keras's order; points: [steps, n, 2], the
    hidden layer for n test digits with `labels` [n], all on one plane, that on which they vary most after the last
    step; shares: of the variance of that step, by axis.
    """

    settings: MnistSettings
    steps: tuple[int, ...]
    convolutions: tuple[tuple[Floats, ...], ...]
    points: Floats
    labels: NDArray[np.int32]
    shares: tuple[float, float]

    def moved(self, layer: int) -> list[float]:
        """How far the kernels of convolution 0 or 1 are from where they began, as a share of their length then."""
        kernels = [arrays[2 * layer].astype(np.float64) for arrays in self.convolutions]
        length = max(float(np.linalg.norm(kernels[0])), 1e-12)
        return [float(np.linalg.norm(kernel - kernels[0])) / length for kernel in kernels]


def hidden_of_test(settings: MnistSettings, weights: Sequence[Floats]) -> tuple[Floats, NDArray[np.int32]]:
    """The hidden layer float32 [n, dense_size] for up to `SAMPLE` test digits, and their labels; for a worker.

    Raises `InvalidInput` for weights that are not those of such a network.
    """
    check_weights(settings, weights)
    digits = load_digits()
    count = min(SAMPLE, len(digits.test_images))
    sample = np.linspace(0, len(digits.test_images) - 1, count).round().astype(np.intp)
    return hidden_layer(settings, weights, digits.test_images[sample]), digits.test_labels[sample]


def learned_of(
    settings: MnistSettings,
    weights: Mapping[int, Sequence[Floats]],
    hidden: Sequence[Floats],
    labels: NDArray[np.int32],
) -> Learned:
    """Put together what was learned: all weights by step, and the hidden layer after each of these steps.

    Raises `InvalidInput` where the hidden layer overflowed.
    """
    if not all(np.isfinite(activations).all() for activations in hidden):
        raise InvalidInput("This network diverged: its hidden layer has no numbers to show.")
    plane = principal_plane(hidden[-1])
    points = np.stack([plane(activations) for activations in hidden]).astype(np.float32)
    convolutions = tuple(tuple(arrays[:4]) for arrays in weights.values())
    return Learned(settings, tuple(weights), convolutions, points, labels, plane.shares)


def to_arrays(learned: Learned) -> dict[str, NDArray[Any]]:
    """The arrays of a file that `from_arrays` reads; half precision, for it ships with the app."""
    stacked = {
        f"convolution{part}": np.stack([arrays[part] for arrays in learned.convolutions]).astype(np.float16)
        for part in range(4)
    }
    return {
        **stacked,
        "steps": np.array(learned.steps, np.int32),
        "points": learned.points.astype(np.float16),
        "labels": learned.labels.astype(np.uint8),
        "shares": np.array(learned.shares),
    }


def from_arrays(settings: MnistSettings, arrays: Mapping[str, NDArray[Any]]) -> Learned:
    """What `to_arrays` wrote, in single precision. Raises `InvalidInput` where an array is missing."""
    try:
        parts = [arrays[f"convolution{part}"].astype(np.float32) for part in range(4)]
        return Learned(
            settings,
            tuple(arrays["steps"].tolist()),
            tuple(zip(*parts, strict=True)),
            arrays["points"].astype(np.float32),
            arrays["labels"].astype(np.int32),
            (float(arrays["shares"][0]), float(arrays["shares"][1])),
        )
    except KeyError as error:
        raise InvalidInput(f"The example that comes with the app lacks {error}; install the app again.") from None
