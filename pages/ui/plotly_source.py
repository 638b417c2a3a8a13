"""Where pages get Plotly's own JavaScript from: its Python package, served by Streamlit."""

import secrets
import shutil
from functools import cache
from pathlib import Path

import plotly

STATIC = Path(__file__).parents[2] / "static"
LOADER = Path(__file__).with_name("plotly.js").read_text()
"""Defines `load(address)`; put before the JavaScript of a component that draws charts."""


@cache
def served_plotly() -> str:
    """Address of Plotly's JavaScript, copied from its Python package to where Streamlit serves files from."""
    target = STATIC / f"plotly-{plotly.__version__}.min.js"
    if not target.exists():
        # Under a name of its own: several visitors may come at once after an installation.
        part = target.with_suffix(f".{secrets.token_hex(4)}.part")
        STATIC.mkdir(exist_ok=True)
        shutil.copyfile(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", part)
        part.replace(target)
    return f"app/static/{target.name}"
