"""The tab "Learning curve": frozen, fine-tuned and from scratch on the same numbers of pictures, from any runs."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import LabError, TooMany
from engine.learning_curve import COUNTS, Point, comparable, curve_points, missing
from engine.needs import check_fits
from engine.records import Run
from engine.settings import FineTuningSettings
from pages.ui.learning_curve_chart import HEIGHT, learning_curve_chart, spoken_curve
from pages.ui.live import duration
from pages.ui.live_chart import live_chart
from pages.ui.run_list import runs_of
from pages.ui.session import headroom, lab
from pages.ui.visitor import visitor

EXAMPLE = Path(__file__).parents[1] / "examples" / "fine_tuning_curve.json"
TODO, TOTAL, NOW, TROUBLE = "curve runs to do", "curve runs in all", "curve run", "curve trouble"
POLL_S = 2.0
WORDS = (
    "How many pictures does one need? From scratch, a network has to learn what edges and fur are from these alone; "
    "a fine-tuned one knows that already. That is the reason one fine-tunes."
)


def learning_curve(settings: FineTuningSettings) -> None:
    """Draw that of `settings`; it starts its runs one after another, and follows them until the last has ended."""
    st.markdown(WORDS)
    running = _busy()
    st.fragment(lambda: _curve(settings, running), run_every=POLL_S if running else None)()


def _curve(settings: FineTuningSettings, running: bool) -> None:
    _start_next()
    if running != _busy():
        st.rerun()
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
    st.caption("Bars are 95% intervals; the dotted line is guessing.")
    if running:
        _progress()
    else:
        _offer(settings, done)


def _offer(settings: FineTuningSettings, done: list[Run]) -> None:
    if trouble := st.session_state.pop(TROUBLE, ""):
        st.error(trouble, icon=":material/block:")
    try:
        runs = missing(settings, [run.settings for run in done])
    except LabError as error:
        st.caption(f":material/error: {error}")
        return
    label = f"Run the {len(runs)} that are missing" if done else f"Run these {len(runs)} with my settings"
    st.button(label, icon=":material/show_chart:", on_click=_plan, args=(runs,), disabled=not runs)
    counts = ", ".join(map(str, COUNTS))
    st.caption(
        f"{counts} pictures a class, fine-tuned and from scratch, one run after another; what is frozen is measured on "
        "the way, and from scratch gets four times the steps. The preset *Quick* takes the least time."
    )


def _plan(runs: list[FineTuningSettings]) -> None:
    st.session_state[TODO], st.session_state[TOTAL] = runs, len(runs)


def _start_next() -> None:
    """Start the next run once the last has ended; where this visitor has others under way, it waits for them.

    What cannot start at all ends the plan, with the reason.
    """
    todo = st.session_state.get(TODO)
    if todo and not _now():
        try:
            check_fits(todo[0], headroom())
            st.session_state[NOW] = lab().start(todo[0], visitor())
            st.session_state[TODO] = todo[1:]
        except TooMany:
            pass
        except LabError as error:
            st.session_state[TODO], st.session_state[TROUBLE] = [], str(error)


def _progress() -> None:
    total, now = st.session_state[TOTAL], _now()
    done = total - len(st.session_state[TODO]) - bool(now)
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    words = f"{now.settings.method} on {now.settings.per_class} a class, {duration(now.elapsed_s)}" if now else "waits"
    bar.progress(done / total, f"{done} of {total} runs done; now {words}")
    stop.button("Stop all", icon=":material/stop:", on_click=_stop)


def _stop() -> None:
    st.session_state[TODO] = []
    if now := _now():
        lab().stop(now.id)


def _busy() -> bool:
    return bool(st.session_state.get(TODO) or _now())


def _now() -> Run | None:
    """The run of this tab that has not ended."""
    run = lab().watch(st.session_state.get(NOW, ""))
    return run if run and run.active else None


@st.cache_data
def example_points() -> list[Point]:
    """Those of the example that comes with the app."""
    records: list[dict[str, Any]] = json.loads(EXAMPLE.read_text())
    return curve_points((FineTuningSettings(**record["settings"]), record["result"]) for record in records)
