"""The learning curve: accuracy over the number of training pictures, of networks frozen, fine-tuned and from scratch.

One run of method `fine-tune` gives two points: its head alone, before the unfreezing, and the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import InvalidSettings
from engine.rules import rules_of
from engine.settings import FineTuningSettings
from engine.statistics import wilson_interval

COUNTS = (10, 50, 100, 500)
FROZEN, TUNED, SCRATCH = "frozen", "fine-tuned", "from scratch"
KINDS = (TUNED, FROZEN, SCRATCH)
PATIENCE = 4
"""What starts from nothing needs more steps to be judged fairly; each of them costs less."""


@dataclass(frozen=True, slots=True)
class Point:
    """per_class: training pictures of each class; accuracy from 0 to 1 with Wilson's 95% interval, low to high."""

    kind: str
    per_class: float
    accuracy: float
    low: float
    high: float


def comparable(settings: FineTuningSettings, other: FineTuningSettings) -> bool:
    """Whether two runs differ in nothing but the method, with its steps, the number of pictures and the seed."""
    return _plain(settings) == _plain(other)


def missing(settings: FineTuningSettings, done: Iterable[FineTuningSettings]) -> list[FineTuningSettings]:
    """The runs that the curve of these settings still needs, the shortest first.

    Raises `InvalidSettings` where those from scratch would get more steps than a run may have.
    """
    for name in ("head_steps", "tune_steps"):
        rule, steps = rules_of(settings)[name], getattr(_plain(settings), name)
        if not rule.allows(PATIENCE * steps):
            raise InvalidSettings(
                f"{name} is {steps:,}, of which a network from scratch gets {PATIENCE} times as many for this curve, "
                f"but that must be {rule.wanted}."
            )
    there = {(other.method, other.per_class) for other in done if comparable(settings, other)}
    wanted = [_run(settings, method, count) for count in COUNTS for method in ("fine-tune", "scratch")]
    return [run for run in wanted if (run.method, run.per_class) not in there]


def curve_points(results: Iterable[tuple[FineTuningSettings, Mapping[str, Any]]]) -> list[Point]:
    """The points of completed runs, by kind and number."""
    points = [point for settings, result in results for point in _points(settings, result)]
    return sorted(points, key=lambda point: (KINDS.index(point.kind), point.per_class))


def means(points: Sequence[Point], kind: str) -> list[tuple[float, float]]:
    """Number of pictures and mean accuracy of the points of a kind, where several runs differ only in their seed."""
    counts = sorted({point.per_class for point in points if point.kind == kind})
    found = {count: [p.accuracy for p in points if (p.kind, p.per_class) == (kind, count)] for count in counts}
    return [(count, sum(values) / len(values)) for count, values in found.items()]


def _points(settings: FineTuningSettings, result: Mapping[str, Any]) -> list[Point]:
    per_class = result["train_images"] / len(result["classes"])
    kind = {"fine-tune": TUNED, "head": FROZEN, "scratch": SCRATCH}[settings.method]
    shares = [(kind, result["test_accuracy"]), (FROZEN, result["head_test_accuracy"])]
    total = result["test_images"]
    return [
        Point(name, per_class, share, *wilson_interval(round(share * total), total))
        for name, share in shares
        if share is not None
    ]


def _run(settings: FineTuningSettings, method: str, count: int) -> FineTuningSettings:
    longer, base = PATIENCE if method == "scratch" else 1, _plain(settings)
    return replace(
        base,
        method=method,
        per_class=count,
        seed=settings.seed,
        head_steps=longer * base.head_steps,
        tune_steps=longer * base.tune_steps,
    )


def _plain(settings: FineTuningSettings) -> FineTuningSettings:
    shorter = PATIENCE if settings.method == "scratch" else 1
    return replace(
        settings,
        method="fine-tune",
        per_class=1,
        seed=0,
        head_steps=max(1, settings.head_steps // shorter),
        tune_steps=max(1, settings.tune_steps // shorter),
    )
