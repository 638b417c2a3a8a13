"""Two ways to train, several networks each: every network faint, the mean of each way strong."""

from engine.chapter_bugs import Pairs
from pages.ui.charts import Figure, axis_title, layout_of, rounded
from pages.ui.theme import OUTPUT, WRONG


def pairs_chart(pairs: Pairs) -> Figure:
    """Test accuracy over the steps."""
    lines = []
    for name, accuracies, colour in (("with replacement", pairs.drawn, WRONG), ("in epochs", pairs.epochs, OUTPUT)):
        dash = "dash" if colour == WRONG else "solid"
        lines += [_line(pairs.steps, row, {"color": colour, "width": 1, "dash": dash}, "") for row in accuracies]
        lines.append(_line(pairs.steps, accuracies.mean(axis=0), {"color": colour, "width": 3, "dash": dash}, name))
    axis = {"title": axis_title("Test accuracy"), "range": [0, 1.02], "tickformat": ".0%"}
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"}
    layout = {**layout_of(axis, pairs.steps[-1], "pairs"), "margin": {"l": 56, "r": 16, "t": 30, "b": 42}}
    return {"data": lines, "layout": {**layout, "showlegend": True, "legend": legend}}


def _line(steps: list[int], values: list[float], style: Figure, name: str) -> Figure:
    """A line; one without a name is faint and stays out of legend and hover."""
    shown = {"name": f"{name} (mean)", "hovertemplate": f"{name} %{{y:.1%}}<extra></extra>"}
    faint = {"showlegend": False, "hoverinfo": "skip", "opacity": 0.4}
    y = [rounded(float(value)) for value in values]
    return {"type": "scatter", "mode": "lines", "x": steps, "y": y, "line": style, **(shown if name else faint)}
