"""A page that is not built yet: what it will teach, and that it is not built."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.anatomy import page_head
from pages.ui.cards import picture_html


def planned_page(name: str, title: str, idea: str, teaches: Sequence[str]) -> None:
    """The page's idea, its picture and what one will be able to do; no controls."""
    page_head(title, idea)
    text, picture = st.columns([1, 1], gap="large")
    with text:
        st.html('<span class="lab-badge">Not built yet</span>')
        st.subheader("What it will teach", anchor=False)
        st.markdown("\n".join(f"- {line}" for line in teaches))
        st.page_link("pages/mnist.py", label="MNIST works today: train a network", icon=":material/arrow_forward:")
    picture.html(picture_html(name))
