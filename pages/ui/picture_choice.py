"""A picture that an experiment is given: a sample, or one's own from a file or the camera, as encoded bytes."""

import io
from collections.abc import Callable, Sequence

import streamlit as st
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import InvalidInput
from engine.images import Pixels, read_image, shrink
from engine.sources.photographs import load_photograph
from pages.ui.picture_source import KINDS
from pages.ui.uploads import camera, file_upload

LONGEST = 1024
OWN = "Your own…"


def picture_choice(
    label: str, key: str, samples: Sequence[str], load: Callable[[str], bytes], *, help: str | None = None
) -> bytes:
    """A box with `samples`, which `load` gives by name, and one's own; returns a PNG or JPEG file.

    Until there is a picture of one's own that can be used, it is the first sample. What cannot be used is said, and
    takes the place of the one before it.
    """
    name = st.selectbox(label, [*samples, OWN], key=key, bind="query-params", persist_state="session", help=help)
    if name != OWN:
        return load(name)
    upload = file_upload(f"{label} file", KINDS, key=f"{key} file")
    shot = camera(f"{label} from the camera", key=key)
    # Kept, for the fields are empty after a change of page.
    if own := shot or upload:
        st.session_state[f"{key} own"] = usable_picture(own)
    if kept := st.session_state.get(f"{key} own"):
        return kept
    st.caption(f"Until there is one: {samples[0]}.")
    return load(samples[0])


def usable_picture(own: UploadedFile) -> bytes | None:
    """The uploaded picture as a JPEG file; None, and why in a sentence on the page, for what cannot be used."""
    try:
        return kept_picture(own.getvalue())
    except InvalidInput as error:
        # A caption: a box would be a column of single words in half a column.
        st.caption(f":red[:material/broken_image: {error}]")
        return None


# Not `cache_data`, which gives each caller a copy: runs are remembered with their pictures.
@st.cache_resource(max_entries=16, show_spinner=False)
def photograph_file(name: str) -> bytes:
    """The sample photograph called `name` as a JPEG."""
    return _jpeg(shrink(load_photograph(name), LONGEST))


@st.cache_resource(max_entries=8, show_spinner=False)
def kept_picture(data: bytes) -> bytes:
    """A picture of the user's as a new JPEG: upright, no larger than any result, and without what its camera wrote."""
    return _jpeg(shrink(read_image(data), LONGEST))


def _jpeg(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=93, subsampling=0)
    return buffer.getvalue()
