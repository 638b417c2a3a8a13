"""The left column of the style transfer page: pictures, presets, settings, and what they would take."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from engine.device import has_bfloat16, precision_of
from engine.errors import LabError
from engine.images import size_of
from engine.memory import largest_side, style_bytes
from engine.rules import rules_of
from engine.sources.photographs import PHOTOGRAPHS
from engine.sources.styles import STYLES, style_file
from engine.style_pictures import check_sides
from engine.style_settings import StyleSettings
from pages.ui.controls import chosen, preset_picker, setting_inputs
from pages.ui.memory_note import time_note
from pages.ui.picture_choice import photograph_file, picture_choice, usable_picture
from pages.ui.picture_source import KINDS
from pages.ui.session import headroom, lab
from pages.ui.style_weights import layer_weights
from pages.ui.uploads import file_upload

NONE = "None"
AREAS = {
    "Everywhere": None,
    "Left to right": lambda down, right: right,
    "Top to bottom": lambda down, right: down,
    "Edge to middle": lambda down, right: 1.25 - 2 * np.hypot(down - 0.5, right - 0.5),
    "Your own mask": None,
}
"""How bright a mask is for shares of the height and width; bright is where the last style goes."""

Files = dict[str, bytes]


def picture_inputs() -> Files:
    """Photograph and style beside each other, by the names of the settings."""
    files: Files = {}
    with st.container(key="style-pictures"):
        columns = st.columns(2)
    for column, (name, label, samples, load) in zip(
        columns,
        (
            ("image", "Photograph", list(PHOTOGRAPHS), photograph_file),
            ("style", "Style", [*STYLES, *PHOTOGRAPHS], _style_or_photograph),
        ),
        strict=True,
    ):
        with column:
            files[name] = picture_choice(label, name, samples, load)
            st.image(files[name], width="stretch")
    return files


def setting_form(files: Files) -> StyleSettings:
    """Presets and settings, those that matter most first; returns them with all pictures."""
    preset_picker(StyleSettings)
    setting_inputs(StyleSettings, ["max_size", "steps", "style_weight", "content_weight"])
    with st.expander("Brush and colours", icon=":material/brush:"):
        setting_inputs(StyleSettings, ["style_scale", "total_variation_weight"])
        setting_inputs(StyleSettings, ["colours"], columns=1)
        layer_weights()
    with st.expander("More styles, and what goes where", icon=":material/join_inner:"):
        files = {**files, **_more_styles(), "mask": _mask(files["image"])}
    with st.expander("Optimizer and network", icon=":material/tune:"):
        setting_inputs(StyleSettings, ["init", "sizes", "optimizer", "learning_rate", "beta_1", "beta_2"])
        setting_inputs(StyleSettings, ["loss", "network", "pooling", "padding", "precision", "seed", "decay"])
        setting_inputs(StyleSettings, ["content_layers"], columns=1)
    return chosen(StyleSettings, **files)


def memory_note(settings: StyleSettings) -> tuple[bool, str]:
    """Whether the run fits into what is free, and what it takes in a sentence. Raises `InvalidInput` for mere lines."""
    if settings.style:
        check_sides("style", read_shape(settings.style))
    shape = np.array(read_shape(settings.image))
    check_sides("image", tuple(shape), settings.max_size)
    shape = tuple(np.maximum(1, shape * min(1.0, settings.max_size / shape.max())).round().astype(int))
    precision, free = _used(settings.precision), headroom()
    needed = style_bytes(settings, shape, precision)
    bounds = rules_of(StyleSettings)["max_size"]
    fits = min(largest_side(free, settings, shape, precision), int(bounds.high))
    what = f"{shape[1]} × {shape[0]} pixels take about {needed / 1e6:,.0f} MB; {free / 1e9:.1f} GB are free"
    if needed > free:
        largest = f"At most {fits} pixels fit: lower the max size." if fits >= bounds.low else "No size fits."
        return False, f":material/block: {what}. {largest}"
    return True, f"{what}, enough for {fits:,} pixels a side.{time_note(settings)}"


@st.cache_data(max_entries=16, show_spinner=False)
def read_shape(data: bytes) -> tuple[int, int]:
    """Height and width of an encoded picture."""
    return size_of(data)


def _style_or_photograph(name: str) -> bytes:
    return style_file(name) if name in STYLES else photograph_file(name)


def _more_styles() -> Files:
    files: Files = {}
    for number in (2, 3):
        name = st.selectbox(
            f"Style {number}", [NONE, *STYLES], key=f"style_{number}", bind="query-params", persist_state="session"
        )
        files[f"style_{number}"] = b"" if name == NONE else style_file(name)
    used = ["blend_1", *(name.replace("style", "blend") for name, data in files.items() if data)]
    # A mask says where each style goes instead of how much.
    if len(used) > 1 and st.session_state.get("area", "Everywhere") == "Everywhere":
        setting_inputs(StyleSettings, used, columns=len(used))
    return files


def _mask(image: bytes) -> bytes:
    """A mask as a file: none, one of `AREAS` in the shape of the photograph, or the user's own."""
    area = st.selectbox(
        "Where",
        list(AREAS),
        key="area",
        bind="query-params",
        persist_state="session",
        help="With several styles: the first where the mask is dark, the last where it is bright. With one: the style "
        "where it is bright, the photograph where it is dark.",
    )
    if area == "Your own mask":
        upload = file_upload("Mask", KINDS, key="mask file")
        return (usable_picture(upload) if upload else None) or b""
    return area_mask(area, read_shape(image)) if AREAS[area] else b""


@st.cache_data(max_entries=16, show_spinner=False)
def area_mask(area: str, shape: tuple[int, int]) -> bytes:
    """A PNG of the area's mask."""
    down, right = (np.indices(shape)[axis] / max(1, shape[axis] - 1) for axis in (0, 1))
    buffer = io.BytesIO()
    Image.fromarray((np.clip(AREAS[area](down, right), 0, 1) * 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@st.cache_data(ttl=15, show_spinner=False)
def _used(precision: str) -> str:
    """The precision that would be used where the run would go on."""
    try:
        return precision_of(precision, lambda: lab().device is not None and lab().call(has_bfloat16))
    except LabError:
        return "float32"
