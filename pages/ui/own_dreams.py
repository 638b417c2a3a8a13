"""What the user's own network wants to see: an MNIST or CIFAR-10 run of this lab, or a network that comes with it."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.dreaming import OwnDreams, OwnSettings, dreams_of_own
from engine.errors import LabError
from engine.images import Pixels, png_address
from engine.records import Run
from engine.settings import CifarSettings, MnistSettings
from engine.sources.cifar10 import NAMES
from pages.ui.run_answers import kept_steps
from pages.ui.session import lab, runs_seen
from pages.ui.visitor import is_own
from pages.ui.when_ready import loading, when_ready

SHIPPED: dict[str, OwnSettings] = {
    "The CIFAR-10 network that comes with the app": CifarSettings(),
    "The digits network that comes with the app": MnistSettings(),
}
CALL_S = 120.0
MOST_RUNS = 12


def own_dreams() -> None:
    """A box to choose a run, and a grid of pictures for each of its layers."""
    when_ready(_view)


def _view() -> None:
    if trouble := loading():
        st.html(f'<p class="lab-note">{trouble}</p>')
        return
    runs = _runs_with_weights()
    choice = st.selectbox(
        "Network",
        [*runs, *SHIPPED],
        key="own network",
        format_func=lambda name: _title(runs[name]) if name in runs else name,
    )
    if not runs:
        st.caption("Train a network on the page MNIST or CIFAR-10, and it appears here.")
    try:
        _rows(runs.get(choice), choice)
    except LabError as error:
        st.error(str(error))
        return
    st.caption(
        "Each was made from noise, by the same means as the channels of the large network. What is made so is rarely "
        "what a person would draw: the network was never asked to tell its classes from what is none of them."
    )


def _rows(run: Run | None, choice: str) -> None:
    """A row a layer as soon as it is made, from the answers back to the first convolution."""
    # Checkpoints, which stay: the latest weights of a run under way may be gone before the last row is made.
    key, step, settings = (run.id, kept_steps(run, "weights")[-1], run.settings) if run else (None, 0, SHIPPED[choice])
    if run:
        st.caption(f"The network as it is after step {step:,}.")
    answers = _dreams(key, step, settings, -1)
    st.html(_row("What it answers with, as it would like to see it", answers.pictures, _classes(run, settings)))
    for number in range(answers.layers - 1, 0, -1):
        pictures = _dreams(key, step, settings, number - 1).pictures
        channels = [f"channel {channel}" for channel in range(len(pictures))]
        st.html(_row(f"Convolution {number}: what its channels look for", pictures, channels))


def _runs_with_weights() -> dict[str, Run]:
    """By id, the MNIST and CIFAR-10 runs with weights that are this visitor's or were opened here; the newest first."""
    seen = runs_seen(CifarSettings) | runs_seen(MnistSettings)
    listed = (run for run in lab().runs.listed() if isinstance(run.settings, OwnSettings))
    heads = [run for run in listed if is_own(run) or run.id in seen]
    found = [run for head in heads[:MOST_RUNS] if (run := lab().watch(head.id)) and "weights" in dict(run.kept)]
    return {run.id: run for run in found}


def _title(run: Run) -> str:
    data = "MNIST" if isinstance(run.settings, MnistSettings) else "CIFAR-10"
    return run.name or f"Run {run.id}: {run.settings.steps:,} steps on {data}"


def _classes(run: Run | None, settings: OwnSettings) -> Sequence[str]:
    if isinstance(settings, MnistSettings):
        return [str(digit) for digit in range(10)]
    names: Sequence[str] = (run.result or {}).get("classes", [f"class {n}" for n in range(10)]) if run else NAMES
    return names


def _row(title: str, pictures: Pixels, names: Sequence[str]) -> str:
    figures = "".join(
        f'<figure><img src="{png_address(picture)}" alt="{html.escape(name)}">'
        f"<figcaption>{html.escape(name)}</figcaption></figure>"
        for picture, name in zip(pictures, names, strict=True)
    )
    return f'<p><b>{html.escape(title)}</b></p><div class="lab-patches lab-small-patches">{figures}</div>'


@st.cache_data(max_entries=64, show_spinner="Asking the network…")
def _dreams(run_id: str | None, step: int, settings: OwnSettings, place: int) -> OwnDreams:
    weights: dict[str, NDArray[np.generic]] | None = lab().runs.arrays(run_id, "weights", step) if run_id else None
    return lab().call(dreams_of_own, weights, settings, place, timeout_s=CALL_S)
