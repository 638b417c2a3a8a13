"""What a kernel makes of a picture, beside the picture, and in words."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from engine.convolution import Floats
from engine.filtering import coloured, filter_picture, scale_of
from engine.images import Pixels, jpeg_address, png_address
from engine.sliding import Sliding
from pages.ui.picture_pair import pictures
from pages.ui.theme import INPUT, OUTPUT


@dataclass(frozen=True, slots=True)
class Look:
    """operation: correlation, convolution or difference; colouring: of `engine.filtering`, or auto."""

    operation: str
    grey: bool
    colouring: str


def show_input(image: Pixels) -> None:
    """Draw the picture as it comes in."""
    figure = {"src": _source_address(image), "title": f"Input {image.shape[1]}×{image.shape[0]}", "hue": INPUT}
    pictures([figure], image.shape[:2], key="input picture")


def show_result(image: Pixels, kernel: Floats, sliding: Sliding, look: Look) -> None:
    """Draw the output, and say what it is. Raises `InvalidSettings` where the kernel fits nowhere."""
    result, difference = _operate(image, kernel, sliding, look)
    colouring = look.colouring
    if colouring == "auto":
        colouring = "picture" if kernel.sum() > 0.5 and look.operation != "difference" else "signed"
    figures, scale = figures_of(result, colouring)
    height, width = result.shape[:2]
    figures[0]["title"] += f" {width}×{height}"
    pictures(figures[:1], image.shape[:2], key="output picture")
    if figures[1:]:
        pictures(figures[1:], image.shape[:2], key="other pictures")
    st.html(f'<p class="lab-note lab-two-lines">{_words(result, colouring, scale)} {difference}</p>')


def _operate(image: Pixels, kernel: Floats, sliding: Sliding, look: Look) -> tuple[Floats, str]:
    """The result, and in words how far the flipped kernel is from it."""
    grey, operation = look.grey, look.operation
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
