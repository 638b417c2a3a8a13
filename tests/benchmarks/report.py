"""The numbers of a run of the benchmarks as a table in the terminal and as JSON."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.comparison import Comparison, Target

Ceilings = Mapping[tuple[str, str], float]
"""GFLOP/s by kind and precision."""


@dataclass(frozen=True)
class Report:
    """What ran where, the ceilings before and after it."""

    machine: Mapping[str, str]
    ceilings: Sequence[Comparison]
    comparisons: Sequence[Comparison]


def best(ceilings: Sequence[Comparison]) -> Ceilings:
    """The medians over all measurements of the ceilings."""
    found = {}
    for name in ceilings[0].values:
        kind, _, precision = name.partition(", ")
        found[kind, precision] = statistics.median([value for c in ceilings for value in c.values[name]])
    return found


def show_machine(machine: Mapping[str, str]) -> None:
    for name, words in machine.items():
        print(f"{name:<10} {words}")


def show(comparison: Comparison, ceilings: Ceilings) -> None:
    """Print one comparison: a line a side, then its ratios, its targets and whether the sides are equally good."""
    print(f"\n{comparison.title} ({comparison.unit})")
    for name, values in comparison.values.items():
        share = comparison.share(name, ceilings)
        ceiling = f"   {comparison.gflops(name):,.0f} GFLOP/s, {share:.0%} of the ceiling" if share else ""
        print(f"  {name:<28} median {statistics.median(values):>9,.1f}   {spread(values, ',.1f')}{ceiling}")
    for (name, ratios), base in comparison.ratios():
        print(f"  {name} / {base}: {statistics.median(ratios):.2f}   {spread(ratios, '.2f')}")
    for target, ratio in outcomes(comparison, ceilings):
        print(f"  target {target.side} / {target.base}: {target_words(target, ratio)}")
    if quality := comparison.quality:
        values = ", ".join(f"{name} {value:.4g}" for name, value in quality.values.items())
        verdict = "equal within noise" if quality.equal else "NOT EQUAL"
        print(f"  {quality.name}: {values}: {verdict} (± {quality.tolerance:g})")
    if comparison.note:
        print(f"  {comparison.note}")


def show_summary(report: Report) -> None:
    """Print the ceilings, and every target with what was reached."""
    ceilings = best(report.ceilings)
    print("\nThe machine's ceiling, before and after (GFLOP/s)")
    for (kind, precision), gflops in ceilings.items():
        print(f"  {kind + ', ' + precision:<28} {gflops:>9,.0f}")
    rows = [(c, *outcome) for c in report.comparisons for outcome in outcomes(c, ceilings)]
    if rows:
        print("\nTargets")
    for comparison, target, ratio in rows:
        print(f"  {comparison.title}, {target.side} / {target.base}: {target_words(target, ratio)}")


def outcomes(comparison: Comparison, ceilings: Ceilings) -> Iterator[tuple[Target, float]]:
    """The comparison's targets that were measured, and the ratio of each."""
    for target in comparison.targets:
        if (ratio := comparison.outcome(target, ceilings)) is not None:
            yield target, ratio


def target_words(target: Target, ratio: float) -> str:
    return f"{ratio:.2f}, wanted {target}: {'reached' if target.reached(ratio) else 'MISSED'}"


def spread(values: Sequence[float], form: str) -> str:
    return f"{min(values):{form}} to {max(values):{form}}"


def as_json(report: Report) -> str:
    ceilings = best(report.ceilings)
    record = {
        "machine": dict(report.machine),
        "ceilings_gflops": {f"{kind}, {precision}": value for (kind, precision), value in ceilings.items()},
        "comparisons": [_record(comparison, ceilings) for comparison in report.comparisons],
    }
    return json.dumps(record, indent=2) + "\n"


def _record(comparison: Comparison, ceilings: Ceilings) -> dict[str, Any]:
    quality = comparison.quality
    return {
        "title": comparison.title,
        "unit": comparison.unit,
        "values": comparison.values,
        "medians": {name: statistics.median(values) for name, values in comparison.values.items()},
        "share_of_ceiling": {n: s for n in comparison.values if (s := comparison.share(n, ceilings)) is not None},
        "quality": quality
        and {
            "name": quality.name,
            "values": quality.values,
            "tolerance": quality.tolerance,
            "equal": quality.equal,
        },
        "targets": [
            {"side": t.side, "base": t.base, "wanted": str(t), "ratio": ratio, "reached": t.reached(ratio)}
            for t, ratio in outcomes(comparison, ceilings)
        ],
        "note": comparison.note,
    }
