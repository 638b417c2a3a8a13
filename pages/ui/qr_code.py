"""Links as QR codes."""

import base64
import io

import segno
import streamlit as st


@st.cache_data(max_entries=50, show_spinner=False)
def qr_address(link: str) -> str:
    """An address of a picture: the QR code of a link."""
    file = io.BytesIO()
    segno.make(link, error="m").save(file, kind="svg", xmldecl=False, border=3, light="#fff", dark="#14161c")
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def only_on_this_computer(link: str) -> bool:
    """Whether a link leads nowhere on any other."""
    return "://localhost" in link or "://127.0.0.1" in link
