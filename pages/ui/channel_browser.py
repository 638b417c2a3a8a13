"""The channel browser: for a layer, what each channel wants to see; one of them in more detail, and a dream with it."""

import base64
import html

import streamlit as st

from engine.dream_settings import ChannelSettings, DeepDreamSettings
from engine.dreaming import Patch, channel_name, exciting_patches, keep_picture, kept_pictures
from engine.errors import LabError
from engine.events import Snapshot
from engine.records import State
from pages.ui.channel_grid import channel_grid
from pages.ui.controls import chosen_value
from pages.ui.dream_form import dream_with, is_dreaming, layer_select, layers_here
from pages.ui.session import begin, lab
from pages.ui.visitor import visitor
from pages.ui.when_ready import loading

PAGE = 24
CALL_S = 120.0
POLL_S = 0.5
RUN = "run of the channel browser"
REFUSED = "why the channel browser has no run"


def channel_browser() -> None:
    """Draw it, again until every picture of the page is there."""
    try:
        network = chosen_value(DeepDreamSettings, "network")
        layers = layers_here(network)
    except LabError as error:
        st.error(str(error), icon=":material/block:")
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        layer = layer_select("Layer to browse", layers, "browsed layer")
    pages = -(-layers[layer] // PAGE)
    with right:
        page = st.number_input("Page", 1, pages, key=f"page of {layer}", help=f"{PAGE} channels a page, {pages} pages.")
    channels = list(range((page - 1) * PAGE, min(page * PAGE, layers[layer])))
    _grid(network, layer, channels)


def _grid(network: str, layer: str, channels: list[int]) -> None:
    made = kept_pictures(network, layer, channels)
    missing = tuple(channel for channel in channels if channel not in made)
    # A dream has the processor to itself; the page is drawn anew when it ends.
    dreaming = is_dreaming()
    _make_only(ChannelSettings(network, layer, missing) if missing and not dreaming else None)

    @st.fragment(run_every=POLL_S if missing and not dreaming else None)
    def grid() -> None:
        trouble = _keep_new()
        kept = kept_pictures(network, layer, channels)
        left = len(channels) - len(kept)
        names = {channel: channel_name(network, layer, channel) for channel in channels}
        tiles = [{"channel": c, "label": names[c], "src": _address(kept.get(c, b""))} for c in channels]
        picked = channel_grid(tiles, key=f"grid {network} {layer} {channels[0]}")
        st.html(f'<p class="lab-note">{html.escape(trouble or _told(left, layer, dreaming))}</p>')
        if picked is not None:
            _detail(network, layer, picked, names[picked], kept.get(picked, b""))
        # Only below the button: what was pressed to come here would be forgotten.
        if missing and (not left or (_lost() and not dreaming)):
            st.rerun()

    grid()


def _make_only(wanted: ChannelSettings | None) -> None:
    """Have these pictures made, unless somebody has already asked for them; what this browser asked for before ends."""
    before = lab().runs.get(st.session_state.get(RUN, ""))
    if before and before.settings == wanted and before.state != State.STOPPED:
        return
    if before and before.owner == visitor():
        # One that somebody else started, and that this browser only waited for, goes on.
        lab().stop(before.id)
    if wanted:
        st.session_state[RUN], st.session_state[REFUSED] = _started(wanted)


def _started(wanted: ChannelSettings) -> tuple[str, str]:
    """The id of a run that makes these pictures, or an empty one and a sentence why there is none."""
    try:
        return begin(wanted), ""
    except LabError as error:
        return "", str(error)


def _keep_new() -> str:
    """Keep the pictures that have arrived; returns why that cannot be, or why none will arrive, if so."""
    run = lab().watch(st.session_state.get(RUN, ""))
    if not run or not isinstance(run.settings, ChannelSettings):
        return ""
    network, layer = run.settings.network, run.settings.layer
    kept = kept_pictures(network, layer, run.settings.channels)
    for event in run.events:
        if isinstance(event, Snapshot) and event.step not in kept:
            try:
                keep_picture(network, layer, event.step, event.picture)
            except OSError as error:
                return f"The pictures could not be kept: {error.strerror or error}."
    return run.reason if run.state == State.FAILED else ""


def _lost() -> bool:
    """Whether the run that was to make the pictures is no more: whoever started it has turned the page."""
    run_id = st.session_state.get(RUN)
    run = lab().watch(run_id) if run_id else None
    return bool(run_id) and (not run or run.state == State.STOPPED)


def _told(left: int, layer: str, dreaming: bool) -> str:
    if left and dreaming:
        return f"{left} pictures are still to be made, when the dream has ended."
    if left and not st.session_state[RUN]:
        return f"{st.session_state[REFUSED]} Come back later for the {left} pictures that are missing."
    if left:
        return loading() or f"Making what these channels want to see: {left} to go. They are kept for the next time."
    what = "class" if layer == "logits" else "channel"
    return f"Each picture was made from noise, to excite one {what}. Press one to see more of it, and to dream with it."


def _detail(network: str, layer: str, channel: int, name: str, picture: bytes) -> None:
    st.markdown(f"**{layer}, {'class' if layer == 'logits' else 'channel'} {name}**")
    with st.container(horizontal=True, key="channel-detail"):
        if st.button("Dream with it", icon=":material/cloud:", type="primary", key="dream with it"):
            dream_with(layer, channel)
            st.rerun()
        figures = [_figure(picture, "wants to see")] if picture else []
        figures += [_figure(patch.picture, patch.photograph) for patch in _patches(network, layer, channel)]
        st.html(f'<div class="lab-patches">{"".join(figures)}</div>')
    st.caption("First what it wants to see, then the pieces of the sample photographs that excite it most.")


def _figure(picture: bytes, caption: str) -> str:
    return f'<figure><img src="{_address(picture)}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'


def _address(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""


@st.cache_data(max_entries=64, show_spinner="Looking through the photographs…")
def _patches(network: str, layer: str, channel: int) -> list[Patch]:
    return lab().call(exciting_patches, network, layer, channel, timeout_s=CALL_S)
