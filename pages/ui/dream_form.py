"""The settings of a dream: what to dream of, from which picture, and how."""

import html
from dataclasses import replace

import streamlit as st

from engine.dream_settings import ChannelSettings, DeepDreamSettings, efficientnet_layers, verify
from engine.dreaming import layers_of, sees
from engine.errors import LabError
from engine.models.imagenet import class_names
from engine.sources.photographs import PHOTOGRAPHS
from pages.ui.controls import chosen, chosen_value, keep_within, preset_picker, setting_inputs
from pages.ui.memory_note import start_button
from pages.ui.picture_choice import photograph_file, picture_choice
from pages.ui.session import lab, start_and_show

LAYER = f"{DeepDreamSettings.__name__}.layer"
CHANNEL = f"{DeepDreamSettings.__name__}.channel"
OBJECTIVE = f"{DeepDreamSettings.__name__}.objective"
CLASS = f"{DeepDreamSettings.__name__}.image_class"
PICTURE, GUIDE = "dream's picture", "dream's guide"
NOISE = "Grey noise"
SAMPLES = [*sorted(PHOTOGRAPHS, key="Temple".__ne__), NOISE]

NAMED = {
    "channel": "One channel",
    "layer": "A whole layer",
    "neuron": "One neuron",
    "several": "Several",
    "class": "A class",
    "guide": "A guide picture",
}

LOAD_S = 60.0


def dream_form(running: bool) -> None:
    """Presets, picture, objective, the rest in folds, and the button."""
    preset_picker(DeepDreamSettings)
    st.session_state[PICTURE] = picture_choice("Picture", "dream_picture", SAMPLES, _picture_file)
    _objective()
    with st.expander("Octaves and steps", icon=":material/layers:"):
        setting_inputs(DeepDreamSettings, ["octaves", "octave_scale", "iterations", "step_size", "smoothing", "blur"])
    with st.expander("Zoom movie", icon=":material/movie:"):
        setting_inputs(DeepDreamSettings, ["zoom_frames", "zoom", "zoom_iterations"])
        st.caption("0 frames: no zoom. After it, the zoom can go on from its last frame, without end.")
    with st.expander("Network, tiles and seed", icon=":material/tune:"):
        setting_inputs(DeepDreamSettings, ["network", "precision", "tile_size", "jitter", "max_size", "seed"])
    start_button("Dream", _verified, on_click=dream, running=running)


def dream() -> None:
    """Start a dream of the settings as they stand, or say why it cannot be."""
    try:
        start_and_show(_verified())
    except LabError as error:
        st.toast(str(error), icon=":material/error:")


@st.cache_resource(show_spinner=False)
def load_beforehand(network: str) -> None:
    """Have a worker load the network, once, so that the first dream begins at once: a run of no channels."""
    lab().start(ChannelSettings(network, DeepDreamSettings().layer, ()))


def is_dreaming() -> bool:
    """Whether the dream that this page shows is under way."""
    run = lab().watch(st.query_params.get("run", ""))
    return bool(run and run.active)


def dream_with(layer: str, channel: int) -> None:
    """Choose this channel, or class, and dream."""
    if layer == "logits":
        st.session_state[OBJECTIVE], st.session_state[CLASS] = "class", class_names()[channel]
    else:
        st.session_state[OBJECTIVE], st.session_state[LAYER], st.session_state[CHANNEL] = "channel", layer, channel
    dream()


def dream_settings() -> DeepDreamSettings:
    """The settings as the widgets stand, with their pictures."""
    pictures = {"image": PICTURE, "guide": GUIDE}
    files = {name: st.session_state.get(key, b"") for name, key in pictures.items()}
    return replace(chosen(DeepDreamSettings, **files), noise=not files["image"])


def _verified() -> DeepDreamSettings:
    settings = dream_settings()
    verify(settings)
    return settings


def layers_here(network: str) -> dict[str, int]:
    """Channels by layer of a network; those of the one that comes with the app without asking a worker."""
    return efficientnet_layers() if network == "efficientnet_lite0" else _layers(network)


def layer_select(label: str, layers: dict[str, int], key: str) -> str:
    """A box to choose a layer, which can be searched, with a word about what each tends to see."""
    names = list(layers)
    if st.session_state.get(key) not in names:
        default = DeepDreamSettings().layer
        st.session_state[key] = default if default in names else names[len(names) * 2 // 3]
    words = {name: f"{name} · {layers[name]} · {sees(number, len(names))}" for number, name in enumerate(names)}
    return st.selectbox(
        label,
        names,
        key=key,
        format_func=words.__getitem__,
        persist_state="session",
        help="Name, number of channels, and what layers of this depth tend to see. Type to search.",
    )


def _objective() -> None:
    st.session_state.setdefault(OBJECTIVE, DeepDreamSettings().objective)
    objective = st.selectbox(
        "Dream of",
        list(NAMED),
        key=OBJECTIVE,
        format_func=NAMED.__getitem__,
        persist_state="session",
        help="What the picture is changed to have more of.",
    )
    try:
        layers = layers_here(chosen_value(DeepDreamSettings, "network"))
    except LabError as error:
        st.error(str(error), icon=":material/block:")
        return
    if objective in ("channel", "layer", "neuron", "guide"):
        layer = layer_select("Layer", layers, LAYER)
    note = f'<p class="lab-note">{html.escape(_counted(layers))}</p>'
    if objective in ("channel", "neuron"):
        st.session_state.setdefault(CHANNEL, DeepDreamSettings().channel)
        keep_within(CHANNEL, 0, layers[layer] - 1)
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            setting_inputs(DeepDreamSettings, ["channel"], columns=1)
        right.html(note)
        return
    if objective == "class":
        st.session_state.setdefault(CLASS, DeepDreamSettings().image_class)
        st.selectbox("Class", class_names(), key=CLASS, persist_state="session", help="One of ImageNet's 1,000.")
    if objective == "several":
        setting_inputs(DeepDreamSettings, ["mixture"], columns=1)
    st.session_state[GUIDE] = b""
    if objective == "guide":
        guides = sorted(PHOTOGRAPHS, key="Cat".__ne__)
        st.session_state[GUIDE] = picture_choice("Guide picture", "dream_guide", guides, photograph_file)
    st.html(note)


def _counted(layers: dict[str, int]) -> str:
    return f"{len(layers)} layers, {sum(layers.values()):,} feature channels in all."


def _picture_file(name: str) -> bytes:
    return b"" if name == NOISE else photograph_file(name)


@st.cache_data(show_spinner="Loading the network…")
def _layers(network: str) -> dict[str, int]:
    return lab().call(layers_of, network, timeout_s=LOAD_S)
