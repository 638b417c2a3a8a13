"""Runs side by side: which settings differ, and what came out."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.events import Progress
from engine.history import points
from engine.records import Run
from engine.rules import ExperimentSettings


def differing(settings: Sequence[ExperimentSettings]) -> dict[str, list[Any]]:
    """The values, one a run, of each setting that is not the same in all; in the order of the fields."""
    values = {f.name: [getattr(s, f.name) for s in settings] for f in fields(settings[0])} if settings else {}
    return {name: column for name, column in values.items() if any(value != column[0] for value in column)}


def outcome(run: Run) -> dict[str, float]:
    """The last value of each metric, and the numbers of the result once the run has completed; the result counts."""
    measured = {name: value for point in points(run.events) for name, value in point.metrics.items()}
    numbers = {n: v for n, v in (run.result or {}).items() if isinstance(v, int | float) and not isinstance(v, bool)}
    return {**measured, **numbers}


OF_ITS_OWN_COURSE = ("seconds_left", "features")
"""What a run tells of how far it is."""


def metric_names(runs: Sequence[Run]) -> list[str]:
    """Every metric of which at least one of the runs has a curve, in order of appearance."""
    names = dict.fromkeys(name for run in runs for point in points(run.events) for name in point.metrics)
    return [name for name in names if name not in OF_ITS_OWN_COURSE]


def steps_done(run: Run) -> int:
    """How many steps the run has done, as far as its events tell."""
    return max((event.step for event in run.events if isinstance(event, Progress)), default=0)
