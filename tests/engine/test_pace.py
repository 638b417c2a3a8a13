"""The time that is left and the pictures on the way, by hand."""

import numpy as np
import pytest

from engine.experiments import pace as module
from engine.experiments.pace import Pace, Shows
from engine.records import MOST_SNAPSHOTS


def test_the_first_step_does_not_count_and_large_pictures_take_longer():
    pace = Pace([((2, 5), 3), ((4, 5), 2)])
    pace.did((2, 5), 60.0)
    assert pace.left == {}
    pace.did((2, 5), 1.0)
    assert pace.left["seconds_left"] == pytest.approx(0.1 * (10 + 2 * 20))
    pace.did((2, 5), 2.0)
    assert pace.left["seconds_left"] == pytest.approx((0.8 * 0.1 + 0.2 * 0.2) * 40)
    for _ in range(2):
        pace.did((4, 5), 2.0)
    assert pace.left["seconds_left"] == 0


def test_the_share_that_is_done_is_that_of_all_pixels():
    pace = Pace([((2, 5), 3), ((4, 5), 2)])
    assert pace.done == 0
    pace.did((2, 5), 1.0)
    assert pace.done == pytest.approx(10 / 70)


@pytest.mark.parametrize(("steps", "step_s"), [(140, 0.3), (5_000, 0.01), (5_000, 0.3), (5_000, 20.0)])
def test_however_long_a_run_is_its_pictures_are_few_and_the_first_come_at_once(steps, step_s, monkeypatch):
    now = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    shows, shown = Shows(), []
    for step in range(1, steps + 1):
        now += step_s
        if shows.is_due(step / steps):
            shown.append(step)
    # The last picture of all comes when the run has ended.
    assert 15 < len(shown) < MOST_SNAPSHOTS
    assert (shown[0], shown[-1]) == (1, steps)
    waits = np.diff(shown)
    assert waits.min() * step_s >= 0.4
    assert waits[:5].max() <= max(2, 0.02 * steps)
    assert waits.max() <= max(2, 0.04 * steps)
