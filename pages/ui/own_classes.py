"""The tab "Your own classes": name them, bring a few pictures of each, train in seconds, try it above."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import LabError
from engine.images import read_image
from engine.preparing.own_classes import write_classes
from engine.records import Run
from engine.settings import FineTuningSettings
from pages.ui.counted import counted
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
MOST_REFUSED = 5
"""Files that cannot be used and are named."""

QUICK = {"method": "head", "head_steps": 150, "size": 160, "per_class": 200}


def own_classes() -> None:
    """Draw it."""
    st.markdown(
        "Name two classes or more and bring a few pictures of each: ten are a good beginning. Only the head learns, so "
        "it takes seconds."
    )
    count = st.number_input("Classes", 2, 8, 2, key="own classes", persist_state="session", width=160)
    columns = st.columns(min(count, 4))
    brought: list[tuple[str, list[bytes]]] = []
    for number in range(count):
        with columns[number % 4], st.container(border=True):
            brought.append(_class(number))
    if st.button("Train on my classes", icon=":material/bolt:"):
        _train(brought)
    named = [pictures for name, pictures in brought if name and pictures]
    st.caption(
        f"You have {counted(sum(map(len, named)), 'picture')} of {counted(len(named), 'class', 'classes')}. Some of "
        "each are kept to look at while it trains (validation) and at the end (test); it trains on the others."
    )
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
    refused = {file.file_id: why for file in files if (why := _refused(file.file_id, file))}
    usable = [*(file.getvalue() for file in files if file.file_id not in refused), *shots]
    st.caption(
        f"{len(usable)} of {counted(len(files) + len(shots), 'file')} can be used:"
        if refused
        else counted(len(usable), "picture")
    )
    # A caption: a box would be a column of single words in a quarter of the page.
    for why in [*refused.values()][:MOST_REFUSED]:
        st.caption(f":red[:material/broken_image: {plain(why)}]")
    if len(refused) > MOST_REFUSED:
        st.caption(f":red[And {counted(len(refused) - MOST_REFUSED, 'more file', 'more files')} like that.]")
    return name.strip(), usable


# By its id, for the content of a hundred files would be hashed each time that the page is drawn.
@st.cache_data(max_entries=2000, show_spinner="Looking at the pictures…")
def _refused(file_id: str, _file: UploadedFile) -> str:
    """Why a file cannot be used, in a sentence that begins with its name, or an empty text."""
    try:
        read_image(_file.getvalue())
    except LabError as error:
        return f"{_file.name}: {error}"
    return ""


def _train(brought: list[tuple[str, list[bytes]]]) -> None:
    named = [(name, pictures) for name, pictures in brought if name]
    try:
        with st.spinner("Keeping the pictures…"):
            folder = write_classes(dict(named), [name for name, _ in named])
    except LabError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
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
