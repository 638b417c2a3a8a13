"""For the front of a room: large type, settings tucked away, keys to step through a page, and notes to speak from."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.speaker_notes import NOTES

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "presenter",
    html=(HERE / "presenter.html").read_text(),
    css=(HERE / "presenter.css").read_text(),
    js=(HERE / "presenter.js").read_text(),
    isolate_styles=False,
)


def presenter(page: StreamlitPage) -> None:
    """A button in the app's header, on screens that are large enough. All of it happens in the browser."""
    _component(key="presenter", data={"page": page.title, "notes": NOTES.get(page.url_path, ())})
