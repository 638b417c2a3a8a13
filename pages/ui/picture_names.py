"""What a picture that a run was given is called: by its sample, or else as somebody's own."""

import streamlit as st

from engine.errors import LabError
from engine.sources.photographs import PHOTOGRAPHS
from engine.sources.styles import STYLES, style_file
from pages.ui.picture_choice import photograph_file
from pages.ui.style_inputs import AREAS, area_mask, read_shape

OWN = "own photograph"
PNG = b"\x89PNG"


def picture_name(data: bytes) -> str:
    """The name of the sample whose file this is, of the area that a mask marks, or that it is one's own."""
    return _samples().get(data) or (_area(data) if data.startswith(PNG) else "") or OWN


@st.cache_resource(show_spinner=False)
def _samples() -> dict[bytes, str]:
    found = {style_file(name): name for name in STYLES}
    for name in PHOTOGRAPHS:
        try:
            found[photograph_file(name)] = name
        except LabError:
            # Its package is not installed: then no run was given it here.
            continue
    return found


# Pictures of one's own are JPEG files: a PNG is a mask that the page drew, in the shape of a photograph.
@st.cache_data(max_entries=100, show_spinner=False)
def _area(data: bytes) -> str:
    shape = read_shape(data)
    return next((area for area, draw in AREAS.items() if draw and area_mask(area, shape) == data), "")
