"""The tab "Augmentation": one training picture and twelve distortions of it, as the sliders stand."""

import streamlit as st
from numpy.typing import NDArray

from engine.errors import LabError
from engine.images import png_address
from engine.preview import Preview, preview
from engine.settings import CifarSettings
from pages.ui.controls import chosen, setting_inputs
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

NUMBER, SEED = "augmentation picture", "augmentation seed"
FIRST, STRIDE = 2572, 872
"""Of the training pictures that are shown: through all classes of Photo-10, by pictures on which there is something."""


def augmentation_view() -> None:
    """Sliders, the picture and its distortions; what is set here is what Train uses."""
    when_ready(_view)


def _view() -> None:
    controls, stage = st.columns([1, 2], gap="large")
    with controls:
        setting_inputs(CifarSettings, ["brightness", "contrast"], columns=1, sliders=True)
        setting_inputs(CifarSettings, ["crop", "flip"])
        left, right = st.columns(2)
        left.button("Another picture", icon=":material/skip_next:", on_click=_count, args=(NUMBER,), width="stretch")
        right.button("Draw again", icon=":material/casino:", on_click=_count, args=(SEED,), width="stretch")
        given = st.toggle("As the network gets them", key="augmentation given", help="Standardised: grey is zero.")
    with stage:
        _stage(given)


def _stage(given: bool) -> None:
    if note := loading():
        st.html(f'<div class="lab-preview-place"><p class="lab-note">{note}</p></div>')
        return
    try:
        shown = _shown(_distortions(), st.session_state.get(NUMBER, FIRST), st.session_state.get(SEED, 0), given=given)
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.html(shown)
    st.caption(
        "Standardisation takes each picture's mean off and divides by its deviation, so brightness leaves no trace, "
        "and of contrast only what differs between colours. Switch the view and see."
        if given
        else _what_happens(_distortions())
    )
    st.caption("The distortions are settings of Train: the next run has them as they stand here.")


def _what_happens(distortions: CifarSettings) -> str:
    match distortions:
        case CifarSettings(brightness=0, contrast=0.0, crop="central", flip=False):
            return "Nothing is changed: the network sees the same middle of the picture every time."
        case CifarSettings(brightness=0, contrast=0.0, crop="central"):
            return "Every time a picture comes by, the network sees one of two: its middle as it is, or mirrored."
        case _:
            return "Every time a picture comes by, the network sees another of these, and hardly ever the same twice."


def _distortions() -> CifarSettings:
    """The settings that count here, all others at their defaults: a change of those makes no other picture."""
    now = chosen(CifarSettings)
    return CifarSettings(brightness=now.brightness, contrast=now.contrast, crop=now.crop, flip=now.flip)


@st.cache_data(max_entries=64, show_spinner=False)
def _shown(settings: CifarSettings, number: int, seed: int, *, given: bool) -> str:
    return preview_html(_preview(settings, number, seed), given=given)


@st.cache_data(max_entries=64, show_spinner=False)
def _preview(settings: CifarSettings, number: int, seed: int) -> Preview:
    return lab().call(preview, settings, number, seed, timeout_s=30)


def preview_html(shown: Preview, *, given: bool) -> str:
    """The picture with its 24×24 window, and the distortions in a grid."""
    tiles = shown.given if given else shown.distorted
    figures = "".join(
        f'<img src="{png_address(tile)}" alt="Distortion {number} of the {shown.name}">'
        for number, tile in enumerate(tiles, start=1)
    )
    return (
        f'<div class="lab-preview-place"><div class="lab-preview"><figure>{_picture(shown.picture, shown.name)}'
        f"<figcaption>The training picture, 32×32: <b>{shown.name}</b></figcaption></figure>"
        f'<div class="lab-preview-grid" role="group" aria-label="Twelve distortions">{figures}</div></div></div>'
    )


def _picture(picture: NDArray, name: str) -> str:
    return f'<img src="{png_address(picture)}" alt="Training picture of the kind {name}">'


def _count(name: str) -> None:
    first, step = (FIRST, STRIDE) if name == NUMBER else (0, 1)
    st.session_state[name] = st.session_state.get(name, first) + step
