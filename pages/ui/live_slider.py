"""A slider that is followed while it moves: Streamlit's own tells Python only when it is let go.

Its value is in the page's address under its key, and outlives a change of view or page.
"""

from pathlib import Path

import streamlit as st

from pages.ui.address import recall, remember
from pages.ui.sent import sent, sent_number

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "live_slider",
    html='<label class="live-slider"><span></span><output></output><input type="range" /></label>',
    css=(HERE / "live_slider.css").read_text(),
    js=(HERE / "live_slider.js").read_text(),
    isolate_styles=False,
)


def live_slider(label: str, key: str, default: int, low: int, high: int, step: int = 1, unit: str = "") -> int:
    """A whole number from `low` to `high`; `unit` follows it on the screen."""
    value = slider_value(key, default, low, high)
    remember(key, str(value), str(default))
    data = {"label": label, "value": value, "min": low, "max": high, "step": step, "unit": unit}
    _component(key=f"{key} slider", data=data, on_value_change=lambda: None)
    return value


def slider_value(key: str, default: int, low: int, high: int) -> int:
    """Where the slider stands: as moved, as the address says, or as it stood when last seen."""
    moved = sent_number(sent(f"{key} slider", "value"), low, high)
    value = sent_number(recall(key), low, high) if moved is None else moved
    return default if value is None else value
