"""Scroll to a run that has just been started, where it is not to be seen from its button."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "bring_into_view",
    js=Path(__file__).with_name("bring_into_view.js").read_text(),
    isolate_styles=False,
)


def bring_into_view(run_id: str) -> None:
    """Called inside the run bar. The page moves once a run, and not at all where the bar is in sight."""
    with st.container(key="bring-into-view"):
        _component(key=f"bring into view {run_id}", data={"run": run_id})
