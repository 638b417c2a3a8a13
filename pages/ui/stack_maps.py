"""The feature maps of one layer: a grid to choose from, and for the chosen one its kernel and what it sees.

The browser answers each choice at once from what it was given; the page only learns which map was chosen.
"""

from pathlib import Path

import numpy as np
import streamlit as st

from engine.feature_maps import LayerMaps
from engine.models.efficientnet_parts import SIZE, Part, reaches
from pages.ui.sent import sent, sent_number
from pages.ui.stack_words import about_kernel

HERE = Path(__file__).parent
KEY = "stack maps"

_component = st.components.v2.component(
    "stack_maps",
    html=(HERE / "stack_maps.html").read_text(),
    js=(HERE / "stack_maps.js").read_text(),
    isolate_styles=False,
)


def stack_maps(picture: str, part: Part, maps: LayerMaps, linked: int | None) -> int | None:
    """Show the maps of `part` over the address of `picture`, with the map `linked` open, or the strongest.

    Returns the number of the map that is open, None where it is the strongest because none was chosen.
    """
    reach = reaches()[part]
    picked = sent(KEY, "map")
    here = isinstance(picked, dict) and picked.get("layer") == part.name
    chosen = sent_number(picked.get("map"), 0, reach.channels - 1) if here else linked
    _component(
        key=KEY,
        data={
            "layer": part.name,
            "chosen": chosen,
            "picture": picture,
            "atlas": maps.atlas,
            "columns": maps.columns,
            "low": maps.low,
            "high": maps.high,
            "cut": not part.signed,
            "order": np.argsort(-maps.peaks, kind="stable").tolist(),
            "peaks": maps.peaks.astype(np.float64).round(3).tolist(),
            "places": maps.places.tolist(),
            "kernels": maps.kernels.astype(np.float64).round(4).tolist(),
            "planes": ["red", "green", "blue"] if part.name == "stem" else [""],
            "about_kernel": about_kernel(part),
            "size": SIZE,
            "map_size": reach.height,
            "field": reach.field,
            "jump": reach.jump,
            "top": reach.top,
            "left": reach.left,
        },
        on_map_change=lambda: None,
    )
    return chosen
