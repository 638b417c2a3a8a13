"""The tab "Where it is wrong" of the CIFAR-10 page, for a run or for the example that comes with the app."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from engine.evaluation import Answers, answers_of
from engine.records import Run
from engine.sources.cifar10 import NAMES, pick_test_pictures
from pages.ui.cifar_words import names_of
from pages.ui.run_answers import answers_for, as_it_is_now, wrong_answers
from pages.ui.run_record import EXAMPLES
from pages.ui.session import lab

CALL_S = 60.0
"""A worker that has not yet read the archive takes some seconds."""

SIDE = 32


def where_it_is_wrong(run: Run | None) -> None:
    """The tab."""
    run = as_it_is_now(run)
    answers, note = answers_for(run, example_answers, "pictures")
    of_run = run is not None and not note
    names = names_of(run) if run and of_run else NAMES

    def pick(indices: NDArray[np.intp]) -> NDArray[np.uint8]:
        return _pictures(answers.labels, indices) if of_run else example_pictures()[indices]

    shown = "" if of_run else " It is shown on the first 100 test pictures of each kind."
    wrong_answers(answers, note + shown, names, pick, key="cifar", thing="picture", verb="named")


@st.cache_data(show_spinner=False)
def example_answers() -> Answers:
    """The example's answers to the test pictures that come with the app."""
    with np.load(EXAMPLES / "cifar_test.npz", allow_pickle=False) as arrays:
        return answers_of(dict(arrays))


@st.cache_data(show_spinner=False)
def example_pictures() -> NDArray[np.uint8]:
    """Those pictures, uint8 [n, 32, 32, 3], cut from the one picture they lie in, row by row."""
    sheet = np.asarray(Image.open(EXAMPLES / "cifar_test.webp").convert("RGB"))
    rows, columns = sheet.shape[0] // SIDE, sheet.shape[1] // SIDE
    return sheet.reshape(rows, SIDE, columns, SIDE, 3).swapaxes(1, 2).reshape(-1, SIDE, SIDE, 3)


@st.cache_data(max_entries=200, show_spinner=False)
def _pictures(labels: NDArray[np.integer[Any]], indices: NDArray[np.intp]) -> NDArray[np.uint8]:
    return lab().call(pick_test_pictures, labels, indices, timeout_s=CALL_S)
