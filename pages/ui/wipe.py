"""Before and after in one frame, with a line between them that can be moved."""

import base64
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "wipe",
    html=(HERE / "wipe.html").read_text(),
    css=(HERE / "wipe.css").read_text(),
    js=(HERE / "wipe.js").read_text(),
    isolate_styles=False,
)


def wipe(before: str, after: str, shape: tuple[int, int], *, names: tuple[str, str], key: str, at: int = 50) -> None:
    """Two pictures as data addresses, drawn on each other in the `shape` [height, width]; `names` say what they are.

    at: where the line stands first, in hundredths from the left. Either picture may change; the line stays.
    """
    _component(key=key, data={"before": before, "after": after, "shape": shape, "names": names, "at": at})


def file_address(path: Path) -> str:
    """A JPEG file that ships with the app, as a data address."""
    return "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode()
