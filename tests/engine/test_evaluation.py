"""Confusion, precision and recall, and calibration, against values computed by hand."""

import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.evaluation import (
    Answers,
    answers_of,
    calibration,
    calibration_error,
    confident_mistakes,
    confusion,
    members,
    scores,
    worst_cell,
)

# Class 2 has no image and class 1 is taken for 0 twice; nothing is ever called 2.
LABELS = np.array([0, 0, 0, 1, 1, 1, 1], np.int32)
PROBABILITIES = np.array(
    [
        [0.9, 0.1, 0.0],
        [0.6, 0.3, 0.1],
        [0.2, 0.8, 0.0],
        [0.55, 0.45, 0.0],
        [0.95, 0.05, 0.0],
        [0.3, 0.7, 0.0],
        [0.0, 1.0, 0.0],
    ],
    np.float32,
)
ANSWERS = Answers(LABELS, PROBABILITIES)
MATRIX = [[2, 1, 0], [2, 2, 0], [0, 0, 0]]


def test_confusion_counts_rows_by_label_and_columns_by_answer():
    assert confusion(ANSWERS).tolist() == MATRIX
    assert ANSWERS.accuracy == pytest.approx(4 / 7)


def test_precision_and_recall():
    found = scores(np.array(MATRIX))
    assert found.precision[:2] == pytest.approx([2 / 4, 2 / 3])
    assert found.recall[:2] == pytest.approx([2 / 3, 2 / 4])
    assert np.isnan(found.precision[2])
    assert np.isnan(found.recall[2])
    assert found.support.tolist() == [3, 4, 0]


def test_the_worst_cell_is_the_most_frequent_mistake_and_never_a_right_answer():
    assert worst_cell(np.array(MATRIX)) == (1, 0)
    assert worst_cell(np.array([[90, 0], [0, 50]])) == (0, 0)


def test_members_of_a_cell_and_mistakes_come_with_the_most_confident_first():
    assert members(ANSWERS, 1, 0).tolist() == [4, 3]
    assert members(ANSWERS, 0, 0).tolist() == [0, 1]
    assert members(ANSWERS, 2, 2).tolist() == []
    assert confident_mistakes(ANSWERS, 2).tolist() == [4, 2]
    assert confident_mistakes(ANSWERS, 9).tolist() == [4, 2, 3]


def test_calibration_bins_by_confidence():
    bins = calibration(ANSWERS, bins=4)
    # 0.5 to 0.75: 0.6 right, 0.55 wrong, 0.7 right; above: 0.9 right, 0.8 wrong, 0.95 wrong, 1.0 right.
    assert [b.count for b in bins] == [3, 4]
    assert [b.confidence for b in bins] == pytest.approx([1.85 / 3, 3.65 / 4])
    assert [b.accuracy for b in bins] == pytest.approx([2 / 3, 2 / 4])
    assert all(b.low < b.accuracy < b.high for b in bins)
    wanted = (3 * abs(2 / 3 - 1.85 / 3) + 4 * abs(2 / 4 - 3.65 / 4)) / 7
    assert calibration_error(bins) == pytest.approx(wanted)


def test_a_network_that_is_as_sure_as_it_is_right_has_no_calibration_error():
    answers = Answers(np.array([0, 0, 0, 1]), np.tile(np.array([[0.75, 0.25]]), (4, 1)))
    assert calibration_error(calibration(answers)) == pytest.approx(0)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "damaged"),
        ({"labels": LABELS, "probabilities": PROBABILITIES[0]}, "damaged"),
        ({"labels": LABELS[:3], "probabilities": PROBABILITIES}, "does not fit"),
        ({"labels": LABELS + 2, "probabilities": PROBABILITIES}, "does not fit"),
        ({"labels": LABELS, "probabilities": PROBABILITIES * np.nan}, "diverged"),
    ],
)
def test_what_is_no_test_is_refused_in_words(arrays, words):
    with pytest.raises(InvalidInput, match=words):
        answers_of(arrays)


def test_answers_in_half_precision_are_taken():
    answers = answers_of({"labels": LABELS, "probabilities": PROBABILITIES.astype(np.float16)})
    assert confusion(answers).tolist() == MATRIX
