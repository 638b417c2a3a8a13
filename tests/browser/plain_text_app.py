"""A page that shows each `?name=` in places where Streamlit reads Markdown."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.plain_text import plain

for number, name in enumerate(st.query_params.get_all("name")):
    st.caption(plain(name))
    st.checkbox(plain(name), key=f"box {number}")
    st.button(plain(name), key=f"button {number}")
    st.warning(plain(name))
    st.toast(plain(name), duration="infinite")
