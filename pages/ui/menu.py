"""The menu of pages on a narrow screen: it closes when a page is chosen."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "menu",
    js=Path(__file__).with_name("menu.js").read_text(),
    isolate_styles=False,
)


def close_menu_on_choice() -> None:
    """All of it happens in the browser; on a wide screen the pages are in the header, and nothing closes."""
    _component(key="menu")
