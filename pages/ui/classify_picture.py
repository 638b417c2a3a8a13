"""Classify your own picture: what the network that comes with the app takes it for, and where it looked."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from engine.classifying import Named, classify
from engine.colour_maps import viridis
from engine.errors import LabError
from engine.images import Pixels, jpeg_address, middle_square, png_address, shrink
from engine.sources.cifar10 import NAMES
from pages.ui.class_bars import class_bars_html
from pages.ui.percent import how_sure, percent
from pages.ui.picture_source import picture_input
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

SHOWN = 320
BLOCKS = {"15×15 maps": "block1", "7×7 maps": "block2", "3×3 maps": "block3"}
ACCURACY = "86.9"
"""Percent of CIFAR-10's 10,000 test pictures; `tests/slow` counts them again."""


def classify_picture() -> None:
    """The section "Classify your own picture". Only it runs again when its picture changes."""
    st.header("Classify your own picture", anchor=False)
    st.html(
        f'<p class="lab-idea">A network that was trained beforehand on CIFAR-10 ({ACCURACY}% of its 10,000 test '
        f"pictures right) knows {', '.join(NAMES[:-1])} and {NAMES[-1]}: whatever it is shown, it picks one of "
        "them.</p>"
    )
    when_ready(_section)


def _section() -> None:
    source, stage = st.columns([1, 2], gap="large")
    with source:
        picture = middle_square(picture_input())
        layer = st.segmented_control(
            "Where it looked", list(BLOCKS), default="7×7 maps", required=True, key="grad cam layer",
            help="Grad-CAM on the maps of one block: early ones see detail, late ones know what a thing is.",
        )  # fmt: skip
    with stage:
        note = loading()
        try:
            shown = named_html(picture, None, "", note) if note else _shown(picture, BLOCKS[layer or "7×7 maps"])
        except LabError as error:
            shown = named_html(picture, None, "", str(error))
        st.html(shown)


@st.cache_data(max_entries=96, show_spinner=False)
def _shown(picture: Pixels, block: str) -> str:
    return named_html(picture, _named(picture), block, "")


@st.cache_data(max_entries=32, show_spinner=False)
def _named(picture: Pixels) -> Named:
    return lab().call(classify, picture, timeout_s=30)


def named_html(picture: Pixels, named: Named | None, block: str, note: str) -> str:
    """The middle of the picture, what the network gets of it, where it looked, and the ten probabilities."""
    if not named:
        return f'<div class="lab-named-place"><p class="lab-note">{note}</p></div>'
    best = int(named.probabilities.argmax())
    shares = {name: float(share) for name, share in zip(NAMES, named.probabilities, strict=True)}
    overlaid = jpeg_address(overlay(shrink(picture, SHOWN), named.looked[block]))
    figures = (
        _figure(png_address(named.seen), "All that the network gets: 32×32 pixels", "The picture at 32×32 pixels")
        + _figure(overlaid, f"What spoke for {NAMES[best]}: bright", f"Where the network saw {NAMES[best]}")
    )  # fmt: skip
    return (
        f'<div class="lab-named-place"><p class="lab-verdict"><b>{NAMES[best]}</b>, {how_sure(shares[NAMES[best]])}</p>'
        f'<div class="lab-named"><div class="lab-named-pictures">{figures}</div>'
        f"{class_bars_html(shares, 'Probability of each kind', said=percent)}</div></div>"
    )


def overlay(picture: Pixels, looked: NDArray[np.float32]) -> Pixels:
    """The picture uint8 [side, side, 3] in grey under viridis colours, brighter where `looked` [h, w] is nearer 1."""
    side = picture.shape[0]
    weights = Image.fromarray((255 * looked).round().astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    grey = picture.mean(axis=2, keepdims=True)
    mixed = 0.5 * grey + 0.5 * viridis(np.asarray(weights))
    return mixed.round().astype(np.uint8)


def _figure(address: str, caption: str, alt: str) -> str:
    return f'<figure><img src="{address}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'
