"""Which runs make a learning curve, and what its points are."""

from dataclasses import replace

import pytest

from engine.errors import InvalidSettings
from engine.learning_curve import COUNTS, FROZEN, SCRATCH, TUNED, comparable, curve_points, means, missing
from engine.settings import FineTuningSettings

RESULT = {"train_images": 1_000, "classes": list("abcdefghij"), "test_accuracy": 0.75, "test_images": 2_000}
SETTINGS = FineTuningSettings()


def test_a_fine_tuned_run_is_two_points_with_wilsons_interval():
    points = curve_points([(SETTINGS, RESULT | {"head_test_accuracy": 0.5})])
    assert [(p.kind, p.per_class, p.accuracy) for p in points] == [(TUNED, 100, 0.75), (FROZEN, 100, 0.5)]
    # Wilson (1927) by hand for 1,000 of 2,000: 0.5 ± 0.02189.
    assert points[1].low == pytest.approx(0.47810, abs=1e-4)
    assert points[1].high == pytest.approx(0.52190, abs=1e-4)


@pytest.mark.parametrize(("method", "kind"), [("head", FROZEN), ("scratch", SCRATCH)])
def test_the_others_are_one(method, kind):
    points = curve_points([(replace(SETTINGS, method=method), RESULT | {"head_test_accuracy": None})])
    assert [p.kind for p in points] == [kind]


def test_seeds_are_averaged():
    results = [RESULT | {"test_accuracy": share, "head_test_accuracy": None} for share in (0.7, 0.8)]
    points = curve_points((replace(SETTINGS, seed=n), result) for n, result in enumerate(results))
    assert means(points, TUNED) == [(100, pytest.approx(0.75))]


def test_runs_are_comparable_but_for_method_number_and_seed():
    assert comparable(SETTINGS, replace(SETTINGS, method="head", per_class=7, seed=3))
    assert not comparable(SETTINGS, replace(SETTINGS, size=96))
    assert not comparable(SETTINGS, replace(SETTINGS, folder="elsewhere"))


def test_what_is_missing_completes_the_curve():
    runs = missing(SETTINGS, [])
    assert [run.per_class for run in runs] == [count for count in COUNTS for _ in range(2)]
    assert all(comparable(SETTINGS, run) for run in runs)
    assert {run.head_steps for run in runs if run.method == "scratch"} == {4 * SETTINGS.head_steps}
    assert missing(SETTINGS, runs) == []
    assert missing(SETTINGS, runs[1:]) == runs[:1]
    assert len(missing(replace(SETTINGS, size=96), runs)) == 2 * len(COUNTS)


def test_more_steps_than_a_run_may_have_are_refused_in_words():
    assert missing(replace(SETTINGS, head_steps=5_000), [])
    with pytest.raises(InvalidSettings, match="tune_steps is 5,001, of which a network from scratch gets 4 times"):
        missing(replace(SETTINGS, tune_steps=5_001), [])
