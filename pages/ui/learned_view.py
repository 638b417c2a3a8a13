"""What a network learned, checkpoint by checkpoint: a slider, the kernels of two convolutions, and a map of digits."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.learned import Learned
from pages.ui.theme import CLASS_COLOURS

HERE = Path(__file__).parent
MOST_INPUTS, MOST_OUTPUTS = 8, 16
"""Kernels of the second convolution that are drawn: of all 1,250 of the chapter's one would see but noise."""

_component = st.components.v2.component(
    "learned_view",
    html=(HERE / "learned_view.html").read_text(),
    css=(HERE / "learned_view.css").read_text(),
    js=(HERE / "learned_view.js").read_text(),
    isolate_styles=False,
)


def learned_view(learned: Learned, names: Sequence[str], *, key: str, revision: str) -> int:
    """Show `learned`; returns the number of the checkpoint at which the slider was let go, at first the last.

    A new `revision` puts the slider back to the last checkpoint.
    """
    sent = (st.session_state.get(key) or {}).get("place")
    _component(key=key, data=_data(learned, names, revision), on_place_change=lambda: None)
    last = len(learned.steps) - 1
    known = isinstance(sent, dict) and sent.get("revision") == revision and type(sent.get("place")) is int
    return min(max(sent["place"], 0), last) if known else last


def _data(learned: Learned, names: Sequence[str], revision: str) -> dict[str, Any]:
    first = np.stack([arrays[0] for arrays in learned.convolutions])
    second = np.stack([arrays[2] for arrays in learned.convolutions])
    shown = second[:, :, :, :MOST_INPUTS, :MOST_OUTPUTS]
    low, high = learned.points.min(axis=(0, 1)), learned.points.max(axis=(0, 1))
    middle, reach = (low + high) / 2, float((high - low).max() / 2) or 1.0
    return {
        "revision": revision,
        "steps": list(learned.steps),
        "layers": [
            {"words": _words(1, first, first, learned.moved(0)), **_kernels(first)},
            {"words": _words(2, second, shown, learned.moved(1)), **_kernels(shown)},
        ],
        "points": _base64(np.round((learned.points - middle) / reach * 32_000).astype("<i2")),
        "labels": learned.labels.tolist(),
        "names": list(names),
        "colours": list(CLASS_COLOURS),
        "shares": [round(100 * share) for share in learned.shares],
    }


def _kernels(kernels: NDArray[np.float32]) -> dict[str, Any]:
    """Kernels [steps, 4, 4, inputs, outputs] as signed bytes [steps, inputs, outputs, 4, 4]; 127 is the strongest."""
    strongest = float(np.abs(kernels).max()) or 1.0
    scaled = np.round(kernels / strongest * 127).astype(np.int8).transpose(0, 3, 4, 1, 2)
    return {"bytes": _base64(scaled), "inputs": scaled.shape[1], "outputs": scaled.shape[2], "side": scaled.shape[3]}


def _words(
    layer: int, kernels: NDArray[np.float32], shown: NDArray[np.float32], moved: Sequence[float]
) -> dict[str, Any]:
    inputs, outputs = kernels.shape[3:]
    rest = "" if kernels.shape == shown.shape else f", the first {shown.shape[3]} × {shown.shape[4]} of them"
    what = f"{outputs} kernels" if layer == 1 else f"{inputs} × {outputs} kernels{rest}; a column makes one map"
    return {"title": f"Convolution {layer}: {what}", "moved": [f"{share:.0%}" for share in moved]}


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
