"""The tab "Compare": curves and results of any number of pinned runs, and the list of all runs to pin them from."""

import html
from collections.abc import Sequence

import streamlit as st

from engine.comparison import metric_names
from engine.events import Snapshot
from engine.records import Run
from engine.rules import ExperimentSettings
from pages.ui.chart_files import ChartFile, chart_files
from pages.ui.compare_chart import compare_chart, compare_height
from pages.ui.compare_table import compare_table
from pages.ui.controls import label
from pages.ui.counted import counted
from pages.ui.live_chart import live_chart
from pages.ui.run_list import pinned, run_list, runs_of
from pages.ui.run_names import run_name
from pages.ui.run_thumbnail import thumbnail
from pages.ui.session import lab

POLL_S = 2.0
LONGEST = 32
"""Letters of a name at the end of a curve."""


def compare(cls: type[ExperimentSettings], shown: Run | None) -> None:
    """The tab; `shown` is the run on the stage."""
    runs = runs_of(cls)
    comparison(cls, runs)
    st.subheader("All runs", anchor=False)
    if runs:
        st.caption(
            "Tick the runs to compare. They outlive a restart of the app, until the disk space for them is used."
        )
        run_list(cls, runs, shown)
    else:
        st.caption("There are no runs yet: train one, change a setting, train again, and compare the two here.")


def comparison(cls: type[ExperimentSettings], runs: Sequence[Run]) -> None:
    """Pictures, curves and a table of those of `runs` that are pinned. It follows the ones that are still to end."""
    pins = pinned(cls, runs)
    running = any(run.active for run in runs if run.id in pins)
    st.fragment(lambda: _comparison(cls, running), run_every=POLL_S if running else None)()


def _comparison(cls: type[ExperimentSettings], running: bool) -> None:
    watched = [run for run_id in pinned(cls, runs_of(cls)) if (run := lab().watch(run_id))]
    if running and not any(run.active for run in watched):
        st.rerun()
    if not watched:
        st.caption("Nothing is ticked yet. Tick runs below to lay their curves over one another.")
        return
    names = [run_name(run) for run in watched]
    _pictures(watched, names)
    charts = _curves(cls, watched, names)
    st.html(compare_table(watched, names))
    if charts:
        chart_files(charts, key=f"compare files {cls.__name__}")


def _pictures(watched: Sequence[Run], names: Sequence[str]) -> None:
    """What came out of each, where that is a picture."""
    if not any(isinstance(event, Snapshot) for run in watched for event in run.events):
        return
    figures = "".join(
        f'<figure><img src="{address}" alt="What came out of {html.escape(name)}">'
        f"<figcaption>{html.escape(name)}</figcaption></figure>"
        for run, name in zip(watched, names, strict=True)
        if (address := thumbnail(run))
    )
    st.html(f'<div class="lab-compare-pictures">{figures}</div>')


def _curves(cls: type[ExperimentSettings], watched: Sequence[Run], names: Sequence[str]) -> list[ChartFile]:
    """The chart of one metric, and the same as a file; nothing where there are no curves."""
    metrics = metric_names(watched)
    if not metrics:
        st.caption("The pinned runs have no curves (yet).")
        return []
    first = "test_accuracy" if "test_accuracy" in metrics else metrics[0]
    metric = st.segmented_control(
        "Curve", metrics, default=first, format_func=label, required=True, key=f"{cls.__name__} metric"
    )
    short = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
    figure, height = compare_chart(watched, short, metric or first), compare_height(len(watched))
    spoken = f"{label(metric or first)} of {counted(len(names), 'run')}."
    live_chart(figure, key=f"compare {cls.__name__}", height=height, description=spoken)
    return [ChartFile("This chart", label(metric or first), f"compare-{metric or first}", figure, height + 38)]
