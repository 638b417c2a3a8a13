"""What the training of a classifier is judged by: its logits made into losses, accuracies and answers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.events import Predictions
from engine.statistics import softmax, wilson_interval


def cross_entropy(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Mean cross-entropy in nats, of the logits and not of their rounded probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def metrics_of(split: str, logits: NDArray[np.float32], labels: NDArray[np.int32]) -> dict[str, float]:
    """Loss and accuracy under the names `<split>_loss` and `<split>_accuracy`."""
    accuracy = float(np.mean(logits.argmax(axis=1) == labels))
    return {f"{split}_loss": cross_entropy(logits, labels), f"{split}_accuracy": accuracy}


def predictions(
    step: int, images: NDArray[np.uint8], labels: NDArray[np.int32], logits: NDArray[np.float32]
) -> Predictions:
    """What the network says of these images after `step`."""
    return Predictions(step, images, labels, logits.argmax(axis=1).astype(np.int32), softmax(logits))


def test_result(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> dict[str, float | int]:
    """Accuracy on the whole test set with its 95% interval, as `Completed` reports it."""
    correct = int(np.sum(logits.argmax(axis=1) == labels))
    low, high = wilson_interval(correct, len(labels))
    return {
        "test_accuracy": correct / len(labels),
        "test_accuracy_low": low,
        "test_accuracy_high": high,
        "test_correct": correct,
        "test_images": len(labels),
    }


class Given(Protocol):
    """Pictures that a run was given."""

    @property
    def describe(self) -> str:
        """What they are, in a few words."""

    @property
    def real(self) -> bool:
        """Whether they are what was asked for, and not what stands in for it."""

    @property
    def remark(self) -> str:
        """A sentence that whoever sees the result should know, or empty."""


def provenance(given: Given) -> dict[str, str | bool]:
    """Where the data came from, as `Completed` reports it."""
    return {"data": given.describe, "real_data": given.real, "remark": given.remark}


def recalls(logits: NDArray[np.float32], labels: NDArray[np.int32], names: Sequence[str]) -> dict[str, float]:
    """For each class, by its name: the share of its images that is read right; classes without images left out."""
    right = logits.argmax(axis=1) == labels
    return {name: float(right[labels == k].mean()) for k, name in enumerate(names) if (labels == k).any()}
