"""On a picture: a kernel from the gallery or of one's own, and what it makes of a photograph."""

import streamlit as st

from engine.errors import LabError
from engine.images import Pixels
from engine.sliding import Padding, Sliding
from pages.ui.anatomy import settings_and_stage
from pages.ui.kernel_source import chosen_kernel, gallery_input, has_moved, kernel_grid, size_and_angle
from pages.ui.live_slider import Slider, live_sliders
from pages.ui.picture_result import Look, show_input, show_result
from pages.ui.picture_source import picture_input
from pages.ui.sliding_inputs import choice, padding_input

OPERATIONS = {"correlation": "Cross-correlation", "convolution": "Convolution", "difference": "Difference"}
COLOURINGS = {"auto": "Auto", "picture": "Picture", "signed": "Signed", "absolute": "Absolute"}
STRIDE = Slider("Stride", "step", 1, 1, 8)
DILATION = Slider("Dilation", "holes", 1, 1, 8)


def picture_view() -> None:
    """View 2 of the page. Little is drawn again while a slider moves: a fragment without the picture that comes in."""
    settings, stage = settings_and_stage()
    with settings:
        image = picture_input()
        name = gallery_input()
        padding = padding_input("border", "same")
        look = _look()
    with stage, st.container(key="filter-stage"):
        show_input(image)
        _stage(image, name, padding, look)


def _look() -> Look:
    operation = choice("Operation", "operation", OPERATIONS)
    grey = choice("Channels", "planes", {"grey": "Grey", "each": "Per channel"}) == "grey"
    return Look(operation, grey, choice("Colouring", "colouring", COLOURINGS))


@st.fragment
def _stage(image: Pixels, name: str, padding: Padding, look: Look) -> None:
    if has_moved() or st.session_state["gallery"] != name:
        st.rerun()
    try:
        kernel = chosen_kernel(name)
    except LabError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    try:
        show_result(image, kernel, Sliding(len(kernel), STRIDE.value, padding, DILATION.value), look)
    except LabError as error:
        st.warning(str(error), icon=":material/block:")
    # Beside each other by the style sheet: columns would be elements of their own.
    kernel_grid(name, kernel)
    live_sliders(*size_and_angle(name), STRIDE, DILATION)
