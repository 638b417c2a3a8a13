"""The tab "Take away": the fine-tuned network as a Keras and a TFLite file, the program that uses it, the history."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from engine.history import history_csv
from engine.records import Run
from engine.settings import FineTuningSettings
from engine.tuned_files import naming_program, network_file
from pages.ui.chart_files import ChartFile, chart_files
from pages.ui.offered_file import offered_file
from pages.ui.session import lab
from pages.ui.tune_words import names_of

TIMEOUT_S = 180.0


def tune_files(run: Run, charts: Callable[[Run], Sequence[ChartFile]]) -> None:
    """Draw it for `run`, which may be the example; that has no weights."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("The network", anchor=False)
        _networks(run)
        st.subheader("The history", anchor=False)
        st.download_button(
            "History (.csv)",
            lambda: history_csv((lab().watch(run.id) or run).events),
            "fine-tuning-history.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.subheader("The charts", anchor=False)
        chart_files(charts(run), key="fine tuning files")
    with right:
        st.subheader("The program", anchor=False)
        text = naming_program(run.settings, names_of(run))
        st.download_button(
            "Program (.py)", text, "name_pictures.py", "text/x-python", icon=":material/download:", on_click="ignore"
        )
        st.code(text, language="python")


def _networks(run: Run) -> None:
    if not any(name == "weights" for name, _ in run.kept):
        st.caption("There are no weights to take: fine-tune a network first.")
        return
    for cell, kind in zip(st.columns(2), ("keras", "tflite"), strict=True):
        with cell:
            offered_file(partial(_written, run.id, kind, run.settings), f"Network (.{kind})", f"fine_tuned.{kind}")
    st.caption(
        "Both take float32 pictures from 0 to 255 and give probabilities, in the order of the program's names. The "
        "TFLite file runs on phones too."
    )


@st.cache_data(max_entries=4, show_spinner="Writing the network into a file…")
def _written(run_id: str, kind: str, _settings: FineTuningSettings) -> bytes:
    return lab().call_long(network_file, _settings, lab().runs.arrays(run_id, "weights"), kind, timeout_s=TIMEOUT_S)
