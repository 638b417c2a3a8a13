"""Schedules against their closed forms."""

import math

import pytest

from engine.schedules import SCHEDULES, learning_rate
from engine.settings import CifarSettings


def rate(schedule, step, **settings):
    return learning_rate(CifarSettings(schedule=schedule, learning_rate=0.1, steps=1_000, **settings), step)


def test_constant_is_what_the_chapters_program_does():
    assert {rate("constant", step) for step in (0, 1, 999)} == {0.1}


@pytest.mark.parametrize(("step", "expected"), [(0, 0.1), (249, 0.1), (250, 0.01), (500, 0.001), (999, 1e-4)])
def test_staircase_is_the_chapters_exponential_decay(step, expected):
    assert rate("staircase", step) == pytest.approx(expected)


def test_exponential_goes_through_the_staircases_corners():
    assert rate("exponential", 250) == pytest.approx(0.01)
    assert rate("exponential", 125) == pytest.approx(0.1 / math.sqrt(10))


def test_cosine_is_half_of_one():
    assert rate("cosine", 0) == 0.1
    assert rate("cosine", 500) == pytest.approx(0.05)
    assert rate("cosine", 1_000) == pytest.approx(0)


def test_one_cycle_rises_for_a_quarter_and_falls_to_nothing():
    assert rate("one-cycle", 0) == pytest.approx(0.004)
    assert rate("one-cycle", 125) == pytest.approx(0.052)
    assert rate("one-cycle", 250) == pytest.approx(0.1)
    assert rate("one-cycle", 625) == pytest.approx(0.05)
    assert rate("one-cycle", 1_000) == pytest.approx(0)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shortest_runs_have_finite_rates(schedule, steps):
    settings = CifarSettings(schedule=schedule, steps=steps)
    assert all(0 <= learning_rate(settings, step) <= 0.1 for step in range(steps + 1))
