"""The chapter's mistakes, against what can be counted by hand."""

import numpy as np
import pytest

from engine.chapter_bugs import PAIRS, flatten, sampled_accuracies, times_seen, train_both_ways


def test_samples_spread_as_the_binomial_says_and_are_centred_on_the_truth():
    correct = np.arange(10_000) % 20 != 0  # 95%
    found = sampled_accuracies(correct, 2_000, seed=1)
    assert found.mean() == pytest.approx(0.95, abs=0.001)
    assert found.std() == pytest.approx((0.95 * 0.05 / 500) ** 0.5, rel=0.1)
    assert (sampled_accuracies(correct, 3, seed=1) == found[:3]).all()


def test_epochs_show_each_image_as_often_and_drawing_leaves_a_third_out():
    seen = times_seen(images=4_000, batch_size=100, epochs=2, seed=0)
    assert (seen.epochs == 2).all()
    assert seen.drawn.sum() == seen.epochs.sum()
    # Missed by 8,000 draws: (1 - 1/4000)^8000, about e^-2.
    assert (seen.drawn == 0).mean() == pytest.approx(np.exp(-2), abs=0.02)


@pytest.mark.parametrize(
    ("pools", "chapter", "real", "fails"),
    [((2, 2), 7 * 7 * 50, 7 * 7 * 50, False), ((3, 3), 3 * 3 * 50, 4 * 4 * 50, True), ((28, 28), 0, 50, True)],
)
def test_the_floor_fits_only_where_the_sizes_divide(pools, chapter, real, fails):
    found = flatten(*pools)
    assert (found.chapter, found.real, bool(found.error)) == (chapter, real, fails)
    if fails:
        assert found.error == f"Matrix size-incompatible: In[0]: [1,{real}], In[1]: [{chapter},100]"


def test_the_two_of_a_pair_start_alike_and_see_other_digits():
    pairs = train_both_ways(0, steps=12)
    assert pairs.steps == list(range(1, 13))
    assert pairs.drawn.shape == pairs.epochs.shape == (PAIRS, 12)
    assert (pairs.drawn != pairs.epochs).any()
    again = train_both_ways(0, steps=12)
    np.testing.assert_array_equal(again.drawn, pairs.drawn)
    np.testing.assert_array_equal(again.epochs, pairs.epochs)
    # Few steps move a network little, so the two of a pair still read the test digits alike.
    assert np.abs(pairs.drawn[:, 0] - pairs.epochs[:, 0]).mean() < 0.1
