"""A kernel as a grid coloured by sign, whose cells can be edited."""

from pathlib import Path

import streamlit as st

from engine.convolution import Floats
from engine.errors import InvalidInput
from engine.filtering import parse_kernel
from pages.ui.sent import sent, sent_text

HERE = Path(__file__).parent
KEY = "kernel_editor"

_component = st.components.v2.component(
    "kernel_editor",
    html='<div class="kernel" role="group" aria-label="Kernel"></div>',
    css=(HERE / "kernel_editor.css").read_text(),
    js=(HERE / "kernel_editor.js").read_text(),
    isolate_styles=False,
)


def kernel_editor(kernel: Floats, on_edit: object) -> None:
    """Show `kernel` [side, side]; `on_edit` is called when the person has changed a cell."""
    rows = [[round(float(v), 4) for v in row] for row in kernel]
    _component(key=KEY, data={"rows": rows, "heard": sent_text(sent(KEY, "weights"))}, on_weights_change=on_edit)


def edited_kernel() -> str | None:
    """The kernel as the person left it, as text; None if untouched or not usable."""
    text = sent_text(sent(KEY, "weights")) or ""
    try:
        parse_kernel(text)
    except InvalidInput:
        return None
    return text
