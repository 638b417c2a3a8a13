"""Parts of a page that need TensorFlow, whose worker takes some seconds to load it after the app starts."""

from collections.abc import Callable

import streamlit as st

from pages.ui.session import lab


def when_ready(draw: Callable[[], None]) -> None:
    """Draw a fragment, again each half second until TensorFlow is there, and then once more with the whole page."""
    waiting = not lab().device

    def fragment() -> None:
        if waiting and lab().device:
            st.rerun()
        draw()

    st.fragment(fragment, run_every=0.5 if waiting else None)()


def loading() -> str:
    """A sentence why there is nothing from TensorFlow yet; empty once there can be."""
    return "" if lab().device else lab().trouble or "TensorFlow is being loaded in a worker process…"
