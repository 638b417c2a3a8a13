"""A convolution that one can play, step, point at and edit, drawn and computed by the browser."""

from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.sent import sent

HERE = Path(__file__).parent
KEY = "stepper"

_component = st.components.v2.component(
    "convolution_stepper",
    html=(HERE / "convolution_stepper.html").read_text(),
    css=(HERE / "convolution_stepper.css").read_text(),
    js=(HERE / "convolution_stepper.js").read_text(),
    isolate_styles=False,
)


def convolution_stepper(data: dict[str, Any]) -> None:
    """Show the numbers of `data`, whose fields the head of the JavaScript file explains."""
    _component(key=KEY, data=data, on_work_change=lambda: None)


def stepper_work() -> dict[str, Any]:
    """What the person changed in the browser: `edits` as `engine.demonstration` writes them, `cell` looked at.

    Empty until then.
    """
    work = sent(KEY, "work")
    return work if isinstance(work, dict) else {}
