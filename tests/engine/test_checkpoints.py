"""Which steps of a run are kept."""

import numpy as np

from engine.checkpoints import MOST, MOST_BYTES, checkpoint_steps, weights_event, weights_of


def test_they_have_both_ends_and_grow_apart():
    points = list(range(0, 501, 5))
    steps = checkpoint_steps(points, 266_585)
    assert (steps[0], steps[-1], len(steps)) == (0, 500, MOST)
    assert set(steps) <= set(points)
    gaps = np.diff(steps)
    assert (gaps > 0).all()
    assert gaps[-1] > 10 * gaps[0]


def test_a_short_run_keeps_every_point():
    assert checkpoint_steps([0, 5, 10, 12], 1_000) == [0, 5, 10, 12]


def test_large_networks_keep_fewer_and_enormous_ones_none():
    points = list(range(100))
    assert len(checkpoint_steps(points, MOST_BYTES // 4 // 5)) == 5
    assert checkpoint_steps(points, MOST_BYTES // 4) == [99]
    assert checkpoint_steps(points, MOST_BYTES) == []


def test_weights_come_back_in_their_order():
    weights = [np.full(2, number, np.float32) for number in range(12)]
    assert weights_event(7, weights, "head").name == "head"
    event = weights_event(7, weights)
    assert (event.name, event.step) == ("weights", 7)
    shuffled = dict(sorted(event.arrays.items()))
    assert [weight[0] for weight in weights_of(shuffled)] == list(range(12))
