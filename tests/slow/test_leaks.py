"""Experiments leave nothing behind: TensorFlow remembers some graphs for good, and the data that are in them."""

import gc

import pytest

from engine.experiments import start
from engine.settings import EXPERIMENTS
from tests.engine.test_contract import QUICK


def graphs_after(settings):
    """How many of TensorFlow's graphs there are once a run has ended."""
    list(start(settings))
    gc.collect()
    return sum(type(found).__name__.endswith("FuncGraph") for found in gc.get_objects())


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_another_run_adds_no_graph(name):
    settings = EXPERIMENTS[name](**QUICK[name])
    # What one keeps for the next is there after the first; evaluation, say, may be traced for a new size in the second.
    graphs_after(settings)
    before = graphs_after(settings)
    assert graphs_after(settings) == before
