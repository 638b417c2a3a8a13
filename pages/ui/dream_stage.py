"""The stage of the DeepDream page: the picture as it changes, the objective, and afterwards all that can be done."""

import io
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from PIL import Image

from engine.events import Completed, Progress, Snapshot
from engine.films import gif, mp4, series
from engine.runs import Run
from pages.ui.charts import Figure
from pages.ui.history import history, snapshot_address
from pages.ui.live import duration
from pages.ui.live_chart import live_chart
from pages.ui.picture_pair import pictures
from pages.ui.session import lab, show_run
from pages.ui.theme import OUTPUT
from pages.ui.wipe import wipe

VIEWS = ("Picture", "Before and after", "Making", "Zoom")


def dream_stage(run: Run) -> None:
    """The newest picture and the objective; for a run that has ended also wipe, history and files."""
    shots = series([event for event in run.events if isinstance(event, Snapshot)], "dream")
    frames = series([event for event in run.events if isinstance(event, Snapshot)], "zoom")
    if not shots:
        st.html('<div class="lab-dream-place"></div>')
        return
    if run.active:
        _one((frames or shots)[-1], _shape(shots[0]))
    else:
        _looked_at(shots, frames, run.id)
    steps = [event for event in run.events if isinstance(event, Progress) and event.metrics]
    chart = objective_chart(steps, steps[-1].total if steps else 1, run.id)
    live_chart(chart, key="objective", height=190, description=_spoken(steps))
    if not run.active:
        _files(shots, frames, run)


def _one(shot: Snapshot, shape: tuple[int, int]) -> None:
    """A snapshot of an early octave is small; it is drawn as large as the last will be."""
    figure = {"src": snapshot_address(shot), "title": f"The dream after step {shot.step}", "hue": OUTPUT}
    pictures([figure], shape, key="dream picture")


def _looked_at(shots: Sequence[Snapshot], frames: Sequence[Snapshot], run_id: str) -> None:
    views = VIEWS if len(frames) > 1 else VIEWS[:3]
    st.session_state.setdefault("dream view", "Picture")
    if st.session_state["dream view"] not in views:
        st.session_state["dream view"] = "Picture"
    match st.segmented_control("View", views, required=True, key="dream view", label_visibility="collapsed"):
        case "Before and after" if len(shots) > 1:
            before, after = snapshot_address(shots[0]), snapshot_address(shots[-1])
            wipe(before, after, _shape(shots[-1]), names=("Before", "After"), key=f"dream wipe {run_id}")
        case "Making":
            history(shots, _shape(shots[-1]), key=f"dream making {run_id}")
        case "Zoom":
            history(frames, _shape(frames[-1]), key=f"dream zoom {run_id}")
        case _:
            _one(shots[-1], _shape(shots[0]))


def _files(shots: Sequence[Snapshot], frames: Sequence[Snapshot], run: Run) -> None:
    film, word = (frames, "zoom") if len(frames) > 1 else (shots, "timelapse")
    with st.container(horizontal=True, key="dream-files"):
        _download(
            "PNG", shots[-1].picture if shots[-1].picture.startswith(b"\x89PNG") else _png(shots[-1]), "dream.png"
        )
        if frames:
            st.button("Zoom on", icon=":material/zoom_in:", on_click=_zoom_on, args=(run, frames[-1]))
        if len(film) > 1:
            _download(f"GIF {word}", lambda: gif(film), f"dream-{word}.gif")
            _download(f"MP4 {word}", lambda: mp4(film), f"dream-{word}.mp4")
    result = next((event.result for event in run.events if isinstance(event, Completed)), None)
    if result:
        rises = ", ".join(
            f"{first:.2f} → {last:.2f}"
            for first, last in zip(result["octave_starts"], result["octave_ends"], strict=True)
        )
        st.html(
            f'<p class="lab-note">{result["steps"]} steps in {duration(result["seconds"])}, maps in '
            f"{result['precision']}. The objective at the start and the end of each octave: {rises}.</p>"
        )


def _zoom_on(run: Run, frame: Snapshot) -> None:
    """Go on from the last frame: the zoom is as long as one likes."""
    again = replace(run.settings, image=frame.picture, noise=False, octaves=1, iterations=1)
    show_run(lab().start(again), type(again))


def _download(label: str, data: object, name: str) -> None:
    mime = {"png": "image/png", "gif": "image/gif", "mp4": "video/mp4"}[name.rpartition(".")[2]]
    st.download_button(label, data, name, mime, icon=":material/download:", on_click="ignore", key=f"save {name}")


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
            "xaxis": {"title": {"text": "Step (a line an octave)", **title}, "range": [0, total]},
            "yaxis": {"title": {"text": "Objective", **title}},
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


def _shape(shot: Snapshot) -> tuple[int, int]:
    with Image.open(io.BytesIO(shot.picture)) as image:
        return image.height, image.width


def _png(shot: Snapshot) -> bytes:
    """A stopped run's last picture is a JPEG."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(shot.picture)).save(buffer, "PNG")
    return buffer.getvalue()
