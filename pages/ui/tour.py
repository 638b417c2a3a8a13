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


def tour() -> None:
    """All of it happens in the browser, which also remembers what was taken or declined."""
    steps = {page: [step._asdict() for step in steps] for page, steps in TOURS.items()}
    _component(key="tour", data={"tours": steps})
