"""The tabs below a stage: explanations and views that look at the shown run. Only the open one is drawn."""

from collections.abc import Callable, Mapping

import streamlit as st


def lesson_tabs(key: str, tabs: Mapping[str, Callable[[], None]]) -> None:
    """Tabs by their name, each drawn by its function when it is open.

    Opening another one, or using what is in it, runs only the tabs again and not the page. The address keeps the open
    tab under `key`, which each page must have of its own.
    """

    @st.fragment
    def draw() -> None:
        for tab, show in zip(st.tabs(list(tabs), key=key, bind="query-params"), tabs.values(), strict=True):
            if tab.open:
                with tab:
                    show()

    draw()
