"""What the user's own network wants to see: an MNIST run of this lab, or the network that comes with the app."""

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.dreaming import dreams_of_own
from engine.errors import LabError
from engine.images import Pixels, png_address
from engine.settings import MnistSettings
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

SHIPPED = "The network that comes with the app"
CALL_S = 120.0
NAMES = {"logits": "The ten digits, as the network would like them"}


def own_dreams() -> None:
    """A box to choose a run, and a grid of pictures for each of its layers."""
    when_ready(_view)


def _view() -> None:
    if trouble := loading():
        st.html(f'<p class="lab-note">{trouble}</p>')
        return
    runs = _runs_with_weights()
    choice = st.selectbox("Network", [*runs, SHIPPED], key="own network", format_func=lambda name: runs.get(name, name))
    if not runs:
        st.caption("Train a network on the MNIST page, and it appears here.")
    try:
        dreams = _dreams(None if choice == SHIPPED else choice)
    except LabError as error:
        st.error(str(error))
        return
    for number, (layer, pictures) in enumerate(reversed(dreams.items())):
        title = NAMES.get(layer, f"Convolution {len(dreams) - number}: what its channels look for")
        st.html(_row(title, pictures, digits=layer == "logits"))
    st.caption(
        "Each was made from noise, by the same means as the channels of the large network. A digit made so is rarely "
        "one that a person would write: the network has never been asked to tell digits from what is none."
    )


def _runs_with_weights() -> dict[str, str]:
    """Id -> title of the MNIST runs whose weights are kept, the newest first."""
    records = [record for record in reversed(lab().runs.all()) if isinstance(record.settings, MnistSettings)]
    found = [run for record in records[:10] if (run := lab().watch(record.id)) and "weights" in dict(run.kept)]
    return {run.id: run.name or f"Run {run.id}: {run.settings.steps:,} steps on MNIST" for run in found}


def _row(title: str, pictures: Pixels, *, digits: bool) -> str:
    figures = "".join(
        f'<figure><img src="{png_address(picture)}" alt="{_name(number, digits)}">'
        f"<figcaption>{_name(number, digits)}</figcaption></figure>"
        for number, picture in enumerate(pictures)
    )
    return f'<p><b>{html.escape(title)}</b></p><div class="lab-patches lab-small-patches">{figures}</div>'


def _name(number: int, digits: bool) -> str:
    return str(number) if digits else f"channel {number}"


@st.cache_data(max_entries=8, show_spinner="Asking the network…")
def _dreams(run_id: str | None) -> dict[str, Pixels]:
    run = lab().watch(run_id) if run_id else None
    weights: dict[str, NDArray[np.generic]] | None = lab().runs.arrays(run.id, "weights") if run else None
    settings = run.settings if run else MnistSettings()
    return lab().call(dreams_of_own, weights, settings, timeout_s=CALL_S)
