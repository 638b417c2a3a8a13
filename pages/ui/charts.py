"""Plotly figures, as the plain dictionaries that Plotly's JavaScript takes: `go.Figure` checks every value anew at each
update of a live chart, which costs more than the chart. A test checks them once instead.

Train is drawn solid and test dashed, each labelled at its end; x axes hold the whole run from its start.
"""

import html
import math
from collections.abc import Sequence
from typing import Any

from engine.evaluation import Bin
from engine.events import Mark, Progress
from pages.ui.theme import OUTPUT, TEST, TRAIN, WRONG

Figure = dict[str, Any]

MAX_POINTS = 400
HIGHEST_LOSS = 20.0
"""A loss that explodes must not flatten what came before."""

PIECES = {"solid": "—", "dash": "– –", "dot": "···"}
"""What stands for a line in a text."""


def loss_chart(history: Sequence[Progress], total: int, revision: str, seen: str = "test") -> Figure:
    """Cross-entropy of training batches and `seen` images over the steps; zoom is kept while `revision` stays."""
    names = ("train_loss", f"{seen}_loss")
    values = [p.metrics[name] for p in history for name in names if name in p.metrics]
    highest = min(max([2.5, *filter(math.isfinite, values)]), HIGHEST_LOSS)
    axis = {"title": axis_title("Loss (nats)"), "range": [0, 1.05 * highest]}
    return _learning_chart(history, names, ".3g", axis, total, revision)


def accuracy_chart(history: Sequence[Progress], total: int, revision: str, seen: str = "test") -> Figure:
    """Accuracy on training batches and `seen` images over the steps; zoom is kept while `revision` stays."""
    axis = {"title": axis_title("Accuracy"), "range": [0, 1.02], "tickformat": ".0%"}
    return _learning_chart(history, ("train_accuracy", f"{seen}_accuracy"), ".1%", axis, total, revision)


def metric_chart(history: Sequence[Progress], name: str, title: str, total: int, revision: str) -> Figure:
    """One metric that has no name for its line beside its axis, from zero on."""
    values = [p.metrics[name] for p in history if math.isfinite(p.metrics.get(name, math.nan))]
    axis = {"title": axis_title(title), "range": [0, 1.1 * max(values, default=1.0) or 1.0]}
    return _learning_chart(history, (name,), ".3g", axis, total, revision)


def marked(figure: Figure, marks: Sequence[Mark], total: int) -> Figure:
    """The figure of a run of `total` steps with a vertical line, and its text, at each mark.

    Where texts would lie upon one another the later one is shown.
    """
    shapes, texts, next_step = [], [], math.inf
    for mark in reversed(marks):
        shapes.append(
            {
                "type": "line",
                "yref": "paper",
                "x0": mark.step,
                "x1": mark.step,
                "y0": 0,
                "y1": 1,
                "line": {"width": 1.5, "dash": "dot"},
            }
        )
        if next_step - mark.step >= 0.04 * total:
            next_step = mark.step
            texts.append(_mark_text(mark, left=mark.step < 0.06 * total))
    layout = figure["layout"]
    return {**figure, "layout": {**layout, "shapes": shapes, "annotations": [*layout["annotations"], *texts]}}


def _mark_text(mark: Mark, *, left: bool) -> Figure:
    return {
        "x": mark.step,
        "y": 0.02,
        "yref": "paper",
        "text": html.escape(mark.text, quote=False),
        "textangle": -90,
        "showarrow": False,
        "xanchor": "left" if left else "right",
        "yanchor": "bottom",
        "font": {"size": 11},
    }


def calibration_chart(bins: Sequence[Bin]) -> Figure:
    """Accuracy over confidence with 95% intervals and the diagonal; the area of a point is its number of images."""
    most = max(b.count for b in bins)
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": TRAIN, "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [rounded(b.confidence) for b in bins],
        "y": [rounded(b.accuracy) for b in bins],
        "customdata": [b.count for b in bins],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [rounded(b.high - b.accuracy) for b in bins],
            "arrayminus": [rounded(b.accuracy - b.low) for b in bins],
            "thickness": 1.5,
            "width": 3,
        },
        "marker": {"color": OUTPUT, "size": [7 + 21 * math.sqrt(b.count / most) for b in bins]},
        "hovertemplate": "%{x:.0%} sure<br>%{y:.1%} right<br>%{customdata:,} images<extra></extra>",
    }
    axis = {"range": [-0.02, 1.06], "tickformat": ".0%", "dtick": 0.2}
    return {
        "data": [diagonal, points],
        "layout": {
            **plain_layout(),
            "xaxis": {"title": axis_title("How sure"), **axis},
            "yaxis": {"title": axis_title("How often right"), **axis},
        },
    }


def evaluations_chart(sampled: Sequence[float], whole: float, whole_name: str) -> Figure:
    """A dot an evaluation: above those on samples, below those on the whole test set, which are all the same."""
    spread = [*sampled, whole]
    margin = max(0.004, 0.15 * (max(spread) - min(spread)))
    rows = [(f"{len(sampled)} × 500 at random", [float(value) for value in sampled], WRONG)]
    rows.append((f"{len(sampled)} × {whole_name}", [whole] * len(sampled), OUTPUT))
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [rounded(value) for value in values],
            "y": [name] * len(values),
            "marker": {"color": colour, "size": 12, "opacity": 0.6},
            "hovertemplate": "%{x:.1%}<extra></extra>",
        }
        for name, values, colour in rows[::-1]
    ]
    x_axis = {
        "title": axis_title("Test accuracy"),
        "range": [min(spread) - margin, max(spread) + margin],
        "tickformat": ".1%",
        "nticks": 6,
    }
    return {
        "data": traces,
        "layout": {**plain_layout(), "xaxis": x_axis, "yaxis": {"automargin": True, "range": [-0.6, 1.6]}},
    }


def seen_chart(drawn: Sequence[int], epochs: Sequence[int]) -> Figure:
    """How many training images were seen 0, 1, 2… times, `drawn` with replacement and in `epochs`."""
    bars = [("with replacement", drawn, WRONG), ("in epochs", epochs, OUTPUT)]
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(counts))),
            "y": [int(count) for count in counts],
            "marker": {"color": colour},
            "hovertemplate": f"{name}: %{{y:,}} digits seen %{{x}} times<extra></extra>",
        }
        for name, counts, colour in bars
    ]
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"}
    axes = {"xaxis": {"title": axis_title("Times seen"), "dtick": 1}, "yaxis": {"title": axis_title("Training digits")}}
    return {"data": traces, "layout": {**plain_layout(), **axes, "showlegend": True, "legend": legend}}


def plain_layout() -> Figure:
    """What all charts have in common."""
    return {
        "margin": {"l": 60, "r": 16, "t": 10, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"font": {"color": "#23252D"}, "bgcolor": "rgba(255,255,255,0.95)"},
        "font": {"size": 13},
    }


def _learning_chart(
    history: Sequence[Progress], names: tuple[str, ...], form: str, y_axis: Figure, total: int, revision: str
) -> Figure:
    lines = [thinned([(p.step, p.metrics[name]) for p in history if name in p.metrics]) for name in names]
    looks = [{"color": TRAIN, "width": 1.8}, {"color": TEST, "width": 2.4, "dash": "dash"}]
    words = [name.partition("_")[0] for name in names] if len(names) > 1 else [""]
    styles = list(zip(words, looks, strict=False))
    return {
        "data": [line_of(points, word, style, form) for points, (word, style) in zip(lines, styles, strict=True)],
        "layout": {
            **layout_of(y_axis, total, revision),
            # Room for the longest word and its number.
            "margin": {"l": 56, "r": 40 + (14 if any(words) else 0) + 8 * max(map(len, words)), "t": 10, "b": 42},
            "annotations": _end_labels(lines, styles, form),
        },
    }


def layout_of(y_axis: Figure, total: int, revision: str) -> Figure:
    """What the charts over the steps of a run have in common; zoom is kept while `revision` stays."""
    return {
        **plain_layout(),
        "xaxis": {"title": axis_title("Step"), "range": [0, total]},
        "yaxis": y_axis,
        "margin": {"l": 56, "r": 82, "t": 10, "b": 42},
        "hovermode": "x unified",
        "uirevision": revision,
    }


def line_of(points: Sequence[tuple[int | None, float]], word: str, style: Figure, form: str) -> Figure:
    """A line through (step, value), called `word`; form: of the value, as `format` takes it."""
    return {
        "type": "scatter",
        # One point makes no line.
        "mode": "lines" if len(points) > 1 else "markers",
        "name": word,
        "line": style,
        "x": [step for step, _ in points],
        "y": [rounded(value) for _, value in points],
        "hovertemplate": f"{word} %{{y:{form}}}<extra></extra>",
    }


def _end_labels(lines: list[list[tuple[int, float]]], styles: list[tuple[str, Figure]], form: str) -> list[Figure]:
    """Name each line at its last point, the higher one a little up and the lower one down, so that they never touch."""
    ends = [
        (points[-1], word, style)
        for points, (word, style) in zip(lines, styles, strict=True)
        if points and math.isfinite(points[-1][1])
    ]
    ends.sort(key=lambda end: end[0][1])
    return [
        {
            "x": step,
            "y": min(value, HIGHEST_LOSS),
            "text": f"{end_name(word, style) if word else ''} {value:{form}}",
            "font": {"size": 12},
            "showarrow": False,
            "xanchor": "left",
            "xshift": 5,
            "yshift": 8 if number else -8,
        }
        for number, ((step, value), word, style) in enumerate(ends)
    ]


def end_name(word: str, style: Figure) -> str:
    """The name of a line at its end, after a piece of the line: words in the line's colour would be hard to read."""
    return f'<b style="color:{style["color"]}">{PIECES[style.get("dash", "solid")]}</b> {word}'


def axis_title(text: str) -> Figure:
    """The title of an axis."""
    return {"text": text, "font": {"size": 13}, "standoff": 8}


def thinned(points: list[tuple[int, float]], most: int = MAX_POINTS) -> list[tuple[int, float]]:
    """At most `most` of the points, evenly spaced, the last one among them."""
    stride = math.ceil(len(points) / most)
    return points if stride < 2 else points[-1::-stride][::-1]


def rounded(value: float) -> float | None:
    """Four digits are what a screen can show; what is not finite leaves a gap."""
    return float(f"{value:.4g}") if math.isfinite(value) else None
