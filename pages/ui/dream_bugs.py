"""Spot the bug on the DeepDream page: rows without gradient, and ascent without any regularisation. Both run live."""

import numpy as np
import streamlit as st

from engine.colour_maps import viridis
from engine.dreaming import LostRows, lost_rows, naive_and_regularised
from engine.errors import LabError
from engine.images import Pixels, jpeg_address, png_address, shrink
from pages.ui.picture_pair import pictures
from pages.ui.picture_source import photograph
from pages.ui.session import lab
from pages.ui.theme import OUTPUT, WRONG
from pages.ui.when_ready import loading, when_ready

LAYER, CHANNEL = "block9_expand", 20
CALL_S = 120.0


def dream_bugs() -> None:
    """Two mistakes beside their mends."""
    when_ready(_bugs)


def _bugs() -> None:
    if trouble := loading():
        st.html(f'<p class="lab-note">{trouble}</p>')
        return
    try:
        _rows()
        _naive()
    except LabError as error:
        st.warning(str(error))


def _rows() -> None:
    st.markdown(
        "**Rows and columns that never dream.** The chapter’s loops are like `range(0, max(h - sz//2, sz), sz)`."
    )
    tile = st.select_slider("Tile size", [96, 128, 160, 192], 128, key="lost tile")
    found = _lost(tile)
    highest = float(max(found.chapter.max(), found.covered.max()))
    pair = [
        {"src": png_address(_heat(found.chapter, highest)), "title": "The chapter’s tiles", "hue": WRONG},
        {"src": png_address(_heat(found.covered, highest)), "title": "All covered", "hue": OUTPUT},
    ]
    pictures(pair, found.chapter.shape, key="lost rows")
    lost = float(np.mean(found.chapter < 1e-6))
    st.html(
        '<p class="lab-note lab-two-lines">How strong the gradient is at each pixel, for one random shift, '
        f"dark is none. A last tile of less than half a tile is never looked at: here {lost:.0%} of the picture stays "
        "as it was in this step. Tiles of equal size that end with the picture leave out nothing.</p>"
    )


def _naive() -> None:
    st.markdown("**Just following the gradient.** The same channel, the same number of steps, from the same noise.")
    naive, regularised = _compared()
    pair = [
        {"src": jpeg_address(naive), "title": "Pixels follow the gradient", "hue": WRONG},
        {"src": jpeg_address(regularised), "title": "Waves, independent colours, jitter", "hue": OUTPUT},
    ]
    pictures(pair, naive.shape[:2], key="naive")
    st.html(
        '<p class="lab-note lab-two-lines">A network answers to grain that no photograph has, and plain ascent finds '
        "just that. Slow waves before fast ones, colours as photographs mix them, and a little shift before each look "
        "leave only what survives all of it. Octaves do the same job in a dream.</p>"
    )


def _heat(values: np.ndarray, highest: float) -> Pixels:
    return viridis((255 * np.clip(values / max(highest, 1e-9), 0, 1) ** 0.5).astype(np.uint8))


@st.cache_data(max_entries=8, show_spinner="Computing gradients…")
def _lost(tile: int) -> LostRows:
    picture = shrink(photograph("Temple"), 320)
    return lab().call(lost_rows, picture, LAYER, CHANNEL, tile, 1, timeout_s=CALL_S)


@st.cache_data(max_entries=2, show_spinner="Climbing twice…")
def _compared() -> tuple[Pixels, Pixels]:
    return lab().call(naive_and_regularised, LAYER, CHANNEL, timeout_s=CALL_S)
