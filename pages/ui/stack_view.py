"""A whole stack: one picture through EfficientNet-Lite0, layer by layer, and a stack of one's own in numbers."""

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.errors import LabError
from engine.feature_maps import LayerMaps, Overview, layer_maps, look
from engine.images import jpeg_address, squared
from engine.models.efficientnet_parts import SIZE, Part, parts, reaches
from engine.sources.photographs import PHOTOGRAPHS, load_photograph
from pages.ui.percent import percent
from pages.ui.sent import sent_number
from pages.ui.session import lab
from pages.ui.stack_builder import numbers_of, stack_builder
from pages.ui.stack_flow import stack_flow
from pages.ui.stack_maps import stack_maps
from pages.ui.stack_words import facts, kind, kind_and_size, label

FIRST_PHOTOGRAPH = "Cat"
FIRST = "block3_depthwise"
"""The layer that is shown first: its kernels are 5×5, and its maps are small but can still be recognised."""

FIRST_CALL_S = 60.0
"""The first picture waits for TensorFlow to be imported and for the network to be built."""


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
        photograph = _photograph_picker(photograph) if image is None else ""
        picture = squared(load_photograph(photograph) if image is None else image, SIZE)
        st.caption(
            "EfficientNet-Lite0 tells 1,000 kinds of things apart: 49 convolutions, 4.6 million weights. It sees the "
            f"middle square of a picture, at {SIZE}×{SIZE} pixels."
        )
    with st.spinner("Loading the network…"):
        overview = _look(picture)
    with classes:
        _top(overview)
    address = jpeg_address(picture)
    part = _part_picker(stack_flow(address, overview.flow, linked_part.group), linked_part)
    _facts(part)
    chosen = stack_maps(address, part, _layer_maps(picture, part.name), linked_map if part == linked_part else None)
    _to_address(photograph, part, chosen)
    _all_parts()


def _from_address() -> tuple[str, Part, int | None]:
    """Photograph, layer and map that the address names, or what the view starts with."""
    photograph, _, rest = st.query_params.get("stack", "").partition("-")
    name, _, number = rest.partition("-")
    named = {part.name: part for part in parts()}
    part = named.get(name, named[FIRST])
    last = reaches()[part].channels - 1
    linked = sent_number(number, 0, last + 1)
    known = linked is not None and linked <= last
    return photograph if photograph in PHOTOGRAPHS else FIRST_PHOTOGRAPH, part, linked if known else None


def _to_address(photograph: str, part: Part, chosen: int | None) -> None:
    if part.name == FIRST and chosen is None and photograph in ("", FIRST_PHOTOGRAPH):
        st.query_params.pop("stack", None)
        return
    address = f"{photograph}-{part.name}" + ("" if chosen is None else f"-{chosen}")
    if address != st.query_params.get("stack"):
        st.query_params["stack"] = address


def _photograph_picker(linked: str) -> str:
    st.session_state.setdefault("stack photograph", linked)
    return st.pills("Photograph", list(PHOTOGRAPHS), required=True, key="stack photograph")


def _part_picker(group: str, linked: Part) -> Part:
    """Which convolution of the group; the depthwise one has the kernels that are worth a look."""
    inside = {kind(part): part for part in parts() if part.group == group}
    wanted = st.session_state.get("stack kind", kind(linked))
    default = next((name for name in (wanted, "Depthwise") if name in inside), next(iter(inside)))
    st.session_state.setdefault(f"stack part {group}", default)
    chosen = st.segmented_control(
        "Convolution",
        list(inside),
        required=True,
        key=f"stack part {group}",
        format_func=lambda name: kind_and_size(inside[name]),
    )
    st.session_state["stack kind"] = chosen
    return inside[chosen]


def _top(overview: Overview) -> None:
    rows = "".join(
        f'{html.escape(name)}<span><i style="width:{share:.1%}"></i></span>'
        f'<data value="{share:.4f}">{html.escape(percent(share))}</data>'
        for name, share in overview.top
    )
    st.html(f'<div class="stack-top">{rows}</div>')


def _facts(part: Part) -> None:
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts(part).items())
    st.html(f'<dl class="stack-facts">{items}</dl>')


def _all_parts() -> None:
    with st.expander("All convolutions in numbers", icon=":material/table_rows:"):
        table = numbers_of(list(reaches().values()))
        table.insert(0, "Layer", [f"{label(part.group)}, {kind_and_size(part).lower()}" for part in parts()])
        st.dataframe(table, hide_index=True, width="stretch")


@st.cache_data(max_entries=20, show_spinner=False)
def _look(picture: NDArray[np.uint8]) -> Overview:
    return lab().call(look, picture, timeout_s=FIRST_CALL_S)


@st.cache_data(max_entries=60, show_spinner=False)
def _layer_maps(picture: NDArray[np.uint8], name: str) -> LayerMaps:
    return lab().call(layer_maps, picture, name, timeout_s=FIRST_CALL_S)
