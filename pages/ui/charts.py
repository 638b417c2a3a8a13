"""Plotly figures. Train is drawn solid and test dashed, each labelled at its end; x axes hold the whole run from its start."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from engine.events import Progress
from pages.ui.theme import TEST, TRAIN

MAX_POINTS = 400


def loss_chart(history: Sequence[Progress], total: int, revision: str) -> go.Figure:
    """Cross-entropy of training batches and test images over the steps."""
    figure = _learning_chart(history, "train_loss", "test_loss", ".3g", revision)
    values = [v for p in history for v in (p.metrics.get("train_loss"), p.metrics.get("test_loss")) if _finite(v)]
    figure.update_yaxes(title=_title("Loss (nats)"), range=[0, 1.05 * min(max([2.5, *values]), 20.0)])
    figure.update_xaxes(title=_title("Step"), range=[0, total])
    return figure


def accuracy_chart(history: Sequence[Progress], total: int, revision: str) -> go.Figure:
    """Accuracy on training batches and test images over the steps."""
    figure = _learning_chart(history, "train_accuracy", "test_accuracy", ".1%", revision)
    figure.update_yaxes(title=_title("Accuracy"), range=[0, 1.02], tickformat=".0%")
    figure.update_xaxes(title=_title("Step"), range=[0, total])
    return figure


def _learning_chart(history: Sequence[Progress], train: str, test: str, spec: str, revision: str) -> go.Figure:
    figure = go.Figure()
    ends = []
    for name, word, colour, dash in ((train, "train", TRAIN, "solid"), (test, "test", TEST, "dash")):
        points = _thinned([(p.step, p.metrics[name]) for p in history if name in p.metrics])
        figure.add_scatter(
            x=[step for step, _ in points],
            y=[value if _finite(value) else None for _, value in points],
            name=word,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.4 if word == "test" else 1.8},
            hovertemplate=f"{word} %{{y:{spec}}}<extra></extra>",
        )
        if points and _finite(points[-1][1]):
            ends.append((points[-1], word, colour))
    _label_ends(figure, ends, spec)
    figure.update_layout(
        margin={"l": 56, "r": 78, "t": 10, "b": 42},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hovermode="x unified",
        hoverlabel={"font": {"color": "#23252D"}, "bgcolor": "rgba(255,255,255,0.95)"},
        uirevision=revision,
        font={"size": 13},
    )
    return figure


def _label_ends(figure: go.Figure, ends: list[tuple[tuple[int, float], str, str]], spec: str) -> None:
    """Name each line at its last point; the higher line's name goes up and the lower one's down, so they never touch."""
    highest = max((point[1] for point, _, _ in ends), default=0.0)
    for (step, value), word, colour in ends:
        up = value == highest if len(ends) > 1 else True
        figure.add_annotation(
            x=step,
            y=value,
            text=f"{word} {value:{spec}}",
            font={"color": colour, "size": 12},
            showarrow=False,
            xanchor="left",
            xshift=5,
            yshift=8 if up else -8,
        )
        if up:
            highest = math.inf


def _title(text: str) -> dict[str, object]:
    return {"text": text, "font": {"size": 13}, "standoff": 8}


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most about `MAX_POINTS` of the points, evenly spaced, the last one among them."""
    stride = math.ceil(len(points) / MAX_POINTS)
    return points if stride < 2 else points[-1 :: -stride][::-1]


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
