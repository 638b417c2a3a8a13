"""Probabilities of answers, and how sure a share of right ones is."""

import math

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of logits along the last axis, [classes] or [n, classes], safe for large ones."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities


def wilson_interval(correct: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95% interval of a proportion, both ends from 0 to 1 (Wilson, JASA 22, 1927). `total` must be positive.

    Unlike p ± z·sqrt(p(1-p)/n) it stays inside 0 to 1 and holds near the ends, where accuracies are.
    """
    p = correct / total
    centre = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
