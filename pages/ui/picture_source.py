"""The picture that the page works on: a sample photograph, an upload or the camera."""

import hashlib

import streamlit as st

from engine.errors import InvalidInput
from engine.images import MOST_BYTES, Pixels, read_image, shrink
from engine.sources.photographs import PHOTOGRAPHS, load_photograph

LONGEST = 512
KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]


def picture_input() -> Pixels:
    """Widgets to choose the picture; returns it, uint8 [height, width, 3] with sides of at most `LONGEST`.

    What cannot be used is said in a sentence, and the photograph that is chosen shows instead.
    """
    names = list(PHOTOGRAPHS)
    name = st.selectbox("Picture", names, key="picture", bind="query-params", persist_state="session")
    with st.expander("Your own picture", icon=":material/add_photo_alternate:"):
        upload = st.file_uploader("File", KINDS, max_upload_size=MOST_BYTES // 1_000_000, key="upload")
        camera = st.toggle("Use the camera", key="camera")
        shot = st.camera_input("Camera", key="shot", label_visibility="collapsed") if camera else None
        if own := shot or upload:
            try:
                return remember_picture(_decoded(own.getvalue()))
            except InvalidInput as error:
                st.error(str(error), icon=":material/broken_image:")
    return remember_picture(photograph(name))


def shared_picture() -> Pixels:
    """The picture last worked on, or the one that the address names."""
    kept = st.session_state.get("picture pixels")
    name = st.query_params.get("picture")
    return kept if kept is not None else photograph(name if name in PHOTOGRAPHS else next(iter(PHOTOGRAPHS)))


def remember_picture(image: Pixels) -> Pixels:
    """Keep it for the other views."""
    st.session_state["picture pixels"] = image
    return image


def fingerprint(image: Pixels) -> str:
    """A short name of the pixels, to cache by."""
    return hashlib.blake2b(image.tobytes(), digest_size=8).hexdigest()


@st.cache_data(max_entries=16, show_spinner=False)
def photograph(name: str) -> Pixels:
    """The sample photograph called `name`, as large as the page works."""
    return shrink(load_photograph(name), LONGEST)


@st.cache_data(max_entries=8, show_spinner=False)
def _decoded(data: bytes) -> Pixels:
    return shrink(read_image(data), LONGEST)
