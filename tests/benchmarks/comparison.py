"""Sides of a comparison, measured in turn (A B A B …), so that what slows the machine slows them all."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.device import _cpu_name


@dataclass(frozen=True)
class Comparison:
    """Values by side, in the order measured; the first side is the base of the ratios."""

    title: str
    unit: str
    values: Mapping[str, list[float]]

    def ratios(self) -> Iterator[tuple[tuple[str, list[float]], str]]:
        base, *others = self.values
        for name in others:
            pairs = zip(self.values[name], self.values[base], strict=True)
            yield (name, [value / reference for value, reference in pairs]), base


def in_turn(title: str, unit: str, sides: Mapping[str, Callable[[], float]], repeats: int) -> Comparison:
    """Measure every side `repeats` times, one after another; each returns its value."""
    values: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, measure in sides.items():
            values[name].append(measure())
    return Comparison(title, unit, values)


def machine() -> str:
    return f"{_cpu_name()}, {len(os.sched_getaffinity(0))} cores"
