"""The confusion matrix as a table whose cells can be chosen, with the mouse, a finger or the arrow keys."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "confusion_matrix",
    html='<div class="confusion"></div>',
    css=(HERE / "confusion_matrix.css").read_text(),
    js=(HERE / "confusion_matrix.js").read_text(),
    isolate_styles=False,
)


def confusion_matrix(
    matrix: NDArray[np.int64], names: Sequence[str], *, key: str, first: tuple[int, int]
) -> tuple[int, int]:
    """Show a confusion matrix [classes, classes], rows by what an image is; returns the chosen cell.

    The cell `first` is chosen until somebody chooses another.
    """
    cell = _checked((st.session_state.get(key) or {}).get("cell"), len(names)) or first
    data = {"matrix": matrix.tolist(), "names": list(names), "cell": list(cell)}
    _component(key=key, data=data, on_cell_change=lambda: None)
    return cell


def _checked(sent: Any, classes: int) -> tuple[int, int] | None:
    """What a browser sent, if it is a cell of this matrix."""
    if not isinstance(sent, list) or len(sent) != 2:
        return None
    inside = all(type(place) is int and 0 <= place < classes for place in sent)
    return (sent[0], sent[1]) if inside else None
