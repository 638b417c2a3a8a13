"""The learning rate over the steps, drawn before anything is trained, beside the two readings of the chapter."""

import math
from collections.abc import Callable

from engine.schedules import learning_rate
from engine.settings import CifarSettings
from pages.ui.charts import Figure, axis_title, layout_of
from pages.ui.theme import INPUT, TRAIN, WRONG

LOWEST = 1e-7
POINTS = 240

AS_CODED = CifarSettings()
"""`minimize()` is never given the step counter, so the program's learning rate stays at 0.1."""

AS_TEXT = CifarSettings(schedule="staircase", decay_factor=0.1, decay_steps=250)
"""Were it given, 0.1 every 250 of 20,000 steps would leave nothing by step 1,000."""


def schedule_chart(settings: CifarSettings) -> Figure:
    """The chosen schedule strong, the chapter's two readings faint, on a logarithmic axis that ends at 1e-7."""
    lines = [
        _line("as coded: never decays", lambda step: learning_rate(AS_CODED, step), settings.steps, TRAIN, "dot"),
        _line(
            "counted: × 0.1 every 250 steps", lambda step: learning_rate(AS_TEXT, step), settings.steps, WRONG, "dash"
        ),
        _line("yours", lambda step: learning_rate(settings, step), settings.steps, INPUT, "solid"),
    ]
    powers = [1, 1e-2, 1e-4, 1e-6]
    axis = {
        "title": axis_title("Learning rate"),
        "type": "log",
        "range": [math.log10(LOWEST), 0.3],
        "tickvals": powers,
        "ticktext": [f"{power:g}" for power in powers],
    }
    layout = layout_of(axis, settings.steps, "schedule")
    legend = {"orientation": "h", "y": -0.42, "x": 0, "font": {"size": 12}}
    return {
        "data": lines,
        "layout": {**layout, "margin": {"l": 62, "r": 8, "t": 8, "b": 104}, "showlegend": True, "legend": legend},
    }


def spoken_schedule(settings: CifarSettings) -> str:
    """The chosen schedule in words: its value at the start, in the middle and at the end."""
    places = {"the start": 0, "the middle": settings.steps // 2, "the end": settings.steps - 1}
    values = ", ".join(f"{learning_rate(settings, step):.2g} at {place}" for place, step in places.items())
    return f"Learning rate of the {settings.schedule} schedule: {values}."


def _line(name: str, rate_of: Callable[[int], float], steps: int, colour: str, dash: str) -> Figure:
    places = sorted({round(number * (steps - 1) / POINTS) for number in range(POINTS + 1)})
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": places,
        "y": [float(f"{max(rate_of(step), LOWEST / 10):.4g}") for step in places],
        "line": {"color": colour, "dash": dash, "width": 3 if dash == "solid" else 1.8, "shape": "linear"},
        "hovertemplate": f"{name} %{{y:.2g}}<extra></extra>",
    }
