"""A tour of each page: an offer in the header until it is taken or declined, and a small button afterwards."""

from pathlib import Path

import streamlit as st

from pages.ui.tour_steps import TOURS

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "tour",
    html=(HERE / "tour.html").read_text(),
    css=(HERE / "tour.css").read_text(),
    js=(HERE / "tour.js").read_text(),
    isolate_styles=False,
)


def tour(page: str) -> None:
    """The tour of a page, by the last part of its address; nothing where it has none.

    All of it happens in the browser, which also remembers what was taken or declined.
    """
    _component(key="tour", data={"page": page or "home", "steps": [step._asdict() for step in TOURS.get(page, ())]})
