"""The stage of the style transfer page: the picture while it is painted, its losses, and what it became."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from engine.events import Mark, Progress, Snapshot
from engine.films import series
from engine.images import jpeg_address
from engine.records import Run
from engine.style_pictures import levels
from engine.style_pictures import photograph as load_content
from engine.style_settings import StyleSettings
from pages.ui.charts import Figure
from pages.ui.history import snapshot_address
from pages.ui.live import duration
from pages.ui.live_chart import live_chart
from pages.ui.making import made_picture, making_place
from pages.ui.theme import INPUT, KERNEL, TRAIN
from pages.ui.wipe import wipe

NAMES = ("Photograph", "Painting")
LINES = {
    "content_loss": ("content", {"color": INPUT, "width": 2}),
    "style_loss": ("style", {"color": KERNEL, "width": 2}),
    "total_variation_loss": ("variation", {"color": TRAIN, "width": 1.6, "dash": "dot"}),
}


def draw_stage(run: Run) -> None:
    """The picture, large; below it the three losses, and once it has ended the result in words."""
    snapshots = series([event for event in run.events if isinstance(event, Snapshot)])
    before, shape = photograph(run.settings)
    if run.active or not snapshots:
        after = snapshot_address(snapshots[-1]) if snapshots else before
        wipe(before, after, shape, names=NAMES, key="canvas", at=0)
        making_place()
    else:
        made_picture(run.id, snapshots, before, NAMES, "painting")
    history = [event for event in run.events if isinstance(event, Progress)]
    marks = [event for event in run.events if isinstance(event, Mark)]
    live_chart(
        style_chart(history, marks, run.settings.steps, run.id),
        key="style losses",
        height=210,
        description=spoken(history),
    )
    if run.result:
        st.markdown(summary(run))


def summary(run: Run) -> str:
    """The result in words."""
    result = run.result
    if result["diverged_at"]:
        return (
            f"**The loss is no number any more since step {result['diverged_at']:,}.** The steps were too long or the "
            "weights too large; this is the best picture until then."
        )
    return (
        f"**{result['width']} × {result['height']} pixels in {duration(run.elapsed_s)}**, "
        f"{result['seconds_per_step']:.2f} s a step on average, in {result['precision']} on {result['network']}: "
        f"content {result['content_loss']:.3g} + style {result['style_loss']:.3g} + variation "
        f"{result['total_variation_loss']:.3g} = {result['total_loss']:.3g}. {result['remark']}"
    )


def share_of_time(run: Run, step: int, total: int) -> float:
    """How much of the run's time its first steps take: each takes as long as its picture has pixels."""
    _, shape = photograph(run.settings)
    costs = [np.full(steps, height * width) for (height, width), steps in levels(run.settings, shape)]
    each = np.concatenate(costs)
    return float(each[:step].sum() / each.sum()) if total == len(each) else step / total


@st.cache_data(max_entries=12, show_spinner=False)
def photograph(settings: StyleSettings) -> tuple[str, tuple[int, int]]:
    """The run's photograph as a data address, and its height and width, as large as it is painted."""
    content = load_content(settings)
    return jpeg_address(content), content.shape[:2]


def style_chart(history: Sequence[Progress], marks: Sequence[Mark], total: int, revision: str) -> Figure:
    """Content, style and variation loss over the steps, on a logarithmic axis; a line where the size changes."""
    lines = [_line(history, name, word, style) for name, (word, style) in LINES.items()]
    sizes = [mark for mark in marks if mark.step]
    return {
        "data": lines,
        "layout": {
            "annotations": [*_ends(lines), *(_label(mark) for mark in sizes)],
            "shapes": [_rule(mark.step) for mark in sizes],
            "xaxis": {"title": {"text": "Step", "font": {"size": 13}, "standoff": 8}, "range": [0, total]},
            "yaxis": {
                "title": {"text": "Loss", "font": {"size": 13}},
                "type": "log",
                "dtick": 1,
                "exponentformat": "power",
            },
            "margin": {"l": 60, "r": 96, "t": 22, "b": 42},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "x unified",
            "hoverlabel": {"font": {"color": "#23252D"}, "bgcolor": "rgba(255,255,255,0.95)"},
            "uirevision": revision,
            "font": {"size": 13},
        },
    }


def spoken(history: Sequence[Progress]) -> str:
    """The chart for a screen reader."""
    if not history:
        return "Losses over the steps; no values yet."
    last = history[-1]
    values = ", ".join(f"{word} {last.metrics[name]:.3g}" for name, (word, _) in LINES.items() if name in last.metrics)
    return f"Losses over the steps. At step {last.step}: {values}."


def _line(history: Sequence[Progress], name: str, word: str, style: Figure) -> Figure:
    points = [(p.step, p.metrics[name]) for p in history if p.metrics.get(name, 0) > 0]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": word,
        "line": style,
        "x": [step for step, _ in points],
        "y": [float(f"{value:.4g}") for _, value in points],
        "hovertemplate": f"{word} %{{y:.3g}}<extra></extra>",
    }


def _ends(lines: Sequence[Figure]) -> list[Figure]:
    """Each line named at its last point; names that would touch are pushed apart."""
    ends = sorted(((float(np.log10(line["y"][-1])), line) for line in lines if line["y"]), key=lambda end: end[0])
    return [
        {
            "x": line["x"][-1],
            "y": height,
            "text": f"{line['name']} {line['y'][-1]:.2g}",
            "font": {"color": line["line"]["color"], "size": 12},
            "showarrow": False,
            "xanchor": "left",
            "xshift": 5,
            "yshift": 9 * (number - 1),
        }
        for number, (height, line) in enumerate(ends)
    ]


def _rule(step: int) -> Figure:
    line = {"color": TRAIN, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": step, "x1": step, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _label(mark: Mark) -> Figure:
    return {
        "x": mark.step,
        "y": 1,
        "yref": "paper",
        "text": mark.text,
        "font": {"size": 11},
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
    }
