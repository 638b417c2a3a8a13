"""What holds for the events of every experiment."""

import pickle

import numpy as np
import pytest

from engine.events import Completed, Predictions, Progress, as_json
from engine.experiments import start
from engine.settings import EXPERIMENTS

QUICK = {
    "mnist": {"steps": 12, "conv1_features": 2, "conv2_features": 2, "dense_size": 4, "eval_size": 20},
    "cifar": {"steps": 12, "batch_size": 8, "width": 4, "eval_every": 5},
    "prepare": {},
    "fine_tuning": {
        "per_class": 5,
        "size": 32,
        "head_steps": 4,
        "tune_steps": 3,
        "test_images": 20,
        "batch_size": 8,
        "blocks": 1,
    },
    "style_transfer": {"steps": 3, "max_size": 64, "sizes": 2, "style_scale": 0.5},
    "deep_dream": {"octaves": 1, "iterations": 2, "max_size": 96, "layer": "block1", "channel": 3},
}


@pytest.fixture(scope="module", params=EXPERIMENTS)
def events(request):
    return list(start(EXPERIMENTS[request.param](**QUICK[request.param])))


def plain(value):
    match value:
        case dict():
            return all(isinstance(name, str) and plain(v) for name, v in value.items())
        case list() | tuple():
            return all(map(plain, value))
        case _:
            return value is None or type(value) in (bool, int, float, str)


def test_there_is_exactly_one_completed_and_it_is_last(events):
    assert [isinstance(event, Completed) for event in events] == [False] * (len(events) - 1) + [True]


def test_steps_never_go_back_and_reach_the_total(events):
    progress = [event for event in events if isinstance(event, Progress)]
    steps = [event.step for event in progress]
    assert steps == sorted(steps)
    assert {event.total for event in progress} == {steps[-1]}


def test_values_are_of_python_and_numpy_only(events):
    for event in events:
        match event:
            case Progress(step, total, metrics):
                assert type(step) is type(total) is int
                assert all(type(value) is float for value in metrics.values())
                accuracies = [value for name, value in metrics.items() if name.endswith("accuracy")]
                assert all(0 <= value <= 1 for value in accuracies)
            case Predictions(_, images, labels, predicted, probabilities):
                assert images.dtype == np.uint8
                assert len(images) == len(labels) == len(predicted) == len(probabilities)
            case Completed(result):
                assert plain(result)


def test_events_travel(events):
    for event in events:
        assert as_json(pickle.loads(pickle.dumps(event)), 0.0) == as_json(event, 0.0)
