import csv
import io
import math

from engine.events import Completed, Mark, Progress
from engine.history import history_csv, learning_rates, marks, points, rate_now

EVENTS = [
    Progress(0, 10, {"test_loss": 2.302585092994046, "test_accuracy": 0.1}),
    Progress(3, 10, {}),
    Mark(4, "learning rate 0.01"),
    Progress(5, 10, {"test_loss": 1 / 3, "test_accuracy": 0.5, "train_loss": math.nan}),
    Mark(5, "unfrozen"),
    Mark(5, "learning rate 1e-05"),
    Progress(10, 10, {"train_loss": math.inf, "test_loss": 1e-300, "test_accuracy": 1.0}),
    Completed({"test_accuracy": 1.0}),
]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_table_read_back_gives_every_point_and_mark_exactly():
    rows = read(history_csv(EVENTS))
    assert [int(row["step"]) for row in rows] == [0, 4, 5, 10]
    back = [
        Progress(int(row["step"]), 10, {n: float(v) for n, v in row.items() if v and n not in ("step", "mark")})
        for row in rows
        if row["test_loss"]
    ]
    # NaN equals nothing, so the texts are compared.
    assert repr([(p.step, dict(sorted(p.metrics.items()))) for p in back]) == repr(
        [(p.step, dict(sorted(p.metrics.items()))) for p in points(EVENTS)]
    )
    assert [row["mark"] for row in rows] == ["", "learning rate 0.01", "unfrozen; learning rate 1e-05", ""]


def test_the_table_of_a_run_without_points_is_its_head():
    assert history_csv([]) == "step\n"


def test_columns_are_the_step_the_metrics_and_last_the_marks():
    assert history_csv(EVENTS).splitlines()[0] == "step,test_loss,test_accuracy,train_loss,mark"
    assert "mark" not in history_csv(points(EVENTS))


def test_a_text_with_a_comma_stays_one_cell():
    assert read(history_csv([Mark(2, 'froze "conv 1", conv 2')]))[0]["mark"] == 'froze "conv 1", conv 2'


def test_learning_rates_begin_with_the_first_and_follow_the_marks():
    assert learning_rates(EVENTS, 0.5) == {0: 0.5, 4: 0.01, 5: 1e-5}
    assert learning_rates([], 0.5) == {0: 0.5}
    assert learning_rates([Mark(0, "learning rate 0.1")], 0.5) == {0: 0.1}
    assert [mark.step for mark in marks(EVENTS)] == [4, 5, 5]


def test_the_rate_of_now_is_the_one_last_told_by_a_point_or_by_whoever_set_it():
    assert rate_now([], 0.5) is None
    assert rate_now(EVENTS[:2], 0.5) == (0, 0.5)
    assert rate_now(EVENTS[:4], 0.5) == (5, 0.01)
    assert rate_now(EVENTS, 0.5) == (10, 1e-5)
    schedule = [Progress(0, 10, {"learning_rate": 0.02}), Progress(5, 10, {"learning_rate": 0.3}), Progress(6, 10, {})]
    assert rate_now(schedule, 0.5) == (5, 0.3)
    assert rate_now([*schedule, Mark(7, "learning rate 0.1")], 0.5) == (7, 0.1)
