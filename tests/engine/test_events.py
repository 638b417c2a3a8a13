import json
import math

import numpy as np
import pytest

from engine.events import Arrays, ClassAccuracy, Completed, Mark, Predictions, Progress, Snapshot, as_json, from_json

PREDICTIONS = Predictions(
    5,
    np.arange(2 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28),
    np.array([3, 7], np.int32),
    np.array([3, 1], np.int32),
    np.array([[0.25, 0.75], [1.0, 0.0]], np.float32),
)


def through_text(event):
    return json.loads(json.dumps(as_json(event, 1.23456), allow_nan=False))


def test_progress_on_the_command_line():
    event = Progress(5, 500, {"train_loss": 0.5, "test_accuracy": math.nan})
    assert through_text(event) == {
        "event": "progress",
        "elapsed_s": 1.235,
        "step": 5,
        "total": 500,
        "metrics": {"train_loss": 0.5, "test_accuracy": None},
    }


def test_a_number_that_is_not_finite_comes_back_as_nan():
    metrics = from_json(through_text(Progress(1, 2, {"train_loss": math.inf}))).metrics
    assert math.isnan(metrics["train_loss"])


def test_predictions_come_back_with_their_pixels():
    back = from_json(through_text(PREDICTIONS))
    for name in ("images", "labels", "predicted", "probabilities"):
        np.testing.assert_array_equal(getattr(back, name), getattr(PREDICTIONS, name))
    assert back.step == 5


def test_result_comes_back():
    event = Completed({"test_accuracy": 0.9, "data": "digits", "diverged_at": None})
    assert from_json(through_text(event)) == event


@pytest.mark.parametrize(
    "event",
    [Snapshot(3, b"\xff\xd8\x00", "style"), Mark(4, "learning rate 0.01"), ClassAccuracy(9, {"cat": 0.5, "dog": 1.0})],
)
def test_snapshots_marks_and_class_accuracies_come_back(event):
    assert from_json(through_text(event)) == event


def test_of_arrays_only_the_shapes_are_told():
    told = through_text(Arrays("weights", 5, {"0": np.zeros((4, 4, 1, 25), np.float32)}))
    assert told == {"event": "arrays", "elapsed_s": 1.235, "step": 5, "name": "weights", "shapes": {"0": [4, 4, 1, 25]}}
    assert from_json(told) == Arrays("weights", 5, {})


def test_an_unknown_event_is_named():
    with pytest.raises(ValueError, match="'snow' is not an event"):
        from_json({"event": "snow"})
