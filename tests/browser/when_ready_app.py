"""A page with a button that counts, and two parts that wait for a TensorFlow that comes after `?wait=` seconds."""

import sys
import time
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui import when_ready as waiting

st.session_state.setdefault("opened", time.time())
st.session_state.setdefault("count", 0)
st.session_state.setdefault("wait", float(st.query_params.get("wait", "2")))


class Lab:
    """A lab whose workers are ready after a while."""

    trouble = ""

    @property
    def device(self) -> bool:
        """Whether that while has passed."""
        return time.time() > st.session_state["opened"] + st.session_state["wait"]


waiting.lab = Lab


def count() -> None:
    """Count a click."""
    st.session_state["count"] += 1


def draw() -> None:
    """A part of the page that takes a while to be drawn."""
    time.sleep(0.03)
    st.write("part", waiting.loading() or "ready")


settings, stage = st.columns(2)
settings.button("Train", on_click=count, type="primary")
settings.write(f"Pressed {st.session_state['count']} times.")
with stage:
    for row in range(10):
        time.sleep(0.02)
        st.write("row", row)
waiting.when_ready(draw)
with st.container():
    waiting.when_ready(draw)
st.write("The end")
