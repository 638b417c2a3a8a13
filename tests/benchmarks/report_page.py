"""A run of the benchmarks as one HTML file with charts, which needs nothing else: Plotly's JavaScript is in it."""

import html
import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import plotly

from pages.ui.theme import INPUT, OUTPUT, TRAIN
from tests.benchmarks.comparison import Comparison, Latency
from tests.benchmarks.report import Report, quality_words, spread, targets_of

STYLE = """body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
body { color: #23252D; background: #FCFBF8 }
table { border-collapse: collapse; margin: 0.5rem 0 1rem }
td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0; font-variant-numeric: tabular-nums; vertical-align: top }
th { font-weight: 600 } tr + tr { border-top: 1px solid #DEDAD0 }
.reached { color: #00724F } .missed { color: #B34700 }"""


def page(report: Report) -> str:
    """The whole file."""
    source = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text()
    targets = [row for measured in report.measured for row in targets_of(measured, report.best)]
    parts = [
        f"<h1>How fast CNN Lab is</h1><p>{html.escape(report.date)}</p>",
        table([], report.machine.items()),
        "<h2>Targets</h2>" if targets else "",
        "".join(_target(row) for row in targets),
        "<h2>The machine's ceiling</h2>",
        table(["kind", "precision", "GFLOP/s"], [(*kind, f"{v:,.0f}") for kind, v in report.best.items()]),
        *(section(measured, report, number) for number, measured in enumerate(report.measured)),
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>How fast CNN Lab is</title><style>{STYLE}</style>'
        f"<script>{source}</script>{''.join(parts)}</html>\n"
    )


def section(measured: Comparison | Latency, report: Report, number: int) -> str:
    """A heading, the chart with a dot a measurement, the table."""
    unit = "ms" if isinstance(measured, Latency) else measured.unit
    rows = _latency_rows(measured) if isinstance(measured, Latency) else _rows(measured, report)
    quality = measured.quality if isinstance(measured, Comparison) else None
    words = f"{quality.name}: {quality_words(measured)}. " if quality else ""
    height = 110 + 34 * len(measured.values)
    figure = json.dumps(chart(measured.values, unit))
    return (
        f'<h2>{html.escape(measured.title)}</h2><div id="chart{number}" style="height:{height}px"></div>'
        f"<script>Plotly.newPlot('chart{number}', ...{figure})</script>{table(*rows)}"
        f"<p>{html.escape(words + measured.note)}</p>"
    )


def chart(values: dict[str, list[float]], unit: str) -> list[Any]:
    """Data, layout and options of a dot for each measurement and a line at each median, the first side on top."""
    names = list(values)[::-1]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [value for name in names for value in values[name]],
        "y": [name for name in names for _ in values[name]],
        "marker": {"color": INPUT, "size": 9, "opacity": 0.45},
        "hovertemplate": "%{x:,.4g}<extra>%{y}</extra>",
    }
    medians = {
        "type": "scatter",
        "mode": "markers",
        "x": [statistics.median(values[name]) for name in names],
        "y": names,
        "marker": {"color": OUTPUT, "size": 20, "symbol": "line-ns-open", "line": {"width": 3}},
        "hovertemplate": "median %{x:,.4g}<extra>%{y}</extra>",
    }
    layout = {
        "margin": {"l": 10, "r": 20, "t": 10, "b": 45},
        "xaxis": {"title": {"text": unit}, "rangemode": "tozero", "gridcolor": "#E5E2DA", "zerolinecolor": TRAIN},
        "yaxis": {"automargin": True, "range": [-0.6, len(names) - 0.4]},
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }
    return [[dots, medians], layout, {"displayModeBar": False, "responsive": True}]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    first = f"<tr>{''.join(f'<th>{html.escape(name)}</th>' for name in head)}</tr>" if head else ""
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{first}{body}</table>"


def _target(row: dict[str, Any]) -> str:
    word = "reached" if row["reached"] else "missed"
    text = f"{row['what']}: {row['found']}, wanted {row['wanted']}"
    return f'<p class="{word}">{"✓" if row["reached"] else "✗"} {html.escape(text)}: {word}</p>'


def _rows(comparison: Comparison, report: Report) -> tuple[list[str], list[list[str]]]:
    base, quality, rows = next(iter(comparison.values)), comparison.quality, []
    for name, values in comparison.values.items():
        ratio, share = comparison.ratio(name, base), comparison.share(name, report.best)
        rows.append(
            [
                name,
                f"{statistics.median(values):,.1f}",
                spread(values, ",.1f"),
                f"{statistics.median(ratio):.2f} ({spread(ratio, '.2f')})",
                f"{share:.0%}" if share is not None else "",
                f"{quality.values[name]:.4g}" if quality and name in quality.values else "",
            ]
        )
    head = ["", f"median, {comparison.unit}", "spread", f"to {base}", "of the ceiling", quality.name if quality else ""]
    return head, rows


def _latency_rows(latency: Latency) -> tuple[list[str], list[list[str]]]:
    rows = [[name, *(f"{ms:,.0f}" for ms in latency.percentiles(name))] for name in latency.values]
    return ["ms", "p50", "p95", "worst"], rows
