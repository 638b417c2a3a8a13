"""Which kernel the page works with: one of the gallery in a size and angle, or one of the person's own."""

import streamlit as st

from engine.convolution import Floats
from engine.filtering import parse_kernel
from engine.kernels import ANGLED, GALLERY, SIZED, gallery_kernel
from pages.ui.address import recall, remember
from pages.ui.kernel_editor import edited_kernel, kernel_editor
from pages.ui.live_slider import Slider

OWN = "Your own"
MOVED = "gallery has moved"
FIRST = "Sobel x"
SIZE = Slider("Size", "side", 7, 3, 9, 2)
ANGLE = Slider("Angle", "angle", 30, 0, 180, unit="°")


def gallery_input() -> str:
    """A box to choose from the gallery."""
    return st.selectbox(
        "Kernel",
        [*GALLERY, OWN],
        index=GALLERY.index(FIRST),
        key="gallery",
        bind="query-params",
        persist_state="session",
    )


def size_and_angle(name: str) -> list[Slider]:
    """Sliders for what the kernel called `name` leaves open."""
    return [SIZE] * (name in SIZED) + [ANGLE] * (name in ANGLED)


def kernel_grid(name: str, kernel: Floats) -> None:
    """The kernel's cells; whoever edits one has a kernel of their own."""
    if name != OWN:
        remember("weights", "")
    kernel_editor(kernel, _edited)


def chosen_kernel(name: str) -> Floats:
    """The kernel as its widgets stand. Raises `InvalidInput` if the address holds one that cannot be used."""
    if name == OWN:
        return parse_kernel(recall("weights"))
    return gallery_kernel(name, SIZE.value | 1, ANGLE.value)


def _edited() -> None:
    if text := edited_kernel():
        remember("weights", text)
        if st.session_state["gallery"] != OWN:
            st.session_state["gallery"] = OWN
            st.session_state[MOVED] = True


def has_moved() -> bool:
    """Whether the box has to be told that the kernel is one's own now; it is outside of what an edit draws again."""
    return bool(st.session_state.pop(MOVED, False))
