"""Colours with a meaning, the same on every page (Okabe and Ito's palette), and the app's own style sheet."""

from pathlib import Path

import streamlit as st

INPUT = "#0072B2"
KERNEL = "#E69F00"
OUTPUT = "#009E73"
WRONG = "#D55E00"
TRAIN = "#7D8290"
TEST = "#CC79A7"
CLASS_COLOURS = (
    *("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#3F8FD0"),
    *("#D55E00", "#9A9A33", "#B05FC0", "#A07850", "#7D8290"),
)
"""Ten classes, readable on light and dark. Ten colours are never safe, so a name or a sign goes with each."""

SHEETS = tuple(Path(__file__).with_name(name) for name in ("style.css", "print.css"))


def apply_style() -> None:
    """Add the style sheets to the page. They use the text colour for all greys, so they suit light and dark alike."""
    for sheet in SHEETS:
        st.html(sheet)
