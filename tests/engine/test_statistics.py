import pytest
from scipy.stats import binomtest

from engine.statistics import wilson_interval


@pytest.mark.parametrize(("correct", "total"), [(0, 10), (10, 10), (953, 1000), (9590, 10000), (1, 3)])
def test_agrees_with_scipy(correct, total):
    expected = binomtest(correct, total).proportion_ci(method="wilson")
    assert wilson_interval(correct, total) == pytest.approx((expected.low, expected.high), abs=1e-6)
