"""The weight of each style layer as a number of its own, beside the text that names the layers."""

import streamlit as st

from engine.style_settings import StyleSettings
from pages.ui.controls import setting_inputs, widget_key

TEXT = widget_key(StyleSettings, "style_layers")


def layer_weights() -> None:
    """A number for each layer that the text names, and the text itself, where layers are added and taken away."""
    text = st.session_state.setdefault(TEXT, StyleSettings.style_layers)
    if weights := _weights(text):
        columns = st.columns(4)
        for number, (layer, weight) in enumerate(weights.items()):
            key = f"weight of {layer}"
            st.session_state[key] = weight
            columns[number % 4].number_input(
                layer,
                0.0,
                100.0,
                step=0.5,
                format="%.4g",
                key=key,
                on_change=_write,
                args=(tuple(weights),),
                help="How much this layer counts. Early layers are colour and grain, later ones larger shapes.",
            )
    setting_inputs(StyleSettings, ["style_layers"], columns=1)


def _weights(text: str) -> dict[str, float]:
    """The weights that the text gives, those of 0 too; none where it is not right, which the form then says."""
    parts = [part.partition(":") for part in text.replace(",", " ").split()]
    try:
        weights = {layer: float(number) if colon else 1.0 for layer, colon, number in parts}
    except ValueError:
        return {}
    return weights if all(0 <= weight <= 100 for weight in weights.values()) else {}


def _write(layers: tuple[str, ...]) -> None:
    weights = {layer: st.session_state[f"weight of {layer}"] for layer in layers}
    st.session_state[TEXT] = " ".join(layer if value == 1 else f"{layer}:{value:g}" for layer, value in weights.items())
