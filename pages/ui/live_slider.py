"""Sliders that are followed while they move: Streamlit's own tell Python only when they are let go.

Their values are in the page's address under their keys, and outlive a change of view or page.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from pages.ui.address import recall, remember
from pages.ui.sent import sent, sent_number

HERE = Path(__file__).parent
KEY = "sliders"

_component = st.components.v2.component(
    "live_sliders",
    html='<div class="live-sliders"></div>',
    css=(HERE / "live_slider.css").read_text(),
    js=(HERE / "live_slider.js").read_text(),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Slider:
    """A whole number from `low` to `high`; `unit` follows it on the screen."""

    label: str
    key: str
    default: int
    low: int
    high: int
    step: int = 1
    unit: str = ""

    @property
    def value(self) -> int:
        """Where it stands: as moved, as the address says, or as it stood when last seen."""
        moved = sent_number(sent(KEY, self.key), self.low, self.high)
        value = sent_number(recall(self.key), self.low, self.high) if moved is None else moved
        return self.default if value is None else value


def live_sliders(*sliders: Slider) -> None:
    """Draw the sliders of a view, below each other.

    All in one call: each element of a page costs the browser time at every move.
    """
    shown = []
    for slider in sliders:
        remember(slider.key, str(slider.value), str(slider.default))
        shown.append(asdict(slider) | {"value": slider.value})
    follow = {f"on_{slider.key}_change": lambda: None for slider in sliders}
    _component(key=KEY, data={"sliders": shown}, **follow)
