"""Maps from left to right, as numbers or as pictures; pointing at the pooled one shows the window and who won."""

from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "pooling_flow",
    html='<div class="flow"></div>',
    css=(HERE / "pooling_flow.css").read_text(),
    js=(HERE / "pooling_flow.js").read_text(),
    isolate_styles=False,
)


def pooling_flow(data: dict[str, Any], *, key: str, on_edit: object = None) -> None:
    """Show the maps of `data`, whose fields the head of the JavaScript file explains."""
    _component(key=key, data=data, on_map_change=on_edit or (lambda: None))
