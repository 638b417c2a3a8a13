"""The tab "Your own classes": name them, bring a few pictures of each, train in seconds, try it above."""

import streamlit as st

from engine.errors import LabError
from engine.images import read_image
from engine.preparing.own_classes import write_classes
from engine.records import Run
from engine.settings import FineTuningSettings
from pages.ui.live import bar_html
from pages.ui.name_picture import naming_html
from pages.ui.picture_choice import kept_picture
from pages.ui.picture_source import KINDS
from pages.ui.plain_text import plain
from pages.ui.session import lab, show_run, start_run
from pages.ui.tune_evidence import named_by
from pages.ui.tune_words import names_of
from pages.ui.uploads import MOST_FILES, camera, file_upload, file_uploads

MINE = "own run"
QUICK = {"method": "head", "head_steps": 150, "size": 160, "per_class": 200}


def own_classes() -> None:
    """Draw it."""
    st.markdown(
        "Name two classes or more and bring a few pictures of each: ten are a good beginning. Only the head learns, so "
        "it takes seconds. Every fifth picture is kept for the test."
    )
    count = st.number_input("Classes", 2, 8, 2, key="own classes", persist_state="session", width=160)
    columns = st.columns(min(count, 4))
    brought: list[tuple[str, list[bytes]]] = []
    for number in range(count):
        with columns[number % 4], st.container(border=True):
            brought.append(_class(number))
    if st.button("Train on my classes", icon=":material/bolt:"):
        _train(brought)
    if mine := lab().watch(st.session_state.get(MINE, "")):
        _trained(mine)


def _class(number: int) -> tuple[str, list[bytes]]:
    name = st.text_input("Name", f"Class {number + 1}", key=f"own name {number}", max_chars=40)
    files = file_uploads("Pictures", KINDS, key=f"own files {number}")
    shots = st.session_state.setdefault(f"own shots {number}", [])
    shot = camera("Take a picture", key=f"own {number}")
    if shot and len(shots) < MOST_FILES:
        try:
            small = kept_picture(shot.getvalue())
        except LabError as error:
            st.error(str(error), icon=":material/broken_image:")
        else:
            shots.extend([small] if small not in shots else [])
    st.caption(f"{len(files) + len(shots)} pictures")
    return name.strip(), [*(file.getvalue() for file in files), *shots]


def _train(brought: list[tuple[str, list[bytes]]]) -> None:
    named = [(name, pictures) for name, pictures in brought if name]
    try:
        with st.spinner("Keeping the pictures…"):
            folder, left_out = write_classes(dict(named), [name for name, _ in named])
    except LabError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    for sentence in left_out:
        st.toast(plain(sentence), icon=":material/broken_image:")
    st.session_state[MINE] = start_run(FineTuningSettings(folder=str(folder), **QUICK))
    if st.session_state[MINE]:
        show_run(st.session_state[MINE], FineTuningSettings)
    st.rerun()


def _trained(mine: Run) -> None:
    """How far the training is, and once it is done, a place to try it."""

    def progress() -> None:
        now = lab().watch(mine.id) or mine
        if mine.active and not now.active:
            st.rerun()
        st.html(bar_html(now))

    st.fragment(progress, run_every=1.0 if mine.active else None)()
    if mine.result:
        result = mine.result
        st.subheader("Try it live", anchor=False)
        st.caption(
            f"{result['test_correct']} of {result['test_images']} pictures kept for the test are named right. "
            f"{plain(result['remark'])}"
        )
        _try(mine)


def _try(mine: Run) -> None:
    source, stage = st.columns([1, 2], gap="large")
    with source:
        upload = file_upload("A new picture", KINDS, key="own try")
        own = camera("Take a picture", key="own try") or upload
    with stage:
        if not own:
            st.caption("Bring a picture that it has not seen, or hold something in front of the camera.")
            return
        try:
            st.html(naming_html(named_by(mine, read_image(own.getvalue()), names_of(mine)), ""))
        except LabError as error:
            st.error(str(error), icon=":material/error:")
