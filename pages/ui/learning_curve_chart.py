"""The learning curve as a chart: accuracy over training pictures of each class, on a logarithmic axis."""

import html
import math
from collections.abc import Sequence

from engine.learning_curve import COUNTS, FROZEN, KINDS, SCRATCH, TUNED, Point, means
from pages.ui.charts import Figure, axis_title, layout_of, rounded
from pages.ui.compare_chart import spread
from pages.ui.theme import INPUT, OUTPUT, WRONG

STYLES = {TUNED: (OUTPUT, "circle", "●"), FROZEN: (INPUT, "square", "■"), SCRATCH: (WRONG, "diamond", "◆")}
HEIGHT = 360
LABEL_GAP = 18


def learning_curve_chart(points: Sequence[Point], classes: int) -> Figure:
    """A line a kind through the means, its runs with their 95% intervals, and the level of guessing."""
    counts = [*COUNTS, *(point.per_class for point in points)]
    low, high = math.log10(min(counts)) - 0.08, math.log10(max(counts)) + 0.08
    data = [trace for kind in KINDS if any(p.kind == kind for p in points) for trace in _traces(points, kind)]
    return {
        "data": data,
        "layout": {
            **layout_of({"title": axis_title("Test accuracy"), "range": [0, 1.02], "tickformat": ".0%"}, 1, "curve"),
            "margin": {"l": 56, "r": 130, "t": 10, "b": 42},
            "hovermode": "closest",
            "xaxis": {
                "title": axis_title("Training pictures of each class"),
                "type": "log",
                "range": [low, high],
                "tickvals": COUNTS,
                "ticktext": [f"{count:,}" for count in COUNTS],
            },
            "shapes": [_guessing(1 / classes)],
            "annotations": _labels(points),
        },
    }


def spoken_curve(points: Sequence[Point]) -> str:
    """The chart in words."""
    lines = [
        f"{kind}: " + ", ".join(f"{count:g} a class {share:.1%}" for count, share in means(points, kind))
        for kind in KINDS
    ]
    return "Test accuracy over training pictures of each class. " + "; ".join(lines) + "."


def _traces(points: Sequence[Point], kind: str) -> list[Figure]:
    colour, symbol, _ = STYLES[kind]
    line, dots = means(points, kind), [point for point in points if point.kind == kind]
    through = {
        "type": "scatter",
        "mode": "lines",
        "x": [count for count, _ in line],
        "y": [rounded(share) for _, share in line],
        "line": {"color": colour, "width": 2},
        "hoverinfo": "skip",
    }
    runs = {
        "type": "scatter",
        "mode": "markers",
        "x": [p.per_class for p in dots],
        "y": [rounded(p.accuracy) for p in dots],
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [rounded(p.high - p.accuracy) for p in dots],
            "arrayminus": [rounded(p.accuracy - p.low) for p in dots],
            "thickness": 1.5,
            "width": 3,
        },
        "hovertemplate": f"{kind}<br>%{{x:g}} a class: %{{y:.1%}}<extra></extra>",
    }
    return [through, runs]


def _guessing(share: float) -> Figure:
    line = {"width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": share, "y1": share, "line": line}


def _labels(points: Sequence[Point]) -> list[Figure]:
    """A name and a value at the end of each line, moved apart where they would touch."""
    ends = [(kind, means(points, kind)[-1]) for kind in KINDS if means(points, kind)]
    pixels = (HEIGHT - 52) / 1.02
    places = spread([share * pixels for _, (_, share) in ends], LABEL_GAP)
    return [
        {
            "x": math.log10(count),
            "y": share,
            "text": f'<span style="color:{STYLES[kind][0]}">{STYLES[kind][2]}</span> {html.escape(kind)} {share:.1%}',
            "showarrow": False,
            "xanchor": "left",
            "xshift": 10,
            "yshift": round(place - share * pixels, 1),
            "font": {"size": 12},
        }
        for (kind, (count, share)), place in zip(ends, places, strict=True)
    ]
