"""The numbers of a run of the benchmarks as a table in the terminal and as JSON; `report_page` makes a page of them."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.comparison import Ceilings, Comparison, Latency, Target


@dataclass(frozen=True)
class Report:
    """What ran where and when (a date), the ceilings before and after it."""

    date: str
    machine: Mapping[str, str]
    ceilings: Sequence[Comparison]
    measured: Sequence[Comparison | Latency]

    @property
    def best(self) -> Ceilings:
        return best(self.ceilings)


def best(ceilings: Sequence[Comparison]) -> Ceilings:
    """The medians over all measurements of the ceilings."""
    found = {}
    for name in ceilings[0].values:
        kind, _, precision = name.partition(", ")
        found[kind, precision] = statistics.median([value for c in ceilings for value in c.values[name]])
    return found


def show_machine(machine: Mapping[str, str]) -> None:
    for name, words in machine.items():
        if words:
            print(f"{name:<10} {words}")


def show(measured: Comparison | Latency, ceilings: Ceilings) -> None:
    """Print what was measured, as soon as it was."""
    lines = latency_lines(measured) if isinstance(measured, Latency) else comparison_lines(measured, ceilings)
    print(f"\n{measured.title}{'' if isinstance(measured, Latency) else f' ({measured.unit})'}")
    for line in [*lines, measured.note]:
        if line:
            print(f"  {line}")


def comparison_lines(comparison: Comparison, ceilings: Ceilings) -> Iterator[str]:
    """A line a side, then the ratios and whether the sides are equally good."""
    for name, values in comparison.values.items():
        share = comparison.share(name, ceilings)
        ceiling = f"   {comparison.gflops(name):,.0f} GFLOP/s, {share:.0%} of the ceiling" if share else ""
        yield f"{name:<28} median {statistics.median(values):>9,.1f}   {spread(values, ',.1f')}{ceiling}"
    for (name, ratios), base in comparison.ratios():
        yield f"{name} / {base}: {statistics.median(ratios):.2f}   {spread(ratios, '.2f')}"
    if quality := comparison.quality:
        values = ", ".join(f"{name} {value:.4g}" for name, value in quality.values.items())
        yield f"{quality.name}: {values}: {quality_words(comparison)}"


def latency_lines(latency: Latency) -> Iterator[str]:
    for name, values in latency.values.items():
        p50, p95, most = latency.percentiles(name)
        yield f"{name:<32} p50 {p50:>7,.0f} ms   p95 {p95:>7,.0f} ms   worst {most:>7,.0f} ms   of {len(values)}"


def quality_words(comparison: Comparison) -> str:
    quality = comparison.quality
    if not quality:
        return ""
    return f"{'equal within noise' if quality.equal else 'NOT EQUAL'} (± {quality.tolerance:g})"


def show_summary(report: Report) -> None:
    """Print the ceilings, and every target with what was reached."""
    print("\nThe machine's ceiling, before and after (GFLOP/s)")
    for (kind, precision), gflops in report.best.items():
        print(f"  {kind + ', ' + precision:<28} {gflops:>9,.0f}")
    if rows := [row for measured in report.measured for row in targets_of(measured, report.best)]:
        print("\nTargets")
    for row in rows:
        print(
            f"  {'reached' if row['reached'] else 'MISSED ':<8} {row['what']}: {row['found']}, wanted {row['wanted']}"
        )


def targets_of(measured: Comparison | Latency, ceilings: Ceilings) -> Iterator[dict[str, Any]]:
    """The targets that were measured, with what was found and whether they were reached, in words."""
    if isinstance(measured, Latency):
        for name, most in measured.p95_at_most.items():
            found = measured.percentiles(name)[1]
            what = f"{measured.title}, {name}, p95"
            wanted = f"at most {most:,.0f} ms"
            yield {"what": what, "found": f"{found:,.0f} ms", "wanted": wanted, "reached": found <= most}
        return
    for target in measured.targets:
        ratio = measured.outcome(target, ceilings)
        if ratio is not None:
            what = f"{measured.title}, {_words(target)}"
            reached = target.reached(ratio)
            yield {"what": what, "found": f"{ratio:.2f}", "wanted": str(target), "reached": reached}


def spread(values: Sequence[float], form: str) -> str:
    return f"{min(values):{form}} to {max(values):{form}}"


def as_json(report: Report) -> str:
    ceilings = report.best
    record = {
        "date": report.date,
        "machine": dict(report.machine),
        "ceilings_gflops": {f"{kind}, {precision}": value for (kind, precision), value in ceilings.items()},
        "measured": [_latency_record(m) if isinstance(m, Latency) else _record(m, ceilings) for m in report.measured],
        "targets": [row for measured in report.measured for row in targets_of(measured, ceilings)],
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _record(comparison: Comparison, ceilings: Ceilings) -> dict[str, Any]:
    quality = comparison.quality
    return {
        "title": comparison.title,
        "unit": comparison.unit,
        "values": comparison.values,
        "medians": {name: statistics.median(values) for name, values in comparison.values.items()},
        "share_of_ceiling": {n: s for n in comparison.values if (s := comparison.share(n, ceilings)) is not None},
        "quality": quality and {"name": quality.name, "values": quality.values, "verdict": quality_words(comparison)},
        "note": comparison.note,
    }


def _latency_record(latency: Latency) -> dict[str, Any]:
    percentiles = {n: dict(zip(("p50", "p95", "worst"), latency.percentiles(n), strict=True)) for n in latency.values}
    return {"title": latency.title, "unit": "ms", "values": latency.values, **percentiles, "note": latency.note}


def _words(target: Target) -> str:
    return f"{target.side} / {target.base}"
