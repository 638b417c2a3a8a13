"""The tab "Learning curve": frozen, fine-tuned and from scratch on the same numbers of pictures, from any runs."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine.learning_curve import COUNTS, Point, comparable, curve_points, missing
from engine.records import Run, State
from engine.settings import FineTuningSettings
from pages.ui.controls import chosen
from pages.ui.learning_curve_chart import HEIGHT, learning_curve_chart, spoken_curve
from pages.ui.live import duration
from pages.ui.live_chart import live_chart
from pages.ui.run_list import runs_of
from pages.ui.session import lab

EXAMPLE = Path(__file__).parents[1] / "examples" / "fine_tuning_curve.json"
QUEUE = "curve runs"
POLL_S = 2.0
WORDS = (
    "How many pictures does one need? From scratch, a network has to learn what edges and fur are from these alone; "
    "a fine-tuned one knows that already. That is the reason one fine-tunes."
)


def learning_curve() -> None:
    """Draw it; it follows the runs that it started until they have ended."""
    st.markdown(WORDS)
    running = bool(_active())
    st.fragment(lambda: _curve(running), run_every=POLL_S if running else None)()


def _curve(running: bool) -> None:
    active = _active()
    if running and not active:
        st.rerun()
    settings = chosen(FineTuningSettings)
    done = [run for run in runs_of(FineTuningSettings) if run.result and comparable(run.settings, settings)]
    points = curve_points((run.settings, run.result or {}) for run in done)
    if points:
        st.caption(f"Your runs with the settings above, whatever their method and number of pictures: {len(done)}.")
    else:
        points = example_points()
        st.caption("A finished example: CIFAR-10 at 128 pixels, 2,000 test pictures, trained beforehand.")
    classes = len((done[0].result or {})["classes"]) if done else 10
    live_chart(
        learning_curve_chart(points, classes), key="learning curve", height=HEIGHT, description=spoken_curve(points)
    )
    st.caption("Bars are 95 % intervals; the dotted line is guessing.")
    if active:
        _progress(active)
    else:
        _offer(settings, done)


def _offer(settings: FineTuningSettings, done: list[Run]) -> None:
    runs = missing(settings, [run.settings for run in done])
    label = f"Run the {len(runs)} that are missing" if done else f"Run these {len(runs)} with my settings"
    st.button(label, icon=":material/show_chart:", on_click=_start, args=(runs,), disabled=not runs)
    counts = ", ".join(map(str, COUNTS))
    st.caption(
        f"{counts} pictures a class, fine-tuned and from scratch, one run after another; what is frozen is measured on "
        "the way, and from scratch gets four times the steps. The preset *Quick* takes the least time."
    )


def _start(runs: list[FineTuningSettings]) -> None:
    st.session_state[QUEUE] = [lab().start(settings) for settings in runs]


def _progress(active: list[Run]) -> None:
    total = len(st.session_state[QUEUE])
    now = next((run for run in active if run.state == State.RUNNING), active[0])
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    words = f"{total - len(active)} of {total} runs done; now {now.settings.method} on {now.settings.per_class} a class"
    bar.progress((total - len(active)) / total, f"{words}, {duration(now.elapsed_s)}")
    stop.button("Stop all", icon=":material/stop:", on_click=_stop, args=(active,))


def _stop(active: list[Run]) -> None:
    for run in reversed(active):
        lab().stop(run.id)


def _active() -> list[Run]:
    """The runs of this tab that have not ended."""
    watched = [lab().watch(run_id) for run_id in st.session_state.get(QUEUE, ())]
    return [run for run in watched if run and run.active]


@st.cache_data
def example_points() -> list[Point]:
    """Those of the example that comes with the app."""
    records: list[dict[str, Any]] = json.loads(EXAMPLE.read_text())
    return curve_points((FineTuningSettings(**record["settings"]), record["result"]) for record in records)
