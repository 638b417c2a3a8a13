from dataclasses import replace

from engine.comparison import differing, metric_names, outcome, steps_done
from engine.events import Progress
from engine.records import Run, State
from engine.settings import MnistSettings

RUN = Run("a", MnistSettings(), State.RUNNING, 0, 1.0, "", ())
POINTS = (Progress(0, 10, {"test_accuracy": 0.1}), Progress(5, 10, {"train_loss": 2.0, "test_accuracy": 0.5}))


def test_only_settings_that_differ_are_told():
    first, second = MnistSettings(seed=1, pool1=3), MnistSettings(seed=2, steps=7, pool1=3)
    assert differing([first, second]) == {"steps": [500, 7], "seed": [1, 2]}
    assert differing([first, second, first]) == {"steps": [500, 7, 500], "seed": [1, 2, 1]}
    assert differing([first, first]) == differing([first]) == differing([]) == {}


def test_the_outcome_is_the_result_and_before_it_the_last_of_each_metric():
    running = replace(RUN, events=POINTS)
    assert outcome(running) == {"train_loss": 2.0, "test_accuracy": 0.5}
    result = {"test_accuracy": 0.55, "parameters": 12, "data": "digits", "real_data": True, "remark": None}
    assert outcome(replace(RUN, events=POINTS, result=result)) == {
        "train_loss": 2.0,
        "test_accuracy": 0.55,
        "parameters": 12,
    }
    assert outcome(RUN) == {}


def test_metrics_and_steps_are_those_that_were_measured():
    assert metric_names([RUN, replace(RUN, events=POINTS)]) == ["test_accuracy", "train_loss"]
    counting = Progress(9, 10, {"features": 0.5, "seconds_left": 3.0})
    assert metric_names([replace(RUN, events=(*POINTS, counting))]) == ["test_accuracy", "train_loss"]
    assert (steps_done(RUN), steps_done(replace(RUN, events=POINTS))) == (0, 5)
