"""A Plotly chart that is updated in place: its node, zoom and hover survive each update.

`st.plotly_chart` in a fragment mounts the chart anew at every update. Use this for charts that change while one looks.
"""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.charts import Figure
from pages.ui.plotly_source import LOADER, served_plotly

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "live_charts",
    html='<div class="live-charts"></div>',
    css=(HERE / "live_chart.css").read_text(),
    js=LOADER + (HERE / "live_chart.js").read_text(),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, and what a screen reader says of it. Zoom is kept while the figure's `layout.uirevision` stays."""

    figure: Figure
    description: str


def live_charts(*charts: Chart, key: str, height: int) -> None:
    """Show charts side by side, below each other where there is no room, each `height` pixels high.

    Charts that change together belong into one call: each element of a page costs the browser time at every update.
    """
    shown = [{"figure": chart.figure, "description": chart.description} for chart in charts]
    _component(key=key, data={"charts": shown, "plotly": served_plotly(), "height": height})


def live_chart(figure: Figure, *, key: str, height: int, description: str) -> None:
    """Show one chart, as `live_charts` does."""
    live_charts(Chart(figure, description), key=key, height=height)
