"""A file to download that has to be made first."""

from collections.abc import Callable

import streamlit as st

from engine.errors import LabError


def offered_file(make: Callable[[], bytes], label: str, file_name: str) -> bool:
    """A button that downloads what `make` returns; whether there is one.

    It is made before it is offered: what fails while a browser fetches it cannot be told in words.
    """
    try:
        content = make()
    except LabError as error:
        st.caption(f":material/error: {error}")
        st.button("Try again", icon=":material/refresh:", key=f"{file_name} again")
        return False
    st.download_button(
        label, content, file_name, "application/octet-stream", icon=":material/download:", on_click="ignore"
    )
    return True
