"""A run as a small picture: the last picture it made, or the curve it learned along."""

import base64
from collections.abc import Sequence

import streamlit as st

from engine.comparison import metric_names
from engine.errors import InvalidInput
from engine.events import Snapshot
from engine.history import points
from engine.images import jpeg_address, read_image, shrink
from engine.records import Run
from pages.ui.session import lab
from pages.ui.theme import INPUT

WIDTH, HEIGHT = 320, 200
FIRST = ("test_accuracy", "validation_accuracy", "objective")
"""The metrics that tell most, the best first."""

FEWEST = 3
"""Points that make a curve."""


def thumbnail(run: Run) -> str:
    """Its address; empty while there is nothing to show. `run` may be without its events."""
    return _of_ended(run.id) if not run.active else _drawn(run.id)


@st.cache_data(max_entries=400, show_spinner=False)
def _of_ended(run_id: str) -> str:
    return _drawn(run_id)


def _drawn(run_id: str) -> str:
    run = lab().watch(run_id)
    if not run:
        return ""
    pictures = [event for event in run.events if isinstance(event, Snapshot)]
    if pictures:
        try:
            return jpeg_address(shrink(read_image(pictures[-1].picture), WIDTH))
        except InvalidInput:
            return ""
    measured = metric_names([run])
    for name in sorted(measured, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
        found = {p.step: p.metrics[name] for p in points(run.events) if name in p.metrics}
        if len(found) >= FEWEST:
            return _curve(list(found.items()), whole=name.endswith("accuracy"))
    return ""


def _curve(found: Sequence[tuple[int, float]], *, whole: bool) -> str:
    """An SVG of values over steps, from the lowest to the highest; `whole`: from 0 to 1, so that runs compare."""
    steps, values = zip(*found, strict=True)
    low, high = (0.0, 1.0) if whole else (min(values), max(values))
    span = high - low or 1.0
    first, length = steps[0], steps[-1] - steps[0] or 1
    places = (
        f"{20 + 280 * (step - first) / length:.1f},{180 - 160 * (value - low) / span:.1f}" for step, value in found
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><polyline points="{" ".join(places)}" '
        f'fill="none" stroke="{INPUT}" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
