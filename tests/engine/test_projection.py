"""Principal components against a plane found by hand, and against the eigenvectors of the covariance."""

import numpy as np
import pytest

from engine.projection import principal_plane


def test_a_line_in_space_is_found_by_hand():
    # Along (3, 4, 0) / 5 by -5, 0 and 5, around (1, 1, 7).
    values = np.array([[-2, -3, 7], [1, 1, 7], [4, 5, 7]], np.float32)
    plane = principal_plane(values)
    assert plane.mean.tolist() == pytest.approx([1, 1, 7])
    assert plane.axes[:, 0] == pytest.approx([0.6, 0.8, 0])
    assert plane.shares == pytest.approx((1, 0))
    assert plane(values)[:, 0] == pytest.approx([-5, 0, 5])


def test_it_agrees_with_the_eigenvectors_of_the_covariance():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6))
    plane = principal_plane(values)
    variances, vectors = np.linalg.eigh(np.cov(values.T))
    for axis, place in enumerate((-1, -2)):
        assert abs(plane.axes[:, axis] @ vectors[:, place]) == pytest.approx(1)
        assert plane.shares[axis] == pytest.approx(variances[place] / variances.sum())
    assert np.var(plane(values), axis=0, ddof=1) == pytest.approx(variances[[-1, -2]])


def test_the_largest_weight_of_an_axis_is_positive():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(50, 4))
    for flipped in (values, -values):
        axes = principal_plane(flipped).axes
        assert (axes[np.abs(axes).argmax(axis=0), [0, 1]] > 0).all()


@pytest.mark.parametrize("values", [np.ones((5, 3)), np.zeros((4, 1)), np.arange(4.0)[:, None]])
def test_missing_dimensions_are_zero_and_nothing_is_not_a_number(values):
    plane = principal_plane(values)
    assert plane.axes.shape == (values.shape[1], 2)
    assert np.isfinite(plane(values)).all()
    assert not plane(values)[:, 1].any()
