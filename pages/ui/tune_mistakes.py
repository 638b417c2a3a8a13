"""The tab "Where it is wrong": confusion before and after the unfreezing, what it changed, and Grad-CAM of both."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from engine.errors import LabError
from engine.evaluation import Answers
from engine.images import Pixels, png_address
from engine.naming import Moment, Naming
from engine.records import Run
from pages.ui.classify_picture import overlay
from pages.ui.counted import counted
from pages.ui.mistakes import mistakes_view
from pages.ui.percent import percent
from pages.ui.session import lab
from pages.ui.tune_evidence import Evidence, evidence_for, named_by
from pages.ui.tune_words import example, names_of

SHOWN = 8
MOMENTS: tuple[Moment, ...] = ("before", "after")
BEFORE, AFTER, CHANGED = "Before the unfreezing", "After", "What it changed"


def tune_mistakes(run: Run | None) -> None:
    """Draw it."""
    evidence = evidence_for(lab().watch(run.id) if run else None)
    names = names_of(evidence.run or example())
    choices = [AFTER] if evidence.before is None else [BEFORE, AFTER, CHANGED]
    view = st.segmented_control("Answers", choices, default=AFTER, required=True, key="tune answers")
    answers = evidence.before if view == BEFORE and evidence.before else evidence.after
    st.caption(
        f"{np.count_nonzero(~answers.correct):,} of {len(answers.labels):,} test pictures are named wrong "
        f"({1 - answers.accuracy:.1%}). {evidence.note}"
    )
    if view == CHANGED and evidence.before:
        _changed(evidence, evidence.before, names)
    else:
        mistakes_view(answers, names, evidence.pick, key=f"tune {view}", thing="picture")


def _changed(evidence: Evidence, before: Answers, names: Sequence[str]) -> None:
    mended = np.flatnonzero(~before.correct & evidence.after.correct)
    broken = np.flatnonzero(before.correct & ~evidence.after.correct)
    st.caption("Below each picture: what it is, what the network said before, and what it says after.")
    for places, words in ((mended, "wrong before, right after"), (broken, "right before, wrong after")):
        st.subheader(f"{counted(len(places), 'picture')}: {words}", anchor=False)
        chosen = places[:: max(1, len(places) // SHOWN)][:SHOWN]
        if not len(chosen):
            st.caption("None.")
            continue
        try:
            st.html(_pairs(evidence.pick(chosen), before, evidence.after, chosen, names))
        except LabError as error:
            st.caption(str(error))
    if evidence.run and evidence.run.settings.method == "fine-tune":
        _looks(evidence, evidence.run, [*mended[:SHOWN], *broken[:SHOWN]], names)


def _pairs(images: Pixels, before: Answers, after: Answers, places: np.ndarray, names: Sequence[str]) -> str:
    figures = "".join(
        f'<figure><img src="{png_address(image)}" alt="Test picture of {html.escape(names[before.labels[place]])}">'
        f"<figcaption><b>{html.escape(names[before.labels[place]])}</b>"
        f"{_answer(before, place, names)}{_answer(after, place, names)}</figcaption></figure>"
        for image, place in zip(images, places, strict=True)
    )
    return f'<div class="lab-pairs">{figures}</div>'


def _answer(answers: Answers, place: int, names: Sequence[str]) -> str:
    verdict = "right" if answers.correct[place] else "wrong"
    word, sign = html.escape(names[answers.predicted[place]]), "✓" if verdict == "right" else "✗"
    sure = html.escape(percent(float(answers.confidence[place])))
    return f'<span class="lab-answer-{verdict}">{sign} {word} {sure}</span>'


def _looks(evidence: Evidence, run: Run, places: Sequence[int], names: Sequence[str]) -> None:
    """Grad-CAM of one test picture, before and after."""
    st.subheader("Where it looked, before and after", anchor=False)
    if not places:
        return
    number = st.number_input("Picture of the above", 1, len(places), 1, key="tune look", width=200)
    place = places[number - 1]
    try:
        picture = evidence.pick(np.array([place]))[0]
        looks = [named_by(run, picture, names, moment) for moment in MOMENTS]
    except LabError as error:
        st.warning(str(error))
        return
    st.html('<div class="lab-looks">' + "".join(map(_look, looks, ("Before", "After"))) + "</div>")


def _look(named: Naming, words: str) -> str:
    seen = overlay(named.seen, named.looked) if named.looked is not None else named.seen
    best = html.escape(named.names[0])
    return (
        f'<figure><img src="{png_address(seen)}" alt="{words}: what spoke for {best}, bright">'
        f"<figcaption>{words}: <b>{best}</b>, {html.escape(percent(named.probabilities[0]))}</figcaption></figure>"
    )
