"""Two tabs of the MNIST page that look into a network: where it is wrong, and what it learned."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.colour_maps import mosaic
from engine.errors import InvalidInput, LabError
from engine.evaluation import Answers
from engine.forward import check_weights, feature_maps
from engine.images import png_address
from engine.learned import Learned
from engine.records import Run
from pages.ui.counted import counted
from pages.ui.learned_view import learned_view
from pages.ui.mnist_evidence import DIGITS, example_answers, learned_for, pick_digits
from pages.ui.run_answers import answers_for, as_it_is_now, wrong_answers

MOST_MAPS = 32
"""Feature maps of a unit that are shown."""


def where_it_is_wrong(run: Run | None) -> None:
    """The tab: the answers to all test digits."""
    answers, note = answers_for(as_it_is_now(run), example_answers, "digits")

    def pick(indices: NDArray[np.intp]) -> NDArray[np.uint8]:
        return pick_digits(answers.labels, indices)

    wrong_answers(answers, note, DIGITS, pick, key="mnist", thing="digit", verb="read")


def what_it_learned(run: Run | None) -> None:
    """The tab: kernels, the plane of the hidden layer, and feature maps of a test digit."""
    run = as_it_is_now(run)
    try:
        learned, note = learned_for(run)
    except LabError as error:
        st.warning(f"{error} Open the tab again in a moment.")
        return
    st.caption(f"Move the slider through the training. {note}")
    revision = f"{run.id if run and not note else 'example'} {learned.steps}"
    place = learned_view(learned, DIGITS, key="mnist learned", revision=revision)
    _test_digit(learned, place, answers_for(run, example_answers, "digits")[0])


def _test_digit(learned: Learned, place: int, answers: Answers) -> None:
    """Feature maps of one test digit, before training and after the checkpoint."""
    st.subheader("Feature maps of a test digit", anchor=False)
    left, right = st.columns([1, 4], gap="large")
    with left:
        last = len(answers.labels) - 1
        number = st.number_input("Test digit", 0, last, min(7, last), key="mnist test digit", persist_state="session")
        st.button("Another", icon=":material/shuffle:", width="stretch", on_click=_another, args=(last,))
    try:
        image = pick_digits(answers.labels, np.array([number]))[0]
        before, now = (_unit_maps(learned, step, image) for step in (0, place))
    except LabError as error:
        right.warning(str(error))
        return
    label = DIGITS[answers.labels[number]]
    left.html(f'<div class="test-digit"><img src="{png_address(image)}" alt="Test digit {number}, a {label}"></div>')
    when = ("Before training", f"After step {learned.steps[place]:,}")
    right.html('<div class="unit-maps">' + "".join(map(_units_html, when, (before, now))) + "</div>")
    right.caption(
        "Dark is zero, yellow the strongest of its unit. The same maps, before and after: what each answers to."
    )


def _another(last: int) -> None:
    st.session_state["mnist test digit"] = int(np.random.default_rng().integers(0, last + 1))


def _unit_maps(learned: Learned, place: int, image: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The first maps of both units, 255 the strongest of the unit."""
    weights = learned.convolutions[place]
    check_weights(learned.settings, weights)
    units = feature_maps(learned.settings, weights, image[np.newaxis])
    if not all(np.isfinite(unit).all() for unit in units):
        raise InvalidInput("This network diverged: its feature maps are no numbers.")
    return [np.round(unit[0] * (255 / max(float(unit.max()), 1e-9))).astype(np.uint8) for unit in units]


def _units_html(when: str, units: list[NDArray[np.uint8]]) -> str:
    figures = "".join(_unit_html(f"{when}, unit {number}", maps) for number, maps in enumerate(units, start=1))
    return f"<div>{figures}</div>"


def _unit_html(words: str, maps: NDArray[np.uint8]) -> str:
    height, width, count = maps.shape
    few = "" if count <= MOST_MAPS else f", the first {MOST_MAPS}"
    caption = f"{words}: {counted(count, 'map')} of {height} × {width}{few}"
    picture = png_address(mosaic(maps[:, :, :MOST_MAPS], 8))
    return f'<figure><img src="{picture}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
