"""The network as a row of stacked feature maps, of which one chooses a group of layers."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from engine.models.efficientnet_parts import Part, parts, reaches
from pages.ui.sent import sent, sent_text
from pages.ui.stack_words import label

HERE = Path(__file__).parent
KEY = "stack flow"

_component = st.components.v2.component(
    "stack_flow",
    html='<div class="stack-flow" role="group" aria-label="Layers of the network, from the picture on"></div>',
    css=(HERE / "stack.css").read_text(),
    js=(HERE / "stack_flow.js").read_text(),
    isolate_styles=False,
)


def stack_flow(picture: str, maps: Mapping[str, str], first: str) -> str:
    """Show the flow and return the group that is chosen, `first` until one is.

    picture: its address; maps: for each group the address of one of its feature maps.
    """
    last = {part.group: part for part in parts()}
    picked = sent_text(sent(KEY, "group"))
    chosen = picked if picked in last else first
    items = [_stop(part, maps[group]) for group, part in last.items()]
    _component(key=KEY, data={"picture": picture, "items": items, "chosen": chosen}, on_group_change=lambda: None)
    return chosen


def _stop(part: Part, address: str) -> dict[str, str | int]:
    reach = reaches()[part]
    return {
        "id": part.group,
        "label": label(part.group),
        "size": reach.height,
        "channels": reach.channels,
        "image": address,
        # Sides shrink more slowly than sizes, so that the last maps can still be seen.
        "side": round(22 * (reach.height / 7) ** 0.4),
    }
