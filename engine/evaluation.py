"""What a classifier's answers to a whole test set say about it. Any number of classes, any kind of image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.statistics import wilson_interval


@dataclass(frozen=True, slots=True)
class Answers:
    """A network's answers to every test image: labels int [n]; probabilities float [n, classes], finite."""

    labels: NDArray[np.integer[Any]]
    probabilities: NDArray[np.floating[Any]]

    @property
    def predicted(self) -> NDArray[np.intp]:
        """The likeliest class of each image, [n]."""
        return self.probabilities.argmax(axis=1)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Its probability, [n]."""
        return self.probabilities.max(axis=1).astype(np.float64)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether it is right, [n]."""
        return self.predicted == self.labels

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1."""
        return float(self.correct.mean())

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.probabilities.shape[1])


@dataclass(frozen=True, slots=True)
class Scores:
    """For each class, float64 [classes]: NaN where nothing can be said. support: how many test images it has."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    support: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bin:
    """The images whose confidence is within one interval: how sure the network is there, and how often right.

    low, high: Wilson's 95% interval of `accuracy`.
    """

    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


def answers_of(arrays: Mapping[str, NDArray[Any]]) -> Answers:
    """The arrays `labels` and `probabilities` that a run emits as "test", checked.

    Raises `InvalidInput` where one is missing, they do not belong together, or the network had diverged.
    """
    labels, probabilities = arrays.get("labels"), arrays.get("probabilities")
    if labels is None or probabilities is None or labels.ndim != 1 or probabilities.ndim != 2:
        raise InvalidInput("What this run kept of its test is damaged; train again.")
    fits = len(labels) == len(probabilities) > 0 and labels.dtype.kind in "iu" and probabilities.dtype.kind == "f"
    if not fits or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise InvalidInput("What this run kept of its test does not fit together; train again.")
    if not np.isfinite(probabilities).all():
        raise InvalidInput("This network diverged: its probabilities are no numbers, so there is nothing to count.")
    return Answers(labels, probabilities)


def confusion(answers: Answers) -> NDArray[np.int64]:
    """int64 [classes, classes]: how many images of the row's class were taken for the column's."""
    cells = answers.labels.astype(np.intp) * answers.classes + answers.predicted
    return np.bincount(cells, minlength=answers.classes**2).reshape(answers.classes, answers.classes)


def scores(matrix: NDArray[np.int64]) -> Scores:
    """Of a confusion matrix. Precision: of what was called a class, the share that is; recall: of the class, found."""
    right = np.diagonal(matrix).astype(np.float64)
    return Scores(_share(right, matrix.sum(axis=0)), _share(right, matrix.sum(axis=1)), matrix.sum(axis=1))


def worst_cell(matrix: NDArray[np.int64]) -> tuple[int, int]:
    """Row and column of the most frequent mistake; (0, 0) where there is none."""
    mistakes = matrix - np.diag(np.diagonal(matrix))
    row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return int(row), int(column)


def members(answers: Answers, row: int, column: int) -> NDArray[np.intp]:
    """Indices of the images of class `row` that were taken for `column`, the most confident first."""
    inside = np.flatnonzero((answers.labels == row) & (answers.predicted == column))
    return inside[np.argsort(-answers.confidence[inside], kind="stable")]


def confident_mistakes(answers: Answers, most: int) -> NDArray[np.intp]:
    """Indices of at most `most` wrong answers, those with the highest probability first."""
    wrong = np.flatnonzero(~answers.correct)
    return wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:most]


def calibration(answers: Answers, bins: int = 10) -> list[Bin]:
    """The images in `bins` equal intervals of confidence from 0 to 1, those without images left out.

    Niculescu-Mizil and Caruana, "Predicting good probabilities with supervised learning" (2005).
    """
    confidence, correct = answers.confidence, answers.correct
    numbers = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    return [_bin(confidence[inside], correct[inside]) for k in range(bins) if (inside := numbers == k).any()]


def calibration_error(bins: list[Bin]) -> float:
    """Mean distance between confidence and accuracy, 0 to 1, each image counting once (Naeini et al., 2015)."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in bins) / total


def _bin(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> Bin:
    low, high = wilson_interval(int(correct.sum()), len(correct))
    return Bin(len(correct), float(confidence.mean()), float(correct.mean()), low, high)


def _share(part: NDArray[np.float64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
