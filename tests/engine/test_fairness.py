"""What one visitor may start, and what the operator allows."""

import pytest

from engine.errors import InvalidSettings, TooMany
from engine.fairness import (
    MOST_ACTIVE,
    MOST_LIGHT,
    MOST_OF_ALL,
    STARTS_A_MINUTE,
    check_limits,
    operators_most,
)
from engine.records import State
from engine.runs import Runs
from engine.settings import MnistSettings
from tests.fakes import CountSettings, LightSettings

HEAVY, LIGHT = CountSettings(), LightSettings()


@pytest.fixture
def runs():
    return Runs()


def end(runs, run_id):
    runs.get(run_id).end(State.STOPPED)


def test_a_visitor_has_one_run_under_way_and_one_waiting_and_no_third(runs):
    first, _ = [runs.add(HEAVY, "ann") for _ in range(MOST_ACTIVE)]
    with pytest.raises(TooMany, match="one run under way and another waiting"):
        runs.add(HEAVY, "ann")
    runs.add(HEAVY, "bob")
    runs.add(LIGHT, "ann")
    end(runs, first)
    runs.add(HEAVY, "ann")


def test_what_is_nobodys_in_particular_is_not_counted(runs):
    assert len({runs.add(HEAVY) for _ in range(MOST_ACTIVE + 2)}) == MOST_ACTIVE + 2


def test_starts_are_counted_for_a_minute_also_of_runs_that_were_deleted(runs):
    for _ in range(STARTS_A_MINUTE):
        run_id = runs.add(HEAVY, "ann")
        end(runs, run_id)
        runs.delete(run_id)
    with pytest.raises(TooMany, match=f"{STARTS_A_MINUTE} runs within a minute"):
        runs.add(LIGHT, "ann")
    runs.add(LIGHT, "bob")
    runs.add(LIGHT)


def test_what_was_refused_is_no_start(runs):
    first, _ = [runs.add(HEAVY, "ann") for _ in range(MOST_ACTIVE)]
    for _ in range(STARTS_A_MINUTE):
        with pytest.raises(TooMany, match="one run under way"):
            runs.add(HEAVY, "ann")
    end(runs, first)
    runs.add(HEAVY, "ann")


def test_after_a_clock_was_set_back_the_oldest_runs_are_forgotten_still(runs, monkeypatch):
    monkeypatch.setattr("engine.runs.KEPT_RUNS", 2)
    started = [runs.add(HEAVY) for _ in range(3)]
    for run_id, created in zip(started, (300.0, 301.0, 1.0), strict=True):
        end(runs, run_id)
        runs.get(run_id).created = created
    started.append(runs.add(HEAVY))
    assert [run.id for run in runs.listed()] == started[:0:-1]


def test_a_run_knows_its_owner(runs):
    assert runs.watch(runs.add(HEAVY, "ann")).owner == "ann"
    assert [run.owner for run in runs.listed()] == ["ann"]


def test_the_operators_limit_holds_and_names_its_variable(monkeypatch):
    monkeypatch.setenv("CNN_LAB_MAX_STEPS", "400")
    check_limits(MnistSettings(steps=400))
    with pytest.raises(InvalidSettings, match=r"steps is 401, but may be at most 400 here.*CNN_LAB_MAX_STEPS"):
        check_limits(MnistSettings(steps=401))


def test_a_field_called_max_is_not_called_so_twice(monkeypatch):
    monkeypatch.setenv("CNN_LAB_MAX_SIZE", "256")
    assert operators_most("max_size") == 256
    assert operators_most("steps") is None


@pytest.mark.parametrize("text", ["many", "nan", "inf"])
@pytest.mark.parametrize("variable", ["CNN_LAB_MAX_STEPS", "CNN_LAB_MAX_MINUTES"])
def test_a_limit_that_is_no_number_is_told_to_whoever_starts_a_run(monkeypatch, text, variable):
    monkeypatch.setenv(variable, text)
    with pytest.raises(InvalidSettings, match=f"{variable} is '{text}', but must be a number"):
        check_limits(MnistSettings())


def test_a_visitor_has_a_few_small_runs_at_a_time(runs):
    first, *_ = [runs.add(LIGHT, "ann") for _ in range(MOST_LIGHT)]
    with pytest.raises(TooMany, match=f"{MOST_LIGHT} small runs under way"):
        runs.add(LIGHT, "ann")
    runs.add(HEAVY, "ann")
    end(runs, first)
    runs.add(LIGHT, "ann")


def test_visitors_without_end_do_not_make_a_queue_without_end(runs):
    for number in range(MOST_OF_ALL):
        runs.add(HEAVY, f"visitor {number}")
    with pytest.raises(TooMany, match=f"{MOST_OF_ALL} runs are under way or waiting"):
        runs.add(LIGHT, "one more")
