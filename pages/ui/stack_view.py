"""A whole stack: one picture through EfficientNet-Lite0, layer by layer, and a stack of one's own in numbers."""

import base64
import html
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.errors import LabError
from engine.feature_maps import LayerMaps, Overview, as_input, layer_maps, look
from engine.images import jpeg_address
from engine.models.efficientnet_parts import SIZE, Part, parts
from engine.receptive_field import Reach, trace
from engine.sources.photographs import PHOTOGRAPHS, load_photograph
from pages.ui.session import lab
from pages.ui.stack_builder import numbers_of, stack_builder

HERE = Path(__file__).parent
FIRST = [part.name for part in parts()].index("block3_depthwise")
"""The layer that is shown first: its kernels are 5×5, and its maps are small but can still be recognised."""

FIRST_CALL_S = 60.0
"""The first picture waits for TensorFlow to be imported and for the network to be built."""

_flow = st.components.v2.component(
    "stack_flow",
    html='<div class="stack-flow" role="group" aria-label="Layers of the network, from the picture on"></div>',
    css=(HERE / "stack.css").read_text(),
    js=(HERE / "stack_flow.js").read_text(),
    isolate_styles=False,
)
_maps = st.components.v2.component(
    "stack_maps",
    html=(HERE / "stack_maps.html").read_text(),
    js=(HERE / "stack_maps.js").read_text(),
    isolate_styles=False,
)


@st.fragment
def stack_view(image: NDArray[np.uint8] | None = None) -> None:
    """Show what EfficientNet-Lite0 makes of `image`, uint8 [height, width, 3], or of a photograph that one picks.

    Below it, whatever happens there, a stack of one's own in numbers. The address keeps photograph, layer and map in
    `stack`, as in `stack=Coffee-block3_depthwise-17`.
    """
    try:
        _network_view(image)
    except LabError as error:
        st.error(str(error))
    stack_builder()


def _network_view(image: NDArray[np.uint8] | None) -> None:
    photograph, linked_part, linked_map = _from_address()
    choice, classes = st.columns([1.2, 1], gap="large", vertical_alignment="center")
    with choice:
        if image is None:
            photograph = _photograph_picker(photograph)
        picture = as_input(load_photograph(photograph) if image is None else image)
        st.caption(
            "EfficientNet-Lite0 tells 1,000 kinds of things apart: 49 convolutions, 4.6 million weights. It sees every "
            f"picture squeezed into {SIZE}×{SIZE} pixels."
        )
    with st.spinner("Loading the network…"):
        overview = _look(picture)
    with classes:
        _top(overview)
    part = _part_picker(_flow_picker(picture, overview, linked_part.group), linked_part)
    reach = _reaches()[parts().index(part)]
    _facts(part, reach)
    chosen = _show_maps(
        picture, part, reach, _layer_maps(picture, part.name), linked_map if part == linked_part else None
    )
    _to_address(photograph, part, chosen)
    with st.expander("All convolutions in numbers", icon=":material/table_rows:"):
        table = numbers_of(_reaches())
        table.insert(0, "Layer", [f"{_label(part.group)}, {_kind_and_size(part).lower()}" for part in parts()])
        st.dataframe(table, hide_index=True, width="stretch")


def _from_address() -> tuple[str, Part, int | None]:
    """Photograph, layer and map that the address names, or what the view starts with."""
    photograph, _, rest = st.query_params.get("stack", "").partition("-")
    name, _, number = rest.partition("-")
    part = next((part for part in parts() if part.name == name), parts()[FIRST])
    known = number.isdecimal() and int(number) < _reaches()[parts().index(part)].channels
    return photograph if photograph in PHOTOGRAPHS else "Cat", part, int(number) if known else None


def _to_address(photograph: str, part: Part, chosen: int | None) -> None:
    address = f"{photograph}-{part.name}-{'' if chosen is None else chosen}".removesuffix("-")
    if address == f"Cat-{parts()[FIRST].name}":
        st.query_params.pop("stack", None)
    elif address != st.query_params.get("stack"):
        st.query_params["stack"] = address


def _photograph_picker(linked: str) -> str:
    st.session_state.setdefault("stack photograph", linked)
    return st.pills("Photograph", list(PHOTOGRAPHS), required=True, key="stack photograph")


def _top(overview: Overview) -> None:
    rows = "".join(
        f'{html.escape(name)}<span><i style="width:{share:.1%}"></i></span><data value="{share:.4f}">{share:.0%}</data>'
        for name, share in overview.top
    )
    st.html(f'<div class="stack-top">{rows}</div>')


def _flow_picker(picture: NDArray[np.uint8], overview: Overview, linked: str) -> str:
    """The network as a row of its groups of layers; returns the group that is chosen."""
    chosen = st.session_state.get("stack flow", {}).get("group") or linked
    last = {part.group: (part, reach) for part, reach in zip(parts(), _reaches(), strict=True)}
    items = [_stop(part, reach, overview.flow[group]) for group, (part, reach) in last.items()]
    _flow(
        key="stack flow",
        data={"picture": jpeg_address(picture), "items": items, "chosen": chosen},
        on_group_change=lambda: None,
    )
    return chosen


def _stop(part: Part, reach: Reach, png: bytes) -> dict[str, str | int]:
    return {
        "id": part.group,
        "label": _label(part.group),
        "size": reach.height,
        "channels": reach.channels,
        "image": _address(png),
        # Sides shrink more slowly than sizes, so that the last maps can still be seen.
        "side": round(22 * (reach.height / 7) ** 0.4),
    }


def _part_picker(group: str, linked: Part) -> Part:
    """Which convolution of the group; the depthwise one has the kernels that are worth a look."""
    inside = {_kind(part): part for part in parts() if part.group == group}
    wanted = st.session_state.get("stack kind", _kind(linked))
    default = next((kind for kind in (wanted, "Depthwise") if kind in inside), "Convolution")
    st.session_state.setdefault(f"stack part {group}", default)
    kind = st.segmented_control(
        "Convolution",
        list(inside),
        required=True,
        key=f"stack part {group}",
        format_func=lambda kind: _kind_and_size(inside[kind]),
    )
    st.session_state["stack kind"] = kind
    return inside[kind]


def _kind(part: Part) -> str:
    """What the part does, in one word."""
    return part.name.partition("_")[2].capitalize() or ("Project" if part.signed else "Convolution")


def _kind_and_size(part: Part) -> str:
    return f"{_kind(part)} {part.layer.kernel}×{part.layer.kernel}"


def _label(group: str) -> str:
    return group.replace("block", "Block ").capitalize()


def _about_kernel(part: Part) -> str:
    if part.layer.kernel == 1:
        return (
            "1×1: each place is a weighted sum of the same place in all maps before. It sees no neighbours, so there "
            "is no pattern to draw."
        )
    if part.layer.kind == "depthwise":
        return "This kernel slides over the map of the same number in the layer before, and over no other."
    return "A plane for each colour of the picture. Their products are added up, with a bias."


def _facts(part: Part, reach: Reach) -> None:
    after = "no activation, so values are signed" if part.signed else "then ReLU6"
    stride = f", stride {part.layer.stride}" if part.layer.stride > 1 else ""
    facts = {
        "Output": f"{reach.height}×{reach.width}×{reach.channels}",
        "Receptive field": f"{reach.field}×{reach.field} px",
        "Step between windows": f"{reach.jump} px",
        "Parameters": f"{reach.parameters:,}",
        "Multiply–adds": f"{reach.multiply_adds / 1e6:,.1f} M",
        "Layer": f"{part.layer.kernel}×{part.layer.kernel}{stride}, {after}",
    }
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    st.html(f'<dl class="stack-facts">{items}</dl>')


def _show_maps(picture: NDArray[np.uint8], part: Part, reach: Reach, maps: LayerMaps, linked: int | None) -> int | None:
    """Returns the number of the map that is chosen, None where it is the strongest by default."""
    picked = st.session_state.get("stack maps", {}).get("map")
    chosen = picked["map"] if picked and picked["layer"] == part.name else linked
    _maps(
        key="stack maps",
        data={
            "layer": part.name,
            "chosen": chosen,
            "picture": jpeg_address(picture),
            "atlas": _address(maps.atlas),
            "columns": maps.columns,
            "low": maps.low,
            "high": maps.high,
            "cut": not part.signed,
            "order": np.argsort(-maps.peaks, kind="stable").tolist(),
            "peaks": [float(f"{peak:.4g}") for peak in maps.peaks],
            "places": maps.places.tolist(),
            "kernels": maps.kernels.astype(np.float64).round(4).tolist(),
            "planes": ["red", "green", "blue"] if part.name == "stem" else [""],
            "about_kernel": _about_kernel(part),
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


@st.cache_data(max_entries=20, show_spinner=False)
def _look(picture: NDArray[np.uint8]) -> Overview:
    return lab().call(look, picture, timeout_s=FIRST_CALL_S)


@st.cache_data(max_entries=60, show_spinner=False)
def _layer_maps(picture: NDArray[np.uint8], name: str) -> LayerMaps:
    return lab().call(layer_maps, picture, name, timeout_s=FIRST_CALL_S)


@cache
def _reaches() -> tuple[Reach, ...]:
    """The reach of each part, in the order of `parts()`; a block's input, added to its output, reaches less far."""
    return trace([part.layer for part in parts()], SIZE, SIZE, 3)[1:]


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
