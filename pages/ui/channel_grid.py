"""A grid of what channels want to see; pressing one chooses it."""

from pathlib import Path

import streamlit as st

from pages.ui.sent import sent

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "channel_grid",
    html='<div class="channel-grid" role="group" aria-label="Channels, each by the picture it wants to see"></div>',
    css=(HERE / "channel_grid.css").read_text(),
    js=(HERE / "channel_grid.js").read_text(),
    isolate_styles=False,
)


def channel_grid(tiles: list[dict[str, str | int]], *, key: str) -> int | None:
    """Show `tiles` of `channel`, `label` and `src` (data address, empty while it is made); returns the one pressed."""
    pressed = sent(key, "channel")
    shown = pressed if type(pressed) is int and pressed in [tile["channel"] for tile in tiles] else None
    _component(key=key, data={"tiles": tiles, "chosen": shown}, on_channel_change=lambda: None)
    return shown
