"""Which layers count for style, and how much each: a list to choose from and a number for each."""

import streamlit as st

from engine.style_settings import StyleSettings
from engine.vgg_layers import relus
from pages.ui.controls import chosen_value, widget_key

TEXT = widget_key(StyleSettings, "style_layers")
NAMES = "style layer names"
SPREAD = "style layers that the widgets show"
BESIDE = 4
"""Numbers in a row."""


def layer_weights() -> None:
    """The list and the numbers; the setting is written from them, and they from it only where a preset or a run set it.

    Were both to follow one another, values that a browser sent a moment ago would undo what was entered since.
    """
    text = chosen_value(StyleSettings, "style_layers")
    if NAMES not in st.session_state or st.session_state.get(SPREAD) != text:
        _spread(text)
    network = chosen_value(StyleSettings, "network")
    known = relus("vgg19" if network == "auto" else network)
    named = st.session_state[NAMES]
    st.multiselect(
        "Style layers",
        # A layer that this network has not stays to be seen, and is said to be none beside the button.
        [*known, *(name for name in named if name not in known)],
        key=NAMES,
        persist_state="session",
        on_change=_gather,
        help="Layers whose Gram matrices are matched. Early layers are colour and grain, later ones larger shapes.",
    )
    # Row by row: a phone puts the columns of a row below each other.
    cells = [cell for _ in range(0, len(named), BESIDE) for cell in st.columns(BESIDE)]
    for cell, name in zip(cells, named, strict=False):
        st.session_state.setdefault(_key(name), 1.0)
        cell.number_input(
            name,
            0.0,
            100.0,
            step=0.5,
            format="%.4g",
            key=_key(name),
            persist_state="session",
            on_change=_gather,
            help="How much this layer counts.",
        )


def _spread(text: str) -> None:
    """Set the widgets to the text of a preset or a run, which is right."""
    parts = [part.partition(":") for part in text.replace(",", " ").split()]
    # Whoever wrote the text may have named a layer twice; as in a run, the last counts.
    weights = {name: float(number or 1) for name, _, number in parts}
    for name, weight in weights.items():
        st.session_state[_key(name)] = weight
    st.session_state[NAMES] = list(weights)
    st.session_state[SPREAD] = text


def _gather() -> None:
    """Write the setting from the widgets."""
    weights = {name: st.session_state.get(_key(name), 1.0) for name in st.session_state[NAMES]}
    text = " ".join(name if value == 1 else f"{name}:{value:g}" for name, value in weights.items())
    st.session_state[TEXT] = st.session_state[SPREAD] = text


def _key(name: str) -> str:
    return f"weight of {name}"
