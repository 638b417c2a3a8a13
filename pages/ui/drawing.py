"""SVG on a page. `st.html` strips it, so it goes through a component; the drawing follows the page's text colour."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "drawing",
    html='<div class="lab-drawing"></div>',
    js=Path(__file__).with_name("drawing.js").read_text(),
    isolate_styles=False,
)


def drawing(svg: str, *, key: str) -> None:
    """Show `svg`, HTML that the app made itself: nothing of the user's may be in it unescaped."""
    _component(key=key, data={"svg": svg})
