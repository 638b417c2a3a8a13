"""Where a classifier is wrong: its answers to a whole test set, by cell, by class, and by how sure it was.

For any number of classes and any images, grey or RGB; the MNIST and the CIFAR-10 page show it.
"""

import html
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.errors import LabError
from engine.evaluation import (
    Answers,
    calibration,
    calibration_error,
    confident_mistakes,
    confusion,
    members,
    scores,
    worst_cell,
)
from engine.images import png_address
from pages.ui.charts import calibration_chart
from pages.ui.confusion_matrix import confusion_matrix
from pages.ui.counted import counted
from pages.ui.live_chart import live_chart
from pages.ui.percent import percent
from pages.ui.plain_text import plain

Pick = Callable[[NDArray[np.intp]], NDArray[np.uint8]]
"""The test images uint8 [n, height, width] or [n, height, width, 3] at these indices."""

A_PAGE = 8
MISTAKES = 12
TOP = 3


def mistakes_view(answers: Answers, names: Sequence[str], pick: Pick, *, key: str, thing: str = "image") -> None:
    """Show all of it. `names` are of the classes, `thing` is what an image shows; `key` is of the page's own."""
    matrix = confusion(answers)
    left, right = st.columns([1, 1.05], gap="large")
    with left:
        row, column = confusion_matrix(matrix, names, key=f"{key} matrix", first=worst_cell(matrix))
    with right:
        _cell(answers, names, pick, (row, column), key, thing)
    st.subheader("The most confident mistakes", anchor=False)
    if wrong := list(confident_mistakes(answers, MISTAKES)):
        _cards(answers, names, pick, np.array(wrong), place=f"{key} mistakes")
    else:
        st.caption("There are none: every answer is right.")
    by_class, by_confidence = st.columns(2, gap="large")
    with by_class:
        st.subheader("Class by class", anchor=False)
        st.html(class_table(matrix, names))
        st.caption(
            f"Recall: of all {thing}s of a class, the share that is found. Precision: of all that is called so, the "
            "share that is."
        )
    with by_confidence:
        st.subheader("How sure, and how often right", anchor=False)
        _calibration(answers, key)


def _cell(answers: Answers, names: Sequence[str], pick: Pick, cell: tuple[int, int], key: str, thing: str) -> None:
    found = members(answers, *cell)
    row, column = (plain(names[place]) for place in cell)
    what = f"read as {row}, rightly" if cell[0] == cell[1] else f"taken for {column}"
    st.markdown(f"**{counted(len(found), thing)} of {row} {what}**")
    if not len(found):
        st.caption("None. Choose another cell of the matrix.")
        return
    st.caption("The surest answers come first. Choose another cell of the matrix to see what is in it.")
    pages = math.ceil(len(found) / A_PAGE)
    # A page of its own for each cell: another cell starts with its first.
    page = st.session_state.get(f"{key} page {cell}", 1) if pages > 1 else 1
    _cards(answers, names, pick, found[A_PAGE * (page - 1) :][:A_PAGE], place=f"{key} cell")
    if pages > 1:
        st.pagination(pages, key=f"{key} page {cell}", max_visible_pages=5)


def _cards(answers: Answers, names: Sequence[str], pick: Pick, indices: NDArray[np.intp], *, place: str) -> None:
    try:
        images = pick(indices)
    except LabError as error:
        st.warning(str(error), icon=":material/image_not_supported:")
        return
    with st.container(key=place.replace(" ", "-")):
        st.html(cards_html(images, answers.labels[indices], answers.probabilities[indices], names))


def cards_html(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer[Any]],
    probabilities: NDArray[np.floating[Any]],
    names: Sequence[str],
) -> str:
    """The images in a grid, each with its label and the three likeliest answers."""
    cards = zip(images, labels, probabilities, strict=True)
    return f'<div class="answer-cards">{"".join(_card(image, names[is_], p, names) for image, is_, p in cards)}</div>'


def _card(image: NDArray[np.uint8], label: str, probabilities: NDArray[np.floating[Any]], names: Sequence[str]) -> str:
    likeliest = np.argsort(-probabilities.astype(np.float64), kind="stable")[:TOP]
    bars = "".join(
        f'<li class="{"answer-right" if names[place] == label else ""}"><b>{html.escape(names[place])}</b>'
        f'<span><i style="width:{probabilities[place]:.1%}"></i></span>'
        f"<data>{html.escape(percent(float(probabilities[place])))}</data></li>"
        for place in likeliest
    )
    is_ = html.escape(label)
    picture = f'<img src="{png_address(image)}" alt="Test image of {is_}">'
    answers = f'<ol aria-label="Likeliest answers to an image of {is_}">{bars}</ol>'
    return f"<figure>{picture}<figcaption>is <b>{is_}</b></figcaption>{answers}</figure>"


def class_table(matrix: NDArray[np.int64], names: Sequence[str]) -> str:
    """Recall and precision of each class, as a table with bars."""
    found = scores(matrix)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>{_bar(recall)}{_bar(precision)}<td>{support:,}</td></tr>'
        for name, recall, precision, support in zip(names, found.recall, found.precision, found.support, strict=True)
    )
    head = "".join(f'<th scope="col">{word}</th>' for word in ("Class", "Recall", "Precision", "Images"))
    return f'<table class="class-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _bar(value: float) -> str:
    if math.isnan(value):
        return "<td>none</td>"
    return f'<td><span><i style="width:{value:.1%}"></i></span>{value:.1%}</td>'


def _calibration(answers: Answers, key: str) -> None:
    bins = calibration(answers)
    error, overall = calibration_error(bins), answers.accuracy - float(answers.confidence.mean())
    live_chart(
        calibration_chart(bins),
        key=f"{key} calibration",
        height=330,
        description="Accuracy by confidence. "
        + " ".join(f"{counted(b.count, 'image')} at {b.confidence:.0%} sure: {b.accuracy:.0%} right." for b in bins),
    )
    leaning = "less sure than it might be" if overall > 0 else "surer than it should be"
    st.caption(
        f"Where the network is 80% sure it should be right 80 times in 100: on the diagonal. On average it is off by "
        f"{100 * error:.1f} points, on the whole {leaning}. The bars are 95% intervals, the areas numbers of images."
    )
