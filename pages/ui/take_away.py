"""The tab "Take away": the network, the history, the charts, the program and the link of a run."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from engine.history import history_csv
from engine.keras_file import check_size, keras_file
from engine.records import Run, State
from engine.rules import ExperimentSettings
from pages.ui.chart_files import ChartFile, chart_files
from pages.ui.offered_file import offered_file
from pages.ui.run_answers import as_it_is_now
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Network:
    """How the network of a run goes into a `.keras` file.

    builder: the module whose `build_network(settings)` makes it; usage: a sentence on what it takes and gives.
    """

    builder: str
    usage: str


def take_away(
    run: Run, name: str, network: Network, charts: Callable[[Run], Sequence[ChartFile]], program: Callable[[Run], str]
) -> None:
    """Everything of `run`, in files called `name`; of the example that comes with the app all but its weights."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("The network", anchor=False)
        _network(run, name, network)
        st.subheader("The history", anchor=False)
        _history(run, name)
        st.subheader("The charts", anchor=False)
        chart_files(charts(run), key=f"{name} files")
        st.subheader("The link", anchor=False)
        _link(run)
    with right:
        st.subheader("The program", anchor=False)
        _program(name, program(run))


def as_it_ended(run: Run) -> str:
    """What the program of a run should say of one that did not complete."""
    if run.state in (State.STOPPED, State.FAILED):
        return "It ended before its last step; this program goes on."
    if run.active:
        return "It was still going on; this program goes on to its last step."
    return ""


def _network(run: Run, name: str, network: Network) -> None:
    if not run.newest_weights:
        st.caption("There are no weights to take: train a network first.")
        return
    when_ready(lambda: _network_file(as_it_is_now(run), name, network))


def _network_file(run: Run | None, name: str, network: Network) -> None:
    note = loading()
    if note or not run or not run.newest_weights:
        st.caption(note or "The run was deleted.")
        return
    kept, step = run.newest_weights
    make = partial(_written, run.id, kept, step, network.builder, run.settings)
    if offered_file(make, "Network (.keras)", f"{name}.keras"):
        st.caption(f'`keras.saving.load_model("{name}.keras")` loads it, as of step {step:,}. {network.usage}')


@st.cache_data(max_entries=2, show_spinner="Writing the network into a file…")
def _written(run_id: str, kept: str, step: int, builder: str, _settings: ExperimentSettings) -> bytes:
    weights = lab().runs.arrays(run_id, kept, step)
    check_size(weights)
    return lab().call(keras_file, builder, _settings, weights, timeout_s=TIMEOUT_S)


def _history(run: Run, name: str) -> None:
    keeper = lab()
    st.download_button(
        "History (.csv)",
        lambda: history_csv((keeper.watch(run.id) or run).events),
        f"{name}-history.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption("A row a point of the charts, with every digit, and what was changed on the way.")


def _program(name: str, text: str) -> None:
    st.download_button(
        "Program (.py)", text, f"{name}_run.py", "text/x-python", icon=":material/download:", on_click="ignore"
    )
    st.caption(ast.get_docstring(ast.parse(text)) or "")
    st.code(text, language="python", height=460)


def _link(run: Run) -> None:
    if not lab().watch(run.id):
        st.caption("An example has none; a run of yours has.")
        return
    st.code(f"{st.context.url or ''}?run={run.id}", language=None, wrap_lines=True)
    st.caption("Whoever reaches this app sees this run there, while it runs and after, until it is deleted.")
