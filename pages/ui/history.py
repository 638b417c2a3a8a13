"""The making of a picture: a slider over its snapshots that also plays them, without asking the server."""

import base64
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.events import Snapshot

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "history",
    html=(HERE / "history.html").read_text(),
    css=(HERE / "history.css").read_text(),
    js=(HERE / "history.js").read_text(),
    isolate_styles=False,
)


def history(snapshots: Sequence[Snapshot], shape: tuple[int, int], *, key: str, unit: str = "step") -> None:
    """A slider over `snapshots`, each drawn in the `shape` [height, width]; the last one shows first.

    unit: what the `step` of a snapshot counts.
    """
    frames = [{"src": snapshot_address(snapshot), "step": snapshot.step} for snapshot in snapshots]
    _component(key=key, data={"frames": frames, "shape": shape, "unit": unit})


def snapshot_address(snapshot: Snapshot) -> str:
    """The picture as a data address; its first bytes tell what kind of file it is."""
    kind = "png" if snapshot.picture.startswith(b"\x89PNG") else "jpeg"
    kind = "webp" if snapshot.picture[8:12] == b"WEBP" else kind
    return f"data:image/{kind};base64,{base64.b64encode(snapshot.picture).decode()}"
