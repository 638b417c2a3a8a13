"""A stack of one's own, row by row: how large its maps become, how far they see, and what that costs."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import InvalidSettings
from engine.receptive_field import LIMITS, Layer, Reach, trace
from pages.ui.address import recall, remember
from pages.ui.drawing import drawing
from pages.ui.stack_address import KINDS, LARGEST, PADDINGS, Row, Stack, stack_of, text_of
from pages.ui.stack_drawing import WIDEST, cone_svg

DEFAULTS = {"kernel": 3, "stride": 1, "dilation": 1, "channels": 16}
"""What a new row holds, and a number that was deleted stands for."""

START, VERSION = "stack start", "stack version"
FIRST = "Chapter's MNIST"
PRESETS = {
    FIRST: Stack(
        28,
        1,
        "same",
        (
            ("Convolution", 4, 1, 1, 25),
            ("Pooling", 2, 2, 1, None),
            ("Convolution", 4, 1, 1, 50),
            ("Pooling", 2, 2, 1, None),
        ),
    ),
    "VGG's start": Stack(
        224,
        3,
        "same",
        (
            ("Convolution", 3, 1, 1, 64),
            ("Convolution", 3, 1, 1, 64),
            ("Pooling", 2, 2, 1, None),
            ("Convolution", 3, 1, 1, 128),
            ("Convolution", 3, 1, 1, 128),
            ("Pooling", 2, 2, 1, None),
        ),
    ),
    "Dilated": Stack(64, 3, "same", tuple(("Convolution", 3, 1, 2**power, 32) for power in range(4))),
    "Depthwise": Stack(
        112,
        32,
        "same",
        (("Depthwise", 3, 1, 1, None), ("Convolution", 1, 1, 1, 64), ("Depthwise", 3, 2, 1, None)),
    ),
}


@st.fragment
def stack_builder() -> None:
    """The table to edit, the numbers that follow from it, and a cut through the stack; the address holds all of it."""
    st.subheader("Build your own stack", anchor=False)
    if START not in st.session_state:
        _start(stack_of(recall("layers")) or PRESETS[FIRST])
    st.pills(
        "Start from", list(PRESETS), default=_preset_of(st.session_state[START]), key="stack preset", on_change=_restart
    )
    start, version = st.session_state[START], st.session_state[VERSION]
    inputs = st.columns([1, 1, 1, 3])
    size = inputs[0].number_input("Input size", 1, LARGEST, start.size, key=f"stack size {version}")
    channels = inputs[1].number_input(
        "Input channels", 1, LIMITS["channels"], start.channels, key=f"stack channels {version}"
    )
    padding = inputs[2].selectbox("Padding", PADDINGS, PADDINGS.index(start.padding), key=f"stack padding {version}")
    editor, numbers = st.columns(2)
    with editor:
        edited = _editor(pd.DataFrame(start.rows, columns=["layer", *DEFAULTS]), version)
    remember("layers", text_of(Stack(size, channels, padding, _rows(edited))), text_of(PRESETS[FIRST]))
    try:
        layers = [_layer(row, padding) for row in edited.to_dict("records")]
        reaches = trace(layers, size, size, channels)
    except InvalidSettings as error:
        numbers.error(str(error))
        return
    with numbers:
        st.dataframe(numbers_of(reaches[1:]), hide_index=True, width="stretch")
    st.caption(_summary(reaches))
    if svg := cone_svg(layers, size):
        drawing(svg, key="stack cone")
    elif layers:
        st.caption(f"What a cell reads is drawn here while it sees at most {WIDEST} pixels in a row.")


def numbers_of(reaches: Sequence[Reach]) -> pd.DataFrame:
    """A row a layer: what it writes, how far it sees, what it costs."""
    return pd.DataFrame(
        [
            {
                "Output": f"{reach.height}×{reach.width}×{reach.channels}",
                "Sees": f"{reach.field} px",
                "Parameters": f"{reach.parameters:,}",
                "Multiply–adds": f"{reach.multiply_adds:,}",
            }
            for reach in reaches
        ]
    )


def _start(stack: Stack) -> None:
    """Begin anew from `stack`: widgets of a new version know nothing of earlier edits."""
    st.session_state[START] = stack
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _restart() -> None:
    if preset := st.session_state["stack preset"]:
        _start(PRESETS[preset])


def _preset_of(stack: Stack) -> str | None:
    return next((name for name, preset in PRESETS.items() if preset == stack), None)


def _rows(edited: pd.DataFrame) -> tuple[Row, ...]:
    return tuple(_row(row) for row in edited.to_dict("records"))


def _row(row: dict[str, Any]) -> Row:
    numbers = (None if pd.isna(row[name]) else int(row[name]) for name in DEFAULTS)
    return (row["layer"] if row["layer"] in KINDS else "Convolution", *numbers)


def _editor(table: pd.DataFrame, version: int) -> pd.DataFrame:
    return st.data_editor(
        table,
        num_rows="dynamic",
        width="stretch",
        hide_index=True,
        placeholder="–",
        key=f"stack rows {version}",
        column_config={
            "layer": st.column_config.SelectboxColumn(
                "Layer", options=list(KINDS), default="Convolution", required=True
            ),
            "kernel": _whole("kernel"),
            "stride": _whole("stride"),
            "dilation": _whole("dilation"),
            "channels": _whole("channels"),
        },
    )


def _whole(name: str) -> Any:
    """A column of whole numbers; rows of pooling and depthwise convolutions need no number of channels."""
    needed = name != "channels"
    return st.column_config.NumberColumn(
        name.capitalize(),
        min_value=1,
        max_value=LIMITS[name],
        step=1,
        default=DEFAULTS[name],
        required=needed,
        help=None if needed else "Maps that a convolution writes; the others write as many as they read.",
    )


def _layer(row: dict[str, Any], padding: str) -> Layer:
    kind = KINDS.get(row["layer"], "conv")
    values = {name: default if pd.isna(row[name]) else int(row[name]) for name, default in DEFAULTS.items()}
    if kind != "conv":
        values["channels"] = 1
    return Layer(kind, **values, padding=padding)


def _summary(reaches: tuple[Reach, ...]) -> str:
    last = reaches[-1]
    parameters, products = sum(r.parameters for r in reaches), sum(r.multiply_adds for r in reaches)
    return (
        f"One cell of the last map sees {last.field}×{last.field} pixels. In all {parameters:,} parameters and "
        f"{products / 1e6:,.2f} million multiply–adds a picture."
    )
