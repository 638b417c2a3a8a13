"""Where pages get Plotly's own JavaScript from: its Python package, served by Streamlit."""

from functools import cache
from pathlib import Path

import plotly

from engine.whole_files import write_whole

STATIC = Path(__file__).parents[2] / "static"
LOADER = Path(__file__).with_name("plotly.js").read_text()
"""Defines `load(address)`; put before the JavaScript of a component that draws charts."""


@cache
def served_plotly() -> str:
    """Address of Plotly's JavaScript, copied from its Python package to where Streamlit serves files from."""
    target = STATIC / f"plotly-{plotly.__version__}.min.js"
    if not target.exists():
        STATIC.mkdir(exist_ok=True)
        write_whole(target, (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes())
    return f"app/static/{target.name}"
