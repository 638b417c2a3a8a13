"""A Plotly chart that is updated in place: its node, zoom and hover survive each update.

`st.plotly_chart` in a fragment mounts the chart anew at every update. Use this for charts that change while one looks.
"""

import shutil
from functools import cache
from pathlib import Path

import plotly
import streamlit as st

from pages.ui.charts import Figure

STATIC = Path(__file__).parents[2] / "static"
HERE = Path(__file__).parent

_component = st.components.v2.component(
    "live_chart",
    html='<figure class="live-chart"><div class="live-chart-plot"></div><figcaption></figcaption></figure>',
    css=(HERE / "live_chart.css").read_text(),
    js=(HERE / "live_chart.js").read_text(),
    isolate_styles=False,
)


def live_chart(figure: Figure, *, key: str, height: int, description: str) -> None:
    """Show `figure`, `height` pixels high; `description` is what a screen reader says of it.

    Zoom is kept while the figure's `layout.uirevision` stays the same.
    """
    data = {"figure": figure, "plotly": _served_plotly(), "height": height, "description": description}
    _component(key=key, data=data)


@cache
def _served_plotly() -> str:
    """Address of Plotly's own JavaScript, copied from its Python package to where Streamlit serves files from."""
    target = STATIC / f"plotly-{plotly.__version__}.min.js"
    if not target.exists():
        part = target.with_suffix(".part")
        STATIC.mkdir(exist_ok=True)
        shutil.copyfile(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", part)
        part.replace(target)
    return f"app/static/{target.name}"
