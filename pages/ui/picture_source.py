"""The picture that the page works on: a sample photograph, an upload or the camera."""

import streamlit as st

from engine.errors import InvalidInput
from engine.images import Pixels, read_image, shrink
from engine.sources.photographs import PHOTOGRAPHS, load_photograph
from pages.ui.uploads import camera, file_upload

LONGEST = 512
KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]


def picture_input() -> Pixels:
    """Widgets to choose the picture; returns it, uint8 [height, width, 3] with sides of at most `LONGEST`.

    What cannot be used is said in a sentence, and the photograph that is chosen shows instead.
    """
    name = photograph_input()
    with st.expander("Your own picture", icon=":material/add_photo_alternate:"):
        upload = file_upload("File", KINDS, key="upload")
        shot = camera("Camera", key="own")
        st.session_state["own picture"] = None
        if own := shot or upload:
            try:
                st.session_state["own picture"] = _decoded(own.getvalue())
            except InvalidInput as error:
                st.error(str(error), icon=":material/broken_image:")
    if own_picture() is not None:
        st.caption("Your own picture is shown. Remove it there to see a sample again.")
    return worked_on(name)


def photograph_input() -> str:
    """A box to choose a sample photograph."""
    return st.selectbox("Picture", list(PHOTOGRAPHS), key="picture", bind="query-params", persist_state="session")


def own_picture() -> Pixels | None:
    """The person's own picture, if there is one."""
    return st.session_state.get("own picture")


def worked_on(name: str) -> Pixels:
    """The person's own picture if there is one, else the photograph called `name`."""
    own = own_picture()
    return photograph(name) if own is None else own


@st.cache_data(max_entries=16, show_spinner=False)
def photograph(name: str) -> Pixels:
    """The sample photograph called `name`, as large as the page works."""
    return shrink(load_photograph(name), LONGEST)


@st.cache_data(max_entries=8, show_spinner=False)
def _decoded(data: bytes) -> Pixels:
    return shrink(read_image(data), LONGEST)
