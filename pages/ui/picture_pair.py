"""Pictures beside each other that change in place; no file of theirs stays on the server."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "picture_pair",
    html='<div class="pictures"></div>',
    css=(HERE / "picture_pair.css").read_text(),
    js=(HERE / "picture_pair.js").read_text(),
    isolate_styles=False,
)


def pictures(figures: list[dict[str, str]], shape: tuple[int, int], *, key: str) -> None:
    """Each of `figures` has a data address `src`, a `title` and a `hue`; all are drawn with the `shape` of the first.

    shape: [height, width].
    """
    _component(key=key, data={"figures": figures, "shape": shape})
