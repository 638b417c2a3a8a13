"""Sides of a comparison, measured in turn (A B A B …), so that what slows the machine slows them all.

A comparison is a function `compare(repeats, quick)` that returns a `Comparison`; with `quick` it only shows that it
works, in about two seconds. Beside the values by side it may say what must be equal for the speeds to be comparable
(`Quality`), how much is computed (`Work`, for each side's share of the machine's ceiling), and what is aimed at
(`Target`).
"""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

Ceilings = Mapping[tuple[str, str], float]
"""GFLOP/s by kind and precision."""

CEILING = "the machine's ceiling"
"""As the base of a `Target`: the share of the ceiling that the side's `Work` has reached."""


@dataclass(frozen=True)
class Quality:
    """What each side reached by name of side, such as an accuracy after the same steps, in the same unit.

    `tolerance`: the largest difference, absolute, from the first side that is noise, such as between seeds.
    """

    name: str
    values: Mapping[str, float]
    tolerance: float

    @property
    def equal(self) -> bool:
        """Whether all sides are equal within noise. What is no number is equal to nothing."""
        first, *others = self.values.values()
        return all(abs(value - first) <= self.tolerance for value in others)


@dataclass(frozen=True)
class Work:
    """What a unit (an image, a step, a dream) takes: `gflop` 10⁹ floating-point operations, a multiply-add being two.

    `precision` by name of side: "float32" or "bfloat16"; sides that are not in it have no share of the ceiling.
    `kind`: which of the machine's ceilings it is held against, "convolution" or "matrix product".
    """

    gflop: float
    precision: Mapping[str, str]
    kind: str = "convolution"


@dataclass(frozen=True)
class Target:
    """The ratio of the medians `side` / `base` that is aimed at: `at_least` for rates, `at_most` for times.

    `base` may be `CEILING`. A target whose side or base was not measured is left out.
    """

    side: str
    base: str
    at_least: float | None = None
    at_most: float | None = None

    def reached(self, ratio: float) -> bool:
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def __str__(self) -> str:
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"


@dataclass(frozen=True)
class Comparison:
    """Values by side, in the order measured; the first side is the base of the ratios.

    `unit` is a rate ("images/s") or a time for one unit of work ("ms a step", "s"). `note`: what is to be known beside
    the numbers, such as a side that was left out and why. `dataclasses.replace` adds what is known only afterwards.
    """

    title: str
    unit: str
    values: Mapping[str, list[float]]
    quality: Quality | None = None
    work: Work | None = None
    targets: tuple[Target, ...] = ()
    note: str = ""

    def ratios(self) -> Iterator[tuple[tuple[str, list[float]], str]]:
        base, *others = self.values
        for name in others:
            yield (name, self.ratio(name, base)), base

    def ratio(self, side: str, base: str) -> list[float]:
        """`side` / `base` of each turn."""
        return [value / reference for value, reference in zip(self.values[side], self.values[base], strict=True)]

    def gflops(self, side: str) -> float | None:
        """GFLOP/s of the side's median, or None where its work is not known."""
        if not self.work or side not in self.work.precision:
            return None
        return self.work.gflop * self._units_a_second(statistics.median(self.values[side]))

    def share(self, side: str, ceilings: Ceilings) -> float | None:
        """The side's part of the machine's ceiling, of `ceilings` in GFLOP/s by kind and precision."""
        reached = self.gflops(side)
        if not self.work or reached is None:
            return None
        ceiling = ceilings.get((self.work.kind, self.work.precision[side]))
        return reached / ceiling if ceiling else None

    def outcome(self, target: Target, ceilings: Ceilings) -> float | None:
        """The ratio that the target asks about, or None where it was not measured."""
        if target.side not in self.values:
            return None
        if target.base == CEILING:
            return self.share(target.side, ceilings)
        return statistics.median(self.ratio(target.side, target.base)) if target.base in self.values else None

    def _units_a_second(self, value: float) -> float:
        if self.unit.endswith("/s"):
            return value
        return (1000 if self.unit.startswith("ms") else 1) / value


@dataclass(frozen=True)
class Latency:
    """How long something took, in milliseconds, each time; the 95th percentile is aimed at, by name, where it is."""

    title: str
    values: Mapping[str, list[float]]
    p95_at_most: Mapping[str, float]
    note: str = ""

    def percentiles(self, name: str) -> tuple[float, float, float]:
        """p50, p95 and the worst."""
        p50, p95, worst = np.percentile(self.values[name], [50, 95, 100])
        return float(p50), float(p95), float(worst)


def in_turn(
    title: str,
    unit: str,
    sides: Mapping[str, Callable[[], float]],
    repeats: int,
    *,
    quality: Quality | None = None,
    work: Work | None = None,
    targets: tuple[Target, ...] = (),
    note: str = "",
) -> Comparison:
    """Measure every side `repeats` times, one after another; each returns its value."""
    values: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, measure in sides.items():
            values[name].append(measure())
    return Comparison(title, unit, values, quality, work, targets, note)
