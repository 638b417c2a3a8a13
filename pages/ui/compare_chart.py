"""One curve a run in one chart, told apart by colour, by marker and by a label at its end."""

import html
import math
from collections.abc import Sequence

from engine.history import points
from engine.records import Run
from pages.ui.charts import HIGHEST_LOSS, Figure, axis_title, layout_of, rounded, thinned
from pages.ui.theme import INPUT, KERNEL, OUTPUT, TEST, TRAIN, WRONG

COLOURS = (INPUT, WRONG, OUTPUT, TEST, KERNEL, "#56B4E9", TRAIN)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
SHAPES = ("●", "■", "◆", "▲", "✖", "★", "✚", "▼")
"""The same as text."""

CROSS_ENTROPIES = ("train_loss", "validation_loss", "test_loss")
"""The losses that have a unit. Those of a painting are quotients, or sums of squares."""

LABEL_GAP = 16
"""Pixels from one label at the end of a curve to the next."""


def sign_of(number: int) -> tuple[str, str, str]:
    """Colour, Plotly's marker and the marker as a letter of the run at place `number`; 56 of them differ."""
    shape = number % len(SYMBOLS)
    return COLOURS[number % len(COLOURS)], SYMBOLS[shape], SHAPES[shape]


def compare_height(runs: int) -> int:
    """Height of the chart in pixels, with room for every label."""
    return max(320, 90 + LABEL_GAP * runs)


def compare_chart(runs: Sequence[Run], names: Sequence[str], metric: str) -> Figure:
    """`metric` of each run over its steps. `names` label the curves; a run without the metric has none.

    Where the chart is narrow only the markers and values do: a table tells whose they are.
    """
    curves = [_curve(run, metric) for run in runs]
    total = max((point.total for run in runs for point in points(run.events)), default=1)
    axis = _axis(metric, [value for curve in curves for _, value in curve if math.isfinite(value)])
    ends = [(n, curve[-1]) for n, curve in enumerate(curves) if curve and math.isfinite(curve[-1][1])]
    values = {n: f"{value:{_form(metric)}}" for n, (_, value) in ends}
    height = compare_height(len(runs))
    return {
        "data": [_line(n, curve, names[n], metric) for n, curve in enumerate(curves)],
        "layout": {
            **layout_of(axis, total, metric),
            **_labelled(ends, {n: f"{names[n]} {value}" for n, value in values.items()}, axis["range"], height),
            "hovermode": "closest",
        },
        "narrow": _labelled(ends, values, axis["range"], height),
    }


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Places as near to `wanted` as may be, in the same order of size, at least `gap` apart.

    Crowded ones move apart around their common middle (pool adjacent violators).
    """
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    blocks: list[tuple[float, int]] = []  # middle, count
    for n in order:
        middle, count = wanted[n], 1
        while blocks and middle - (count - 1) * gap / 2 < blocks[-1][0] + (blocks[-1][1] - 1) * gap / 2 + gap:
            before, size = blocks.pop()
            middle = (before * size + middle * count) / (size + count)
            count += size
        blocks.append((middle, count))
    places = [middle + (k - (count - 1) / 2) * gap for middle, count in blocks for k in range(count)]
    return [place for _, place in sorted(zip(order, places, strict=True))]


def _curve(run: Run, metric: str) -> list[tuple[int, float]]:
    return thinned([(p.step, p.metrics[metric]) for p in points(run.events) if metric in p.metrics])


def _form(metric: str) -> str:
    return ".1%" if metric.endswith("accuracy") else ",.3g"


def _axis(metric: str, values: Sequence[float]) -> Figure:
    entropy = metric in CROSS_ENTROPIES
    title = {"title": axis_title(metric.replace("_", " ").capitalize() + (" (nats)" if entropy else ""))}
    if metric.endswith("accuracy"):
        return {**title, "range": [0, 1.02], "tickformat": ".0%"}
    highest = max(values, default=1.0)
    return {**title, "range": [0, 1.05 * (min(highest, HIGHEST_LOSS) if entropy else highest)]}


def _line(number: int, curve: Sequence[tuple[int, float]], name: str, metric: str) -> Figure:
    colour, symbol, _ = sign_of(number)
    dash = {"dash": "dash"} if metric.startswith("test") else {}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "cliponaxis": False,
        "name": html.escape(name, quote=False),
        "line": {"color": colour, "width": 2, **dash},
        "marker": {"symbol": symbol, "size": 8, "maxdisplayed": 9},
        "x": [step for step, _ in curve],
        "y": [rounded(value) for _, value in curve],
        "hovertemplate": f"{html.escape(name, quote=False)}<br>step %{{x:,}}: %{{y:{_form(metric)}}}<extra></extra>",
    }


def _labelled(
    ends: Sequence[tuple[int, tuple[int, float]]], texts: dict[int, str], y_range: Sequence[float], height: int
) -> Figure:
    """Texts at the ends of the curves, moved up and down until none lies upon another, and a margin that holds them."""
    pixels = (height - 52) / (y_range[1] - y_range[0])
    at = [min(value, y_range[1]) for _, (_, value) in ends]
    shifted = spread([value * pixels for value in at], LABEL_GAP)
    longest = max(map(len, texts.values()), default=0)
    return {
        "margin": {"l": 56, "r": round(32 + 6.5 * longest), "t": 10, "b": 42},
        "annotations": [
            _label(n, step, y, texts[n], round(place - y * pixels, 1))
            for (n, (step, _)), y, place in zip(ends, at, shifted, strict=True)
        ],
    }


def _label(number: int, x: int, y: float, text: str, shift: float) -> Figure:
    colour, _, shape = sign_of(number)
    return {
        "x": x,
        "y": y,
        "text": f'<span style="color:{colour}">{shape}</span> {html.escape(text, quote=False)}',
        "font": {"size": 12},
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "yshift": shift,
    }
