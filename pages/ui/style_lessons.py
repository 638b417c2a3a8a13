"""What is below the stage of the style transfer page: explanations, the mistakes run live, and what layers see."""

import streamlit as st

from engine.events import Snapshot
from engine.records import Run
from engine.style_settings import MISTAKES, StyleSettings
from engine.vgg_layers import relus
from pages.ui.history import snapshot_address
from pages.ui.live import bar_html
from pages.ui.picture_pair import pictures
from pages.ui.session import lab, start_and_show, start_run
from pages.ui.style_stage import photograph
from pages.ui.theme import OUTPUT, WRONG

NOTICE = """
- **Content and style are different statistics of one network.** Content is *where* feature maps respond; style is only
  *which of them respond together* (the Gram matrix), and the place is averaged away. That is why strokes move and a
  face stays.
- **The content loss rises first.** The picture starts from the photograph, where it is zero, and gives some of it up
  for style. Three forces balance; none of them ends at zero.
- **Coarse to fine.** A jump in the losses is a new size: broad shapes settle while steps are cheap, the last size only
  adds strokes. A picture that starts large keeps the small strokes and misses the broad ones.
- **Layers are brush sizes.** `relu1_2` sees 5 pixels, `relu5_1` 132. Give `relu1_2` a weight of 5 and only colour
  and grain change; give it to `relu4_1` and whole shapes bend.
"""

BUGS = {
    "black style": (
        "`skimage.transform.resize` returns numbers from 0 to 1. The mean of about 120 is taken off all the same, so "
        "the network is shown a style that is black everywhere: its strokes and colours never reach the painting."
    ),
    "stretched style": (
        "The chapter resizes the style to the *photograph's* shape. Its strokes are squashed or pulled, and the "
        "painting has strokes that nobody painted."
    ),
    "swapped denominators": (
        "The total variation divides the differences between rows by the number of those between columns, and the "
        "other way round. For 384 × 256 pixels that is wrong by 0.1%: a mistake that no eye finds, and a test does."
    ),
}


def notice() -> None:
    """What to notice."""
    st.markdown(NOTICE)


def bugs(settings: StyleSettings) -> None:
    """A mistake of the chapter's beside its mend, both painted now, small."""
    mistake = st.segmented_control(
        "Mistake", MISTAKES[1:], default=MISTAKES[1], required=True, key="mistake", format_func=str.capitalize
    )
    st.markdown(BUGS[mistake])
    st.button("Run both", icon=":material/play_arrow:", on_click=_run_both, args=(mistake, settings), key="run both")
    runs = st.session_state.get("style mistake", {})
    if mistake in runs:
        _watch_both(runs[mistake])


def layers(settings: StyleSettings) -> None:
    """Reconstructions from one layer: what the network keeps of the content, or of the style."""
    st.markdown(
        "Start from noise and match one layer alone. From its **feature maps**: how much of the photograph is still in "
        "them? From its **Gram matrix**: what does the network call style, at that size?"
    )
    what, layer, go = st.columns([2, 2, 1], vertical_alignment="bottom")
    kind = what.segmented_control(
        "Match", ["Content only", "Style only"], default="Content only", required=True, key="reconstruct"
    )
    names = relus("vgg16" if settings.network == "vgg16" else "vgg19")
    name = layer.select_slider("Layer", names, value="relu3_1", key="reconstructed layer")
    go.button("Reconstruct", icon=":material/layers:", on_click=_reconstruct, args=(kind, name, settings))
    st.caption("It is painted on the stage above, as a run of its own; a preset brings the settings back.")


def _reconstruct(kind: str, layer: str, chosen: StyleSettings) -> None:
    settings = StyleSettings(
        image=chosen.image,
        style=chosen.style,
        network=chosen.network,
        max_size=min(256, chosen.max_size),
        init="noise",
        sizes=2,
        steps=160,
        learning_rate=10.0,
        total_variation_weight=1e-5,
        content_layers=layer,
        content_weight=1.0 if kind == "Content only" else 0.0,
        style_layers=layer,
        style_weight=0.0 if kind == "Content only" else 1.0,
    )
    start_and_show(settings)


def _run_both(mistake: str, chosen: StyleSettings) -> None:
    common = {"image": chosen.image, "style": chosen.style, "max_size": 192, "steps": 60, "sizes": 2}
    runs = [start_run(StyleSettings(**common, mistake=kind)) for kind in (mistake, "none")]
    if not all(runs):
        # Either alone would show nothing.
        for run_id in runs:
            lab().stop(run_id)
        return
    st.session_state["style mistake"] = {**st.session_state.get("style mistake", {}), mistake: runs}


def _watch_both(run_ids: list[str]) -> None:
    waiting = [run for run in map(lab().watch, run_ids) if run and run.active]

    @st.fragment(run_every=0.7 if waiting else None)
    def view() -> None:
        runs = [run for run in map(lab().watch, run_ids) if run]
        if waiting and not any(run.active for run in runs):
            st.rerun()
        if len(runs) == 2:
            _show_both(runs)

    view()


def _show_both(runs: list[Run]) -> None:
    for column, run in zip(st.columns(2), runs, strict=True):
        column.html(bar_html(run))
    before, shape = photograph(runs[0].settings)
    figures = [
        {"src": _latest(run) or before, "title": title, "hue": hue}
        for run, title, hue in zip(runs, ("As in the chapter", "Mended"), (WRONG, OUTPUT), strict=True)
    ]
    pictures(figures, shape, key="mistake pictures")


def _latest(run: Run) -> str:
    last = next((event for event in reversed(run.events) if isinstance(event, Snapshot)), None)
    return snapshot_address(last) if last else ""
