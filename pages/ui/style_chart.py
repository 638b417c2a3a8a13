"""The three losses of style transfer as a chart, and their numbers in words."""

import math
from collections.abc import Sequence

from engine.events import Mark, Progress
from pages.ui.charts import Figure, axis_title, end_name, layout_of, line_of, thinned
from pages.ui.theme import INPUT, KERNEL, TRAIN

LINES = {
    "content_loss": ("content", {"color": INPUT, "width": 2}),
    "style_loss": ("style", {"color": KERNEL, "width": 2}),
    "total_variation_loss": ("variation", {"color": TRAIN, "width": 1.6, "dash": "dot"}),
}


SMALLEST = 1e-3
"""Share of the largest total loss that the axis may begin at: a content loss that starts at nearly nothing would press
all that matters into the upper end."""


def rounded(value: float, digits: int = 3) -> str:
    """A number of so many digits as one reads it: 6,710 rather than 6.71e+03."""
    return f"{float(f'{value:.{digits}g}'):,g}"


def style_chart(history: Sequence[Progress], marks: Sequence[Mark], total: int, revision: str) -> Figure:
    """Content, style and variation loss over the steps, on a logarithmic axis; a line where the size changes."""
    lines = [_line(history, name, word, style) for name, (word, style) in LINES.items()]
    sizes = [mark for mark in marks if mark.step]
    low, high = _range(history, lines)
    axis = {"title": axis_title("Loss"), "type": "log", "range": [low - 0.05, high + 0.05], **_ticks(low, high)}
    return {
        "data": lines,
        "layout": {
            **layout_of(axis, total, revision),
            "annotations": [*_ends(lines, low), *(_label(mark) for mark in sizes)],
            "shapes": [_rule(mark.step) for mark in sizes],
            "margin": {"l": 60, "r": 112, "t": 22, "b": 42},
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
    points = [(p.step, p.metrics[name]) for p in history if 0 < p.metrics.get(name, 0) < math.inf]
    return line_of(thinned(points), word, style, ".3g")


def _range(history: Sequence[Progress], lines: Sequence[Figure]) -> tuple[float, float]:
    """Powers of ten of the smallest loss that matters and of the largest."""
    values = [value for line in lines for value in line["y"]] or [1.0]
    totals = [p.metrics.get("total_loss", 0.0) for p in history]
    floor = SMALLEST * max(filter(math.isfinite, totals), default=0.0)
    return math.log10(max(min(values), floor)), math.log10(max(*values, floor))


def _ticks(lowest: float, highest: float) -> Figure:
    """Powers of ten; where the losses span only a few of them, twice and five times these too."""
    low, high = math.floor(lowest), math.ceil(highest)
    values = [
        times * 10.0**power for power in range(low, high + 1) for times in ((1, 2, 5) if high - low < 4 else (1,))
    ]
    return {"tickvals": values, "ticktext": [rounded(value) for value in values]}


def _ends(lines: Sequence[Figure], low: float) -> list[Figure]:
    """Each line named at its last point, or at the beginning of the axis; names that would touch are pushed apart."""
    ends = sorted(((math.log10(line["y"][-1]), line) for line in lines if line["y"]), key=lambda end: end[0])
    return [
        {
            "x": line["x"][-1],
            "y": max(height, low),
            "text": f"{end_name(line['name'], line['line'])} {rounded(line['y'][-1], 2)}",
            "font": {"size": 12},
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
