"""The stage of the style transfer page: the picture while it is painted, its losses, and what it became."""

import numpy as np
import streamlit as st

from engine.events import Progress, Snapshot
from engine.films import series
from engine.history import marks
from engine.images import jpeg_address
from engine.records import Run
from engine.style_pictures import levels
from engine.style_pictures import photograph as load_content
from engine.style_settings import StyleSettings
from pages.ui.history import snapshot_address
from pages.ui.live import duration
from pages.ui.live_chart import Chart, live_charts
from pages.ui.looks import drawn
from pages.ui.making import made_picture, making_place
from pages.ui.style_chart import rounded, spoken, style_chart
from pages.ui.wipe import wipe

NAMES = ("Photograph", "Painting")

FOR_VGG19 = (
    "The chapter's constants are made for VGG-19: on VGG-16, from noise, 100 steps end in a blur. The other presets "
    "start from the photograph."
)


def draw_stage(run: Run) -> None:
    """The picture, large; below it the three losses, and once it has ended the result in words."""
    snapshots = series([event for event in run.events if isinstance(event, Snapshot)])
    before, shape = photograph(run.settings)
    if run.active or not snapshots:
        after = snapshot_address(snapshots[-1]) if snapshots else before
        # Until there is something painted, right of the line is the photograph too.
        names = NAMES if snapshots else (NAMES[0], NAMES[0])
        wipe(before, after, shape, names=names, key="canvas", at=0)
        making_place()
    else:
        made_picture(run.id, snapshots, before, NAMES, "painting")
    live_charts(drawn(run, _losses), key="style losses", height=210)
    if run.result:
        st.markdown(summary(run))


def _losses(run: Run) -> Chart:
    history = [event for event in run.events if isinstance(event, Progress)]
    return Chart(style_chart(history, marks(run.events), run.settings.steps, run.id), spoken(history))


def summary(run: Run) -> str:
    """The result in words."""
    result = run.result
    if result["diverged_at"]:
        return (
            f"**The loss is no number any more since step {result['diverged_at']:,}.** The steps were too long or the "
            "weights too large; this is the best picture until then."
        )
    return (
        f"**{result['width']} × {result['height']} pixels in {duration(run.elapsed_s)}**, "
        f"{result['seconds_per_step']:.2f} s a step on average, in {result['precision']} on {result['network']}: "
        f"content {rounded(result['content_loss'])} + style {rounded(result['style_loss'])} + variation "
        f"{rounded(result['total_variation_loss'])} = {rounded(result['total_loss'])}. {result['remark']}"
        f"{FOR_VGG19 if run.settings.loss == 'chapter' and result['network'] == 'vgg16' else ''}"
    )


def share_of_time(run: Run, step: int, total: int) -> float:
    """How much of the run's time its first steps take: each takes as long as its picture has pixels."""
    _, shape = photograph(run.settings)
    costs = [np.full(steps, height * width) for (height, width), steps in levels(run.settings, shape)]
    each = np.concatenate(costs)
    return float(each[:step].sum() / each.sum()) if total == len(each) else step / total


@st.cache_data(max_entries=12, show_spinner=False)
def photograph(settings: StyleSettings) -> tuple[str, tuple[int, int]]:
    """The run's photograph as a data address, and its height and width, as large as it is painted."""
    content = load_content(settings)
    return jpeg_address(content), content.shape[:2]
