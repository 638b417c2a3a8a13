"""Activation and pooling: a feature map on its way through both, as numbers and as a picture."""

from base64 import b64encode
from typing import Any

import numpy as np
import streamlit as st

from engine.convolution import Floats, Pooling, Stage, activate_and_pool, winners
from engine.errors import InvalidInput, LabError
from engine.filtering import coloured, filter_picture, parse_kernel, scale_of
from engine.images import Pixels, png_address, shrink
from engine.sliding import Padding, Sliding
from pages.ui.activation_curves import FORMULAS, NAMES, curves_chart
from pages.ui.address import recall, remember
from pages.ui.anatomy import settings_and_stage
from pages.ui.kernel_source import chosen_kernel, gallery_input
from pages.ui.live_chart import live_chart
from pages.ui.live_slider import Slider, live_sliders
from pages.ui.picture_source import photograph_input, worked_on
from pages.ui.pooling_flow import pooling_flow
from pages.ui.sent import sent, sent_text
from pages.ui.session import lab
from pages.ui.sliding_inputs import choice
from pages.ui.theme import INPUT, KERNEL, OUTPUT
from pages.ui.when_ready import loading, when_ready

LONGEST = 192
"""Pixels of the picture's longer side: each should still be seen, and won, by itself."""

WINDOW = Slider("Window", "window", 2, 1, 6)
STRIDE = Slider("Stride", "hop", 2, 1, 6)
NUMBERS = "numbers_flow"
DEFAULT_MAP = "2,-1,0,3,-2,1;-3,4,1,-1,0,2;0,1,-2,5,-4,-1;1,-2,3,0,2,-3;-1,0,-4,1,6,0;3,-1,2,-2,0,1"


def pooling_view() -> None:
    """View 3 of the page."""
    when_ready(_view)


def _view() -> None:
    settings, stage = settings_and_stage()
    with settings:
        activation, kind, padding = _settings()
        image, kernel_name = worked_on(photograph_input()), gallery_input()
    with stage:
        _stage(_response(image, kernel_name), activation, kind, padding)


def _response(image: Pixels, kernel_name: str) -> Floats | None:
    """The picture under the chosen kernel; None, and a sentence, where that cannot be used."""
    try:
        return picture_map(image, chosen_kernel(kernel_name))
    except LabError as error:
        st.warning(str(error), icon=":material/block:")
        return None


@st.fragment
def _stage(response: Floats | None, activation: str, kind: Pooling, padding: Padding) -> None:
    """What follows the sliders: little is drawn again while one moves."""
    if trouble := loading():
        st.html(f'<p class="lab-note lab-stage-place">{trouble}</p>')
        return
    sliding = Sliding(WINDOW.value, STRIDE.value, padding)
    live_sliders(WINDOW, STRIDE)
    try:
        _numbers(activation, kind, sliding)
        if response is not None:
            pooling_flow(_pictures(response, activation, kind, sliding), key="picture_flow")
    except LabError as error:
        st.warning(str(error), icon=":material/block:")


def _settings() -> tuple[str, Pooling, Padding]:
    activation = choice("Activation", "activation", NAMES, wrap=True)
    live_chart(curves_chart(activation), key="curves", height=210, description=f"Curve of {NAMES[activation]}.")
    st.html(f'<p class="lab-note">{NAMES[activation]}(x) = {FORMULAS[activation][0]}</p>')
    kind: Any = choice("Pooling", "pooling", {"max": "Max", "average": "Average"})
    padding: Any = choice("Padding", "edge", {"valid": "valid", "same": "same"})
    st.caption(
        "No parameters: the window only says where to look, and largest or mean need no weights. There is nothing "
        "to learn, only a smaller map."
    )
    return activation, kind, padding


def _numbers(activation: str, kind: Pooling, sliding: Sliding) -> None:
    feature_map = _map()
    stage = _kept(feature_map, activation, kind, sliding)
    maps = [
        _map_of(f"Feature map {_size(feature_map)}", INPUT, feature_map),
        _map_of(f"After {NAMES[activation]}", KERNEL, stage.activated[..., 0]),
        _map_of(f"After {kind} pooling {_size(stage.pooled)}", OUTPUT, stage.pooled[..., 0]),
    ]
    heard = sent_text(sent(NUMBERS, "map"))
    data = _flow(maps, stage.activated[..., 0], kind, sliding) | {"editable": True, "heard": heard}
    pooling_flow(data, key=NUMBERS, on_edit=_edited)
    order, mean = _order(stage, NAMES[activation]), _global(stage.activated, feature_map.shape)
    st.html(f'<p class="lab-note">{order}<br>{mean}</p>')


@st.cache_data(max_entries=64, show_spinner=False)
def _pictures(response: Floats, activation: str, kind: Pooling, sliding: Sliding) -> dict[str, Any]:
    """What the second row shows. Kept as a whole: a slider's move asks for its key once, not for each map's."""
    # Sigmoid and tanh only bend within a few units, so the map is brought there, as a normalisation would.
    scaled = response * (3 / scale_of(response))
    stage = _computed(scaled, activation, kind, sliding)
    activated, pooled = stage.activated[..., 0], stage.pooled[..., 0]
    titles = [f"The kernel's response {_size(response)}", f"After {NAMES[activation]}", f"Pooled {_size(pooled)}"]
    maps = [
        {"title": title, "hue": hue, "shape": plane.shape, "src": png_address(coloured(plane, "signed", 3.0))}
        for title, hue, plane in zip(titles, (INPUT, KERNEL, OUTPUT), (scaled, activated, pooled), strict=True)
    ]
    return _flow(maps, activated, kind, sliding)


@st.cache_data(max_entries=64, show_spinner=False)
def _kept(plane: Floats, activation: str, kind: Pooling, sliding: Sliding) -> Stage:
    """What is `_computed` of the numbers; of the picture `_pictures` keeps all that it shows."""
    return _computed(plane, activation, kind, sliding)


def _computed(plane: Floats, activation: str, kind: Pooling, sliding: Sliding) -> Stage:
    return lab().call(activate_and_pool, plane[..., None], activation, kind, sliding, timeout_s=30)


@st.cache_data(max_entries=16, show_spinner=False)
def picture_map(image: Pixels, kernel: Floats) -> Floats:
    """The grey picture under the kernel of the picture view, float32 [height, width]."""
    return filter_picture(shrink(image, LONGEST), kernel, Sliding(len(kernel), 1, "same"), grey=True)[..., 0]


def _flow(maps: list[dict[str, Any]], activated: Floats, kind: Pooling, sliding: Sliding) -> dict[str, Any]:
    before = [sliding.pads(size)[0] for size in activated.shape]
    # As text: a list of thousands of numbers takes as long to write as all else together.
    won = b64encode(winners(activated, sliding).astype("<u2")).decode() if kind == "max" else None
    columns = maps[2]["shape"][1]
    chosen = (maps[2]["shape"][0] // 2) * columns + columns // 2
    return {
        "maps": maps, "window": sliding.kernel, "stride": sliding.stride, "before": before, "winners": won,
        "chosen": chosen, "editable": False, "heard": None,
    }  # fmt: skip


def _map_of(title: str, hue: str, values: Floats) -> dict[str, Any]:
    return {"title": title, "hue": hue, "shape": values.shape, "values": values.round(4).tolist()}


def _map() -> Floats:
    """The numbers in the address, or the usual ones."""
    try:
        return parse_kernel(recall("map", DEFAULT_MAP))
    except InvalidInput as error:
        st.warning(str(error), icon=":material/grid_off:")
        return parse_kernel(DEFAULT_MAP)


def _edited() -> None:
    text = sent_text(sent(NUMBERS, "map")) or ""
    try:
        parse_kernel(text)
    except InvalidInput:
        return
    remember("map", text, DEFAULT_MAP)


def _order(stage: Stage, activation: str) -> str:
    apart = float(np.abs(stage.pooled - stage.swapped).max())
    change = f"change numbers by up to <b>{apart:.3g}</b>" if apart > 1e-6 else "change nothing"
    return f"Pooling first and {activation} after it would {change}."


def _global(activated: Floats, shape: tuple[int, ...]) -> str:
    return (
        f"Global average pooling takes the whole {shape[0]}×{shape[1]} map as one window: "
        f"<b>{float(activated.mean()):.4g}</b>, one number a channel."
    )


def _size(values: Floats) -> str:
    return f"{values.shape[0]}×{values.shape[1]}"
