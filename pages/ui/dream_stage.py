"""The stage of the DeepDream page: the picture as it changes, the objective, and afterwards all that can be done."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from engine.dream_settings import DeepDreamSettings, steps_of
from engine.events import Progress, Snapshot
from engine.films import series
from engine.records import Run
from pages.ui.charts import Figure
from pages.ui.history import snapshot_address
from pages.ui.live import duration
from pages.ui.live_chart import live_chart
from pages.ui.making import made_picture, making_place, picture_shape
from pages.ui.session import lab, show_run, start_run
from pages.ui.theme import OUTPUT
from pages.ui.wipe import wipe

NAMES = ("Before", "Dream")
CHAINS = "zooms that go on from another run"


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
        made_picture(run.id, shots, before, NAMES, "dream", zoom=_whole_zoom(run, frames))
        if frames:
            _zoom_on(run, frames[-1])
    steps = [event for event in run.events if isinstance(event, Progress) and event.metrics]
    chart = objective_chart(steps, steps_of(run.settings), run.id)
    live_chart(chart, key="objective", height=190, description=_spoken(steps))
    if run.result:
        st.html(f'<p class="lab-note">{_summary(run)}</p>')


def _shots(run: Run, name: str) -> list[Snapshot]:
    return series([event for event in run.events if isinstance(event, Snapshot)], name)


def _whole_zoom(run: Run, frames: list[Snapshot]) -> list[Snapshot]:
    """The frames of this run after those of the runs that it goes on from in this browser, counted from 1."""
    earlier = [lab().watch(run_id) for run_id in st.session_state.get(CHAINS, {}).get(run.id, ())]
    whole = [frame for before in earlier if before for frame in _shots(before, "zoom")] + frames
    return [replace(frame, step=number) for number, frame in enumerate(whole, 1)]


def _zoom_on(run: Run, frame: Snapshot) -> None:
    frames = run.settings.zoom_frames
    help = "Goes on from the last frame. The film grows, as often as you like."
    words = f"Zoom on, {frames} frame{'s' * (frames > 1)} more"
    if st.button(words, icon=":material/zoom_in:", help=help, key=f"zoom on {run.id}"):
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
    x: list[int | None] = []
    y: list[float | None] = []
    for before, now in zip([None, *steps], steps, strict=False):
        if before and before.metrics["octave"] != now.metrics["octave"]:
            x.append(None)
            y.append(None)
        x.append(now.step)
        y.append(float(f"{now.metrics['objective']:.4g}"))
    title = {"font": {"size": 13}, "standoff": 8}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": "objective",
                "line": {"color": OUTPUT, "width": 2.2},
                "x": x,
                "y": y,
                "hovertemplate": "step %{x}: %{y:.3g}<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {"title": {"text": "Step (one line per octave)", **title}, "range": [0, total]},
            "yaxis": {"title": {"text": "Objective", **title}, "showticklabels": bool(steps)},
            "margin": {"l": 56, "r": 12, "t": 8, "b": 40},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hoverlabel": {"font": {"color": "#23252D"}, "bgcolor": "rgba(255,255,255,0.95)"},
            "uirevision": revision,
            "font": {"size": 13},
        },
    }


def _spoken(steps: Sequence[Progress]) -> str:
    if not steps:
        return "Objective over the steps; no values yet."
    step, octave, value = steps[-1].step, steps[-1].metrics["octave"], steps[-1].metrics["objective"]
    return f"Objective over the steps. At step {step}, octave {octave:.0f}: {value:.3g}."
