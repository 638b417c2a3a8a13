"""The tab "Your own classes": name them, bring a few pictures of each, train in seconds, try it above."""

import streamlit as st

from engine.errors import LabError
from engine.preparing.own_classes import write_classes
from engine.settings import FineTuningSettings
from pages.ui.picture_source import KINDS
from pages.ui.session import start_and_show

QUICK = {"method": "head", "head_steps": 150, "size": 160, "per_class": 200}


def own_classes() -> None:
    """Draw it."""
    st.markdown(
        "Name two classes or more and bring a few pictures of each: ten are a good beginning. Only the head learns, so "
        "it takes seconds. Every fifth picture is kept for the test. Then try it under **Classify**, with the network "
        "*fine-tuned*."
    )
    count = st.number_input("Classes", 2, 8, 2, key="own classes", persist_state="session", width=160)
    columns = st.columns(min(count, 4))
    brought: list[tuple[str, list[bytes]]] = []
    for number in range(count):
        with columns[number % 4], st.container(border=True):
            brought.append(_class(number))
    if st.button("Train on my classes", icon=":material/bolt:"):
        _train(brought)


def _class(number: int) -> tuple[str, list[bytes]]:
    name = st.text_input("Name", f"Class {number + 1}", key=f"own name {number}", max_chars=40)
    files = st.file_uploader("Pictures", KINDS, accept_multiple_files=True, key=f"own files {number}")
    shots = st.session_state.setdefault(f"own shots {number}", [])
    if st.toggle("Camera", key=f"own camera {number}"):
        shot = st.camera_input("Take a picture", key=f"own shot {number}")
        if shot and shot.getvalue() not in shots:
            shots.append(shot.getvalue())
    st.caption(f"{len(files) + len(shots)} pictures")
    return name.strip(), [*(file.getvalue() for file in files), *shots]


def _train(brought: list[tuple[str, list[bytes]]]) -> None:
    named = [(name, pictures) for name, pictures in brought if name]
    try:
        with st.spinner("Keeping the pictures…"):
            folder, left_out = write_classes(dict(named), [name for name, _ in named])
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return
    for sentence in left_out:
        st.toast(sentence, icon=":material/broken_image:")
    start_and_show(FineTuningSettings(folder=str(folder), **QUICK))
    st.rerun()
