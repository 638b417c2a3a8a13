"""On a picture: a kernel from the gallery or of one's own, and what it makes of a photograph."""

import numpy as np
import streamlit as st

from engine.convolution import Floats
from engine.errors import LabError
from engine.filtering import coloured, filter_picture, kernel_text, parse_kernel, scale_of
from engine.images import Pixels, jpeg_address, png_address
from engine.kernels import ANGLED, GALLERY, SIZED, gallery_kernel
from engine.sliding import Sliding
from pages.ui.anatomy import settings_and_stage
from pages.ui.kernel_editor import edited_kernel, kernel_editor
from pages.ui.live_slider import live_slider, slider_value
from pages.ui.picture_pair import pictures
from pages.ui.picture_source import picture_input
from pages.ui.sliding_inputs import choice, padding_input
from pages.ui.theme import INPUT, OUTPUT

OWN = "Your own"
OPERATIONS = {"correlation": "Cross-correlation", "convolution": "Convolution", "difference": "Difference"}


@st.fragment
def picture_view() -> None:
    """View 2 of the page."""
    settings, stage = settings_and_stage()
    with settings:
        image = picture_input()
        try:
            kernel = kernel_input()
        except LabError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        sliding = _sliding(kernel)
    with stage:
        shown = st.container()
        grey, colouring, operation = _look()
        with shown:
            try:
                _result(image, kernel, sliding, grey, colouring, operation)
            except LabError as error:
                st.warning(str(error), icon=":material/block:")


def kernel_input() -> Floats:
    """Gallery, size and angle, and the grid. Raises `InvalidInput` for a kernel in the address that is none."""
    name = st.selectbox(
        "Kernel", [*GALLERY, OWN], index=GALLERY.index("Sobel x"), key="gallery", bind="query-params",
        persist_state="session",
    )  # fmt: skip
    if name in SIZED:
        side = live_slider("Size", "side", 7, 3, 9, 2)
        angle = live_slider("Angle", "angle", 30, 0, 180, 1, "°") if name in ANGLED else 0
        kernel = gallery_kernel(name, side, angle)
    else:
        kernel = parse_kernel(st.query_params.get("weights", "")) if name == OWN else gallery_kernel(name)
    if name != OWN:
        st.query_params.pop("weights", None)
    kernel_editor(kernel, _edited)
    return kernel


def _edited() -> None:
    if text := edited_kernel():
        st.session_state["gallery"] = OWN
        st.query_params["weights"] = text


def _sliding(kernel: Floats) -> Sliding:
    with st.expander("Stride, padding, dilation", icon=":material/tune:"):
        stride = live_slider("Stride", "step", 1, 1, 8)
        dilation = live_slider("Dilation", "holes", 1, 1, 8)
        padding = padding_input("border", "same")
    return Sliding(len(kernel), stride, padding, dilation)


def _look() -> tuple[bool, str, str]:
    operation = choice("Operation", "operation", OPERATIONS)
    left, right = st.columns([2, 3])
    with left:
        grey = choice("Channels", "planes", {"grey": "Grey", "each": "Per channel"}) == "grey"
    with right:
        names = {"auto": "Auto", "picture": "Picture", "signed": "Signed", "absolute": "Absolute"}
        colouring = choice("Colouring", "colouring", names)
    return grey, colouring, operation


def _result(image: Pixels, kernel: Floats, sliding: Sliding, grey: bool, colouring: str, operation: str) -> None:
    result, difference = _operate(image, kernel, sliding, grey, operation)
    if colouring == "auto":
        colouring = "picture" if kernel.sum() > 0.5 and operation != "difference" else "signed"
    figures, scale = figures_of(result, colouring)
    height, width = result.shape[:2]
    source = {"src": _source_address(image), "title": f"Input {image.shape[1]}×{image.shape[0]}", "hue": INPUT}
    figures[0]["title"] += f" {width}×{height}"
    pictures([source, *figures], image.shape[:2], key="pictures")
    st.html(f'<p class="lab-note lab-two-lines">{_words(result, colouring, scale)} {difference}</p>')


def _operate(image: Pixels, kernel: Floats, sliding: Sliding, grey: bool, operation: str) -> tuple[Floats, str]:
    """The result, and in words how far the flipped kernel is from it."""
    symmetric = np.array_equal(kernel, kernel[::-1, ::-1])
    word = "This kernel looks the same upside down, so convolution and cross-correlation agree." if symmetric else ""
    if operation == "correlation":
        return filter_picture(image, kernel, sliding, grey=grey), word
    flipped = filter_picture(image, kernel[::-1, ::-1], sliding, grey=grey)
    straight = filter_picture(image, kernel, sliding, grey=grey)
    apart = straight - flipped
    word = word or f"Flipping the kernel changes values by up to {float(np.abs(apart).max()):,.0f}."
    return (flipped if operation == "convolution" else apart), word


def figures_of(result: Floats, colouring: str) -> tuple[list[dict[str, str]], float]:
    """The result as pictures, one where colours can be shown as colours and else one a channel, and their scale."""
    scale = scale_of(result)
    if colouring == "picture":
        planes, names = [result if result.shape[2] == 3 else result[..., 0]], ["Output"]
    else:
        planes = list(np.moveaxis(result, 2, 0))
        names = ["Output"] if len(planes) == 1 else ["Output, red", "Output, green", "Output, blue"]
    addresses = [picture_address(coloured(plane, colouring, scale)) for plane in planes]
    return [{"src": src, "title": name, "hue": OUTPUT} for src, name in zip(addresses, names, strict=True)], scale


def picture_address(pixels: Pixels) -> str:
    """JPEG for photographs; PNG where there are so few pixels that each should stay sharp."""
    return png_address(pixels) if pixels.shape[0] * pixels.shape[1] < 10_000 else jpeg_address(pixels)


def _words(result: Floats, colouring: str, scale: float) -> str:
    values = f"Values from {result.min():,.0f} to {result.max():,.0f}".replace("-", "−")
    match colouring:
        case "picture":
            return f"{values}; what is below 0 is drawn black, above 255 white."
        case "signed":
            return f"{values}. White is 0, blue −{scale:,.0f} and below, orange {scale:,.0f} and above."
        case _:
            return f"{values}. Black is 0, white ±{scale:,.0f} and beyond."


@st.cache_data(max_entries=16, show_spinner=False)
def _source_address(image: Pixels) -> str:
    return picture_address(image)


def shared_kernel() -> Floats:
    """The kernel that the picture view last had, for the views that follow it."""
    name = st.session_state.get("gallery", st.query_params.get("gallery", "Sobel x"))
    if name == OWN:
        return parse_kernel(st.query_params.get("weights", kernel_text(gallery_kernel("Sobel x"))))
    side, angle = slider_value("side", 7, 3, 9), slider_value("angle", 30, 0, 180)
    return gallery_kernel(name if name in GALLERY else "Sobel x", side, angle)
