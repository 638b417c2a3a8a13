"""A run of the benchmarks as the tables that README shows: speeds beside those of others, and how long one waits."""

import statistics
from collections.abc import Iterator

from tests.benchmarks.comparison import Comparison, Latency
from tests.benchmarks.report import Report, quality_words, targets_of


def markdown(report: Report) -> str:
    """Both tables, and the machine and the date above them."""
    best = ", ".join(f"{kind} {precision} {gflops:,.0f}" for (kind, precision), gflops in report.best.items())
    speeds = [row for one in report.measured if isinstance(one, Comparison) for row in _speeds(one, report)]
    waits = [row for one in report.measured if isinstance(one, Latency) for row in _waits(one)]
    return "\n".join(
        [
            f"{report.date}; {', '.join(f'{name} {words}' for name, words in report.machine.items() if words)}.",
            f"Its ceiling in GFLOP/s: {best}.",
            *_table("what | side | median | to the first | of the ceiling | quality", speeds),
            *_table("wait | p50 | p95", waits),
            *_table("target | wanted | found", [row for one in report.measured for row in _targets(one, report)]),
            "",
        ]
    )


def _speeds(comparison: Comparison, report: Report) -> Iterator[str]:
    base, quality = next(iter(comparison.values)), comparison.quality
    for name, values in comparison.values.items():
        ratio = statistics.median(comparison.ratio(name, base))
        share = comparison.share(name, report.best)
        reached = f"{quality.values[name]:.4g}" if quality and name in quality.values else ""
        verdict = f"{quality.name}: {quality_words(comparison)}; {reached}" if reached and name == base else reached
        cells = [
            f"{comparison.title}, {comparison.unit}" if name == base else "",
            name,
            f"{statistics.median(values):,.0f}"
            if statistics.median(values) >= 100
            else f"{statistics.median(values):.3g}",
            "" if name == base else f"{ratio:.2f}",
            f"{share:.0%}" if share is not None else "",
            verdict,
        ]
        yield " | ".join(cells)


def _waits(latency: Latency) -> Iterator[str]:
    for name in latency.values:
        p50, p95, _ = latency.percentiles(name)
        yield f"{latency.title}: {name} | {p50:,.0f} ms | {p95:,.0f} ms"


def _targets(measured: Comparison | Latency, report: Report) -> Iterator[str]:
    for row in targets_of(measured, report.best):
        yield f"{row['what']} | {row['wanted']} | {row['found']}{'' if row['reached'] else ', missed'}"


def _table(head: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    return ["", f"| {head} |", f"|{' --- |' * (head.count('|') + 1)}", *(f"| {row} |" for row in rows)]
