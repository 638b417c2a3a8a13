"""Draw a digit: a pad, and beside it what a network makes of it, the one that comes with the app or one's own."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.colour_maps import mosaic, signed
from engine.digits import Normalised, normalise
from engine.errors import InvalidInput, LabError, NotHere
from engine.images import png_address
from engine.reading import Reading, read_digit, read_own_digit
from engine.records import Run
from engine.strokes import parse_strokes, rasterise
from pages.ui.mnist_evidence import trained
from pages.ui.percent import how_sure
from pages.ui.run_answers import as_it_is_now
from pages.ui.sent import sent, sent_number
from pages.ui.session import lab
from pages.ui.when_ready import loading, when_ready

PAD = "digit pad"
DRAWN = "drawn digit"
HERE = Path(__file__).parent
EXAMPLE = [
    {
        "brush": 22,
        "points": [
            *(88, 76, 112, 57, 140, 52, 168, 60, 182, 80, 178, 104, 160, 122, 134, 132),
            *(164, 138, 186, 156, 192, 182, 180, 208, 154, 224, 122, 226, 94, 214),
        ],
    }
]
"""A three, seen until something is drawn."""

SHIPPED = "The network that came with the app"
OWN = "The shown run"
MOST_MAPS = 32
"""Feature maps of a unit that are shown."""

UNSURE = 0.6
"""An answer below this probability is called unsure."""

Pixels = NDArray[np.uint8]

_component = st.components.v2.component(
    "draw_digit",
    html=(HERE / "draw_digit.html").read_text(),
    css=(HERE / "draw_digit.css").read_text(),
    js=(HERE / "draw_digit.js").read_text(),
    isolate_styles=False,
)


def draw_digit(run: Run | None) -> None:
    """The section "Draw a digit". Only it runs again while one draws, or while it waits for the workers.

    The network that comes with the app reads the drawing, or that of `run` if it kept one.
    """
    st.header("Draw a digit", anchor=False)
    st.html('<p class="lab-idea">A network reads what you draw, and shows how it got there.</p>')
    when_ready(lambda: _pad(run))


def _pad(run: Run | None) -> None:
    drawing = _drawing()
    # The page may have been drawn many steps ago.
    strokes, view = _seen(drawing.get("strokes"), _reader(as_it_is_now(run)))
    data = {**view, "strokes": strokes, "example": EXAMPLE, "version": drawing.get("version")}
    _component(key=PAD, data=data, on_drawing_change=lambda: None)


def _reader(run: Run | None) -> Run | None:
    """The run whose network is to read, None for the one that comes with the app."""
    if not run or not run.newest_weights:
        st.caption("It was trained beforehand on all 60,000 digits of MNIST, and comes with the app.")
        return None
    chosen = st.segmented_control(
        "Network", [SHIPPED, OWN], default=SHIPPED, required=True, key=f"reader {run.id}", label_visibility="collapsed"
    )
    if chosen == SHIPPED:
        return None
    later = "; the next stroke is read by its newest state" if run.active else ""
    st.caption(f"The shown run, after step {run.newest_weights[1]:,}{later}.")
    return run


def _drawing() -> dict[str, Any]:
    """What the pad last sent, also before a change of page, which clears the pad's own state."""
    drawing = sent(PAD, "drawing")
    if isinstance(drawing, dict):
        version = sent_number(drawing.get("version"), 0, 2**53) or 0
        st.session_state[DRAWN] = {"strokes": drawing.get("strokes"), "version": version}
    return st.session_state.get(DRAWN, {"strokes": [], "version": 0})


def _seen(given: Any, run: Run | None = None) -> tuple[list[Any], dict[str, Any]]:
    """The strokes that the browser sent, none if they cannot be used, and what is shown beside the pad."""
    steps = reading = None
    strokes, note = [], ""
    try:
        drawn = parse_strokes(given)
        strokes = [{"brush": stroke.brush, "points": [n for point in stroke.points for n in point]} for stroke in drawn]
        steps = normalise(rasterise(drawn or parse_strokes(EXAMPLE)))
        note = loading()
        reading = None if note else _read(steps.centred.tobytes(), run)
    except InvalidInput as error:
        note = str(error)
    except LabError as error:
        note = f"{error} Draw on to try again."
    return strokes, _view(steps, reading, note, example=not strokes)


def _read(pixels: bytes, run: Run | None) -> Reading:
    """The reading of 28×28 pixels. Raises `LabError` where the run's network is gone, damaged or diverged."""
    if not run or not run.newest_weights:
        return _read_shipped(pixels)
    return _read_own(pixels, run.id, run.newest_weights, run)


@st.cache_data(max_entries=200, show_spinner=False)
def _read_shipped(pixels: bytes) -> Reading:
    """Kept, so that a rerun of the whole page with the same drawing asks no worker."""
    return lab().call(read_digit, np.frombuffer(pixels, np.uint8).reshape(28, 28))


@st.cache_data(max_entries=200, show_spinner=False)
def _read_own(pixels: bytes, run_id: str, weights: tuple[str, int], _run: Run) -> Reading:
    """The weights, a megabyte, go to a worker with the first stroke only."""
    image, name = np.frombuffer(pixels, np.uint8).reshape(28, 28), f"{run_id}-{weights[1]}"
    try:
        return lab().call(read_own_digit, image, name)
    except NotHere:
        return lab().call(read_own_digit, image, name, trained(_run, *weights))


def _view(steps: Normalised | None, reading: Reading | None, note: str, *, example: bool) -> dict[str, Any]:
    """What the component shows: words, ten bars, pictures with captions; an empty text instead of what is not there."""
    if reading and example:
        note = "Nothing is drawn yet: this is a 3 that comes with the app. Draw a digit on the pad."
    return {
        "says": _says(reading, example=example) if reading else "",
        "note": note,
        "probabilities": reading.probabilities.tolist() if reading else [0.0] * 10,
        "steps": [
            _picture("Cropped to its ink", steps and steps.cropped),
            _picture("Fitted into 20 × 20 pixels", steps and steps.fitted),
            _picture("Its centre of mass in the middle of 28 × 28", steps and steps.centred),
            _picture("Ink that spoke for the answer (orange) and against it (blue)", reading and _mattered(reading)),
        ],
        "units": [
            _picture(_about(1, reading and reading.unit1), *_halves(reading and reading.unit1)),
            _picture(_about(2, reading and reading.unit2), *_halves(reading and reading.unit2)),
        ],
    }


def _says(reading: Reading, *, example: bool) -> str:
    answer = int(reading.probabilities.argmax())
    share = float(reading.probabilities[answer])
    return f"{'An example: ' if example else ''}{'' if share >= UNSURE else 'perhaps '}{answer}, {how_sure(share)}"


def _mattered(reading: Reading) -> Pixels:
    # The square root, or a few strong pixels would leave the others white.
    return signed(np.sign(reading.mattered) * np.sqrt(np.abs(reading.mattered)))


def _about(unit: int, maps: Pixels | None) -> str:
    if maps is None:
        return f"Unit {unit} after pooling"
    height, width, count = maps.shape
    few = f", the first {MOST_MAPS} of them here" if count > MOST_MAPS else ""
    words = "1 feature map" if count == 1 else f"{count} feature maps"
    return f"Unit {unit} after pooling: {words} of {height} × {width}{few}"


def _halves(maps: Pixels | None) -> list[Pixels | None]:
    """The maps in two pictures, eight in a row: beside each other, or on a phone below each other."""
    if maps is None:
        return [None, None]
    half = 8 * math.ceil(min(maps.shape[2], MOST_MAPS) / 16)
    return [mosaic(part, 8) if part.size else None for part in (maps[..., :half], maps[..., half:MOST_MAPS])]


def _picture(caption: str, *images: Pixels | None) -> dict[str, Any]:
    shapes = ["" if image is None else f"{image.shape[1]} / {image.shape[0]}" for image in images]
    addresses = ["" if image is None else png_address(image) for image in images]
    return {"caption": caption, "images": addresses, "shapes": shapes}
