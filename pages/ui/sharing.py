"""Sharing a run with a room: its link as a QR code, and a short code that one types on Home."""

import streamlit as st

from engine.dream_settings import DeepDreamSettings
from engine.joining import LENGTH, Codes
from engine.records import Run
from engine.rules import Settings
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings, PrepareSettings
from engine.style_settings import StyleSettings
from pages.ui.boards import PAGE as BOARD
from pages.ui.boards import boards
from pages.ui.guessing import guessed_wrong, may_guess
from pages.ui.handout import handout, handout_button
from pages.ui.plain_text import plain
from pages.ui.qr_code import only_on_this_computer, qr_address
from pages.ui.session import lab

PAGES: dict[type[Settings], str] = {
    MnistSettings: "pages/mnist.py",
    CifarSettings: "pages/cifar.py",
    PrepareSettings: "pages/fine_tuning.py",
    FineTuningSettings: "pages/fine_tuning.py",
    StyleSettings: "pages/style_transfer.py",
    DeepDreamSettings: "pages/deep_dream.py",
}
SHARED = "run that is being shared"


@st.cache_resource(show_spinner=False)
def codes() -> Codes:
    """The codes that all browsers share."""
    return Codes()


def share_button(run: Run | None) -> None:
    """Buttons beside the page's title to share a run and to print it, and what they bring."""
    if not run:
        return
    with st.container(key="share", horizontal=True, horizontal_alignment="right"):
        handout_button()
        st.button("Share", icon=":material/qr_code_2:", on_click=_open, args=(run.id,), key=f"share {run.id}")
    handout(run)
    if st.session_state.get(SHARED) == run.id:
        _dialog(run)


def join_button() -> None:
    """The same place on Home: to join with the code that a teacher shows, or to be the one who shows it."""
    with st.container(key="share", horizontal=True, horizontal_alignment="right"):
        if st.button("Your turn board", icon=":material/groups:"):
            st.switch_page(BOARD)
        if st.button("Join with a code", icon=":material/group_add:"):
            _join()


@st.dialog("Join with a code", icon=":material/group_add:")
def _join() -> None:
    with st.form("join", border=False):
        code = st.text_input(f"The code on the screen, {LENGTH} letters", max_chars=2 * LENGTH, key="join code")
        joined = st.form_submit_button("Join", type="primary", width="stretch")
    if not joined or not may_guess():
        return
    run = lab().watch(codes().run(code))
    if run:
        st.switch_page(PAGES[type(run.settings)], query_params={"run": run.id})
    if board := boards().view(code):
        st.switch_page(BOARD, query_params={"code": board.code})
    guessed_wrong(code)
    name = plain(code.strip()) or "Nothing"
    st.warning(f"{name} is not the code of a run or a board that is shared now. A code looks like KWMBT.")


@st.dialog("Watch this run together", width="medium", on_dismiss=lambda: st.session_state.pop(SHARED, None))
def _dialog(run: Run) -> None:
    link = f"{st.context.url or ''}?run={run.id}"
    picture, words = st.columns([1, 1], gap="large", vertical_alignment="center")
    with picture:
        st.html(f'<img class="lab-qr" src="{qr_address(link)}" alt="QR code of the link to this run">')
    with words:
        st.html(f'<p class="lab-note">Join code, on Home</p><p class="lab-code">{codes().of(run.id)}</p>')
        st.caption("Whoever joins watches this run live, and can run it anew with other settings. Only you steer it.")
    st.code(link, language=None, wrap_lines=True)
    if only_on_this_computer(link):
        st.caption("This address leads here only on this computer: open the app by its network address to share it.")


def _open(run_id: str) -> None:
    st.session_state[SHARED] = run_id
