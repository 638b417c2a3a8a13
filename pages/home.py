"""Home: what the lab is, a card a page, what it runs on and which data it has."""

import streamlit as st

from pages.ui.anatomy import page_head
from pages.ui.cards import CARDS, Card, picture_html
from pages.ui.session import lab
from pages.ui.sharing import join_button
from pages.ui.sources_panel import sources_panel


def card(content: Card) -> None:
    """A picture, a link that covers the whole card, and one line."""
    with st.container(border=True, key=f"card-{content.name}", height="stretch"):
        st.html(picture_html(content.name))
        st.page_link(f"pages/{content.name}.py", label=f"**{content.title}**", icon=content.icon)
        st.caption(content.line)


def device_panel() -> None:
    """What the workers compute on; asks again until they have said so, and then no more."""
    known = lab().device

    @st.fragment(run_every=None if known else 0.5)
    def panel() -> None:
        device = lab().device
        if device != known:
            st.rerun()
        st.subheader("This computer", anchor=False)
        if device:
            st.markdown(f"{device.kind}: **{device.name}**, {device.cores} CPU cores")
            st.caption("Networks train in worker processes beside the app. TensorFlow is loaded and ready.")
        elif trouble := lab().trouble:
            st.warning(trouble)
        else:
            st.markdown("Looking…")
            st.caption("TensorFlow is being loaded in a worker process; this takes some seconds after a start.")

    panel()


page_head(
    "CNN Lab",
    "Convolutional networks, understood by running them. Train real networks before your eyes, change anything about "
    "them, and see why they do what they do. It grew out of a textbook's chapter: the presets “The chapter” have its "
    "numbers, and “Spot the bug” shows its mistakes.",
)
join_button()
with st.container(key="cards"):
    for row in (CARDS[:3], CARDS[3:]):
        for column, content in zip(st.columns(3), row, strict=True):
            with column:
                card(content)
device_column, sources_column = st.columns([1, 2], gap="large")
with device_column:
    device_panel()
with sources_column:
    sources_panel()
