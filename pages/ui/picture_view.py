"""On a picture: a kernel from the gallery or of one's own, and what it makes of a photograph."""

import streamlit as st

from engine.errors import LabError
from engine.images import Pixels
from engine.sliding import Padding, Sliding
from pages.ui.anatomy import settings_and_stage
from pages.ui.kernel_source import chosen_kernel, gallery_input, kernel_grid, size_and_angle
from pages.ui.live_slider import live_slider, slider_value
from pages.ui.picture_result import Look, show_result
from pages.ui.picture_source import picture_input
from pages.ui.sliding_inputs import choice, padding_input

OPERATIONS = {"correlation": "Cross-correlation", "convolution": "Convolution", "difference": "Difference"}
COLOURINGS = {"auto": "Auto", "picture": "Picture", "signed": "Signed", "absolute": "Absolute"}
LONGEST_STEP = 8


def picture_view() -> None:
    """View 2 of the page. The stage is a fragment of its own, so that little is drawn again while a slider moves."""
    settings, stage = settings_and_stage()
    with settings:
        image = picture_input()
        name = gallery_input()
        padding = padding_input("border", "same")
        look = _look()
    with stage:
        _stage(image, name, padding, look)


def _look() -> Look:
    operation = choice("Operation", "operation", OPERATIONS)
    grey = choice("Channels", "planes", {"grey": "Grey", "each": "Per channel"}) == "grey"
    return Look(operation, grey, choice("Colouring", "colouring", COLOURINGS))


@st.fragment
def _stage(image: Pixels, name: str, padding: Padding, look: Look) -> None:
    if st.session_state["gallery"] != name:
        st.rerun()
    try:
        kernel = chosen_kernel(name)
    except LabError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    stride, dilation = slider_value("step", 1, 1, LONGEST_STEP), slider_value("holes", 1, 1, LONGEST_STEP)
    try:
        show_result(image, kernel, Sliding(len(kernel), stride, padding, dilation), look)
    except LabError as error:
        st.warning(str(error), icon=":material/block:")
    grid, sliders = st.columns([2, 3], gap="large")
    with grid:
        kernel_grid(name, kernel)
    with sliders:
        size_and_angle(name)
        live_slider("Stride", "step", 1, 1, LONGEST_STEP)
        live_slider("Dilation", "holes", 1, 1, LONGEST_STEP)
