"""The time that is left, by hand."""

import pytest

from engine.experiments.pace import Pace


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
