"""The section "Classify": any picture through EfficientNet-Lite0, or through the network of the shown run."""

import html

import streamlit as st

from engine.errors import LabError
from engine.images import Pixels, png_address
from engine.naming import Naming, name_picture
from engine.records import Run
from pages.ui.class_bars import class_bars_html
from pages.ui.classify_picture import overlay
from pages.ui.percent import how_sure, percent
from pages.ui.picture_source import picture_input
from pages.ui.session import lab
from pages.ui.tune_evidence import named_by
from pages.ui.tune_words import names_of
from pages.ui.when_ready import loading, when_ready

IMAGENET, OWN = "ImageNet's 1,000 names", "The fine-tuned network"


def name_section(run: Run | None) -> None:
    """Draw it; `run` is the fine-tuning run that is shown."""
    st.header("Classify", anchor=False)
    st.html(
        '<p class="lab-idea">Any picture through the network as it comes, which knows 1,000 names, or through yours '
        "once you have fine-tuned it.</p>"
    )
    trained = run if run and not run.active and any(name == "weights" for name, _ in run.kept) else None
    when_ready(lambda: _section(trained))


def _section(trained: Run | None) -> None:
    source, stage = st.columns([1, 2], gap="large")
    with source:
        picture = picture_input()
        choices = [IMAGENET, *([OWN] if trained else [])]
        network = st.segmented_control("Network", choices, default=IMAGENET, required=True, key="naming network")
    with stage:
        note, named = loading(), None
        try:
            if not note:
                named = (
                    named_by(trained, picture, names_of(trained)) if trained and network == OWN else _imagenet(picture)
                )
        except LabError as error:
            note = str(error)
        st.html(naming_html(named, note))


@st.cache_data(max_entries=32, show_spinner=False)
def _imagenet(picture: Pixels) -> Naming:
    return lab().call(name_picture, picture, timeout_s=60)


def naming_html(named: Naming | None, note: str) -> str:
    """What the network gets, where it looked, and the likeliest names."""
    if not named:
        return f'<div class="lab-named-place"><p class="lab-note">{note}</p></div>'
    best = html.escape(named.names[0])
    figures = [_figure(png_address(named.seen), "What the network gets")]
    if named.looked is not None:
        figures.append(_figure(png_address(overlay(named.seen, named.looked)), f"What spoke for {best}: bright"))
    shares = dict(zip(named.names, named.probabilities, strict=True))
    return (
        f'<div class="lab-named-place"><p class="lab-verdict"><b>{best}</b>, '
        f'{how_sure(named.probabilities[0])}</p><div class="lab-named"><div class="lab-named-pictures">'
        f"{''.join(figures)}</div>{class_bars_html(shares, 'The likeliest names', said=percent)}</div></div>"
    )


def _figure(address: str, caption: str) -> str:
    return f'<figure><img src="{address}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
