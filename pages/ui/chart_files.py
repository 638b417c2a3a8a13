"""Buttons that save charts as PNG, SVG or a web page of their own. The visitor's browser draws them; no server need."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from pages.ui.charts import Figure
from pages.ui.plotly_source import LOADER, served_plotly

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "chart_files",
    html='<div class="chart-files"><div class="chart-files-rows"></div>'
    '<p class="chart-files-note" role="alert"></p></div>',
    css=(HERE / "chart_files.css").read_text(),
    js=LOADER + (HERE / "chart_files.js").read_text(),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart to save: the label of its row, the title on the picture, its name as a file without an ending."""

    label: str
    title: str
    filename: str
    figure: Figure
    height: int = 450


def chart_files(charts: Sequence[ChartFile], *, key: str) -> None:
    """A row a chart with three buttons: PNG at twice the size, SVG, and HTML that needs no network."""
    # Plotly reads a title as markup, in which the name of somebody's run could be a link.
    shown = [{**asdict(chart), "heading": html.escape(chart.title, quote=False)} for chart in charts]
    _component(key=key, data={"plotly": served_plotly(), "charts": shown})
