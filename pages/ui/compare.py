"""The tab "Compare": curves and results of any number of pinned runs, and the list of all runs to pin them from."""

import streamlit as st

from engine.comparison import metric_names
from engine.records import Run
from engine.rules import ExperimentSettings
from pages.ui.chart_files import ChartFile, chart_files
from pages.ui.compare_chart import compare_chart, compare_height
from pages.ui.compare_table import compare_table
from pages.ui.controls import label
from pages.ui.live_chart import live_chart
from pages.ui.run_list import pinned, run_list, run_name, runs_of
from pages.ui.session import lab

POLL_S = 2.0
LONGEST = 22
"""Letters of a name at the end of a curve."""


def compare(cls: type[ExperimentSettings], shown: Run | None) -> None:
    """The tab; `shown` is the run on the stage. It follows pinned runs that are still to end."""
    runs = runs_of(cls)
    pins = pinned(cls, runs)
    running = any(run.active for run in runs if run.id in pins)
    st.fragment(lambda: _comparison(cls, running), run_every=POLL_S if running else None)()
    st.subheader("All runs", anchor=False)
    if runs:
        st.caption(
            "Tick the runs to compare. They outlive a restart of the app, until the disk space for them is used."
        )
        run_list(cls, runs, shown)
    else:
        st.caption("There are no runs yet: train one, change a setting, train again, and compare the two here.")


def _comparison(cls: type[ExperimentSettings], running: bool) -> None:
    watched = [run for run_id in pinned(cls, runs_of(cls)) if (run := lab().watch(run_id))]
    if running and not any(run.active for run in watched):
        st.rerun()
    metrics = metric_names(watched)
    if not metrics:
        nothing = "Nothing is pinned yet." if not watched else "The pinned runs have no curves (yet)."
        st.caption(f"{nothing} Tick runs below to lay their curves over one another.")
        return
    names = [run_name(run) for run in watched]
    first = "test_accuracy" if "test_accuracy" in metrics else metrics[0]
    metric = st.segmented_control(
        "Curve", metrics, default=first, format_func=label, required=True, key=f"{cls.__name__} metric"
    )
    short = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
    figure, height = compare_chart(watched, short, metric or first), compare_height(len(watched))
    live_chart(figure, key="compare", height=height, description=f"{label(metric or first)} of {len(names)} runs.")
    st.html(compare_table(watched, names))
    chart_files(
        [ChartFile("This chart", label(metric or first), f"compare-{metric or first}", figure, height + 38)],
        key="compare files",
    )
