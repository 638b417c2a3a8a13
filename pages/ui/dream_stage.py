"""The stage of the DeepDream page: the picture as it changes, the objective, and afterwards all that can be done."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import streamlit as st

from engine.dream_settings import DeepDreamSettings, steps_of
from engine.events import Progress, Snapshot
from engine.films import MOST_FRAMES, series
from engine.history import points
from engine.records import Run
from pages.ui.charts import MAX_POINTS, Figure, axis_title, layout_of, line_of, thinned
from pages.ui.history import snapshot_address
from pages.ui.live import duration
from pages.ui.live_chart import Chart, live_charts
from pages.ui.looks import drawn
from pages.ui.making import made_picture, making_place, picture_shape
from pages.ui.session import lab, show_run, start_run
from pages.ui.theme import OUTPUT
from pages.ui.wipe import wipe

NAMES = ("Before", "Dream")
CHAINS = "zooms that go on from another run"
GAP = (None, math.nan)
"""A point at which a line is broken."""


def dream_stage(run: Run) -> None:
    """The newest picture and the objective; for a run that has ended also wipe, history and files."""
    shots, frames = _shots(run, "dream"), _shots(run, "zoom")
    if not shots:
        st.html('<div class="lab-dream-place"></div>')
        return
    before = snapshot_address(shots[0])
    if run.active:
        newest = snapshot_address((frames or shots)[-1])
        wipe(before, newest, picture_shape(shots[0]), names=NAMES, key="dream canvas", at=0)
        making_place()
    else:
        whole = _whole_zoom(run, frames)
        made_picture(run.id, shots, before, NAMES, "dream", zoom=whole)
        if frames:
            _zoom_on(run, frames[-1], len(whole))
    live_charts(drawn(run, _objective), key="objective", height=190)
    if run.result:
        st.html(f'<p class="lab-note">{_summary(run)}</p>')


def _objective(run: Run) -> Chart:
    steps = points(run.events)
    return Chart(objective_chart(steps, steps_of(run.settings), run.id), _spoken(steps))


def _shots(run: Run, name: str) -> list[Snapshot]:
    return series([event for event in run.events if isinstance(event, Snapshot)], name)


def _whole_zoom(run: Run, frames: list[Snapshot]) -> list[Snapshot]:
    """The frames of this run after those of the runs that it goes on from in this browser, counted from 1."""
    earlier = [lab().watch(run_id) for run_id in st.session_state.get(CHAINS, {}).get(run.id, ())]
    whole = [frame for before in earlier if before for frame in _shots(before, "zoom")] + frames
    return [replace(frame, step=number) for number, frame in enumerate(whole, 1)]


def _zoom_on(run: Run, frame: Snapshot, made: int) -> None:
    """made: frames of the whole film, of which `frame` is the last."""
    frames = run.settings.zoom_frames
    help = f"Goes on from the last frame. The film grows, up to {MOST_FRAMES} frames; it has {made}."
    words = f"Zoom on, {frames} frame{'s' * (frames > 1)} more"
    full = made + frames > MOST_FRAMES
    if st.button(words, icon=":material/zoom_in:", help=help, key=f"zoom on {run.id}", disabled=full):
        _go_on(run, frame)
        st.rerun()


def _go_on(run: Run, frame: Snapshot) -> None:
    """A run that only zooms, from the last frame of another."""
    again = replace(run.settings, image=frame.picture, noise=False, octaves=1, iterations=1)
    run_id = start_run(again)
    if not run_id:
        return
    chains: dict[str, tuple[str, ...]] = st.session_state.setdefault(CHAINS, {})
    chains[run_id] = (*chains.get(run.id, ()), run.id)
    show_run(run_id, DeepDreamSettings)


def _summary(run: Run) -> str:
    result = run.result
    octaves = zip(result["octave_starts"], result["octave_ends"], strict=True)
    rises = ", ".join(f"{_rounded(first)} → {_rounded(last)}" for first, last in octaves)
    return (
        f"{result['steps']} steps in {duration(result['seconds'])}, maps in {result['precision']}. "
        f"The objective at the start and the end of each octave: {rises}.".replace(" -", " −")
    )


def _rounded(objective: float) -> str:
    return f"{objective:,.0f}" if abs(objective) >= 100 else f"{objective:.2f}"


def objective_chart(steps: Sequence[Progress], total: int, revision: str) -> Figure:
    """The objective over the steps, with a gap between two octaves; zoom is kept while `revision` stays."""
    octaves = [
        [(step.step, step.metrics["objective"]) for step in part]
        for _, part in groupby(steps, key=lambda step: step.metrics["octave"])
    ]
    # Of each its share of all the points that a chart has, and two at least, which are a line.
    shown = [thinned(part, max(2, MAX_POINTS * len(part) // len(steps))) for part in octaves]
    line = [point for part in shown for point in (*part, GAP)][:-1]
    return {
        "data": [line_of(line, "objective", {"color": OUTPUT, "width": 2.2}, ".3g")],
        "layout": {
            **layout_of({"title": axis_title("Objective"), "showticklabels": bool(steps)}, total, revision),
            "xaxis": {"title": axis_title("Step (one line per octave)"), "range": [0, total]},
            "margin": {"l": 56, "r": 12, "t": 8, "b": 40},
        },
    }


def _spoken(steps: Sequence[Progress]) -> str:
    if not steps:
        return "Objective over the steps; no values yet."
    step, octave, value = steps[-1].step, steps[-1].metrics["octave"], steps[-1].metrics["objective"]
    return f"Objective over the steps. At step {step}, octave {octave:.0f}: {value:.3g}."
