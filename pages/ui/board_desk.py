"""What a teacher has beside the board itself: how to join, which challenges, who is there, and a way to close it."""

import streamlit as st

from engine.board import View
from engine.challenges_of_pages import CHALLENGES
from pages.ui.boards import boards
from pages.ui.qr_code import only_on_this_computer, qr_address
from pages.ui.titles import TITLES
from pages.ui.visitor import visitor


def how_to_join(board: View) -> None:
    """The code and the link as large as a room needs them."""
    link = f"{st.context.url or ''}?code={board.code}"
    note = (
        "This address leads here only on this computer: open the app by its network address for a class."
        if only_on_this_computer(link)
        else "Scan it, or type the code on Home."
    )
    st.html(
        f'<div class="lab-board-join"><img src="{qr_address(link)}" alt="QR code of the link to this board">'
        f'<div><p class="lab-note">Join code</p><p class="lab-code">{board.code}</p><p class="lab-note">{note}</p>'
        "</div></div>"
    )


def nicknames(board: View) -> list[str]:
    """Of all players, in the order in which they joined."""
    return [standing.nickname for standing in board.standings]


def teacher_bar(board: View) -> None:
    """Which challenges are shown, and what a teacher may change."""
    key = f"challenges of {board.code}"
    st.session_state.setdefault(key, board.experiment)
    with st.container(horizontal=True, vertical_alignment="center", key="board-teacher"):
        st.segmented_control(
            "Challenges",
            list(CHALLENGES),
            required=True,
            format_func=TITLES.get,
            label_visibility="collapsed",
            key=key,
            on_change=lambda: boards().show(board.code, visitor(), st.session_state[key]),
        )
        with st.popover("Manage", icon=":material/settings:", key="manage board"):
            manage(board)


def manage(board: View) -> None:
    """Take somebody off the board, or close it."""
    names = nicknames(board)
    name = st.selectbox(
        "Nickname",
        names,
        index=None,
        placeholder="Choose one" if names else "Nobody has joined yet",
        key="to remove",
        disabled=not names,
    )
    st.button(
        "Take off the board",
        icon=":material/person_remove:",
        disabled=not name,
        on_click=boards().remove,
        args=(board.code, visitor(), name),
        help="With all results. Nobody can come back under this nickname.",
    )
    # A tick before the button, as where a run is deleted.
    sure = st.checkbox("Close it for everybody and for good; its runs stay", key=f"sure to close {board.code}")
    st.button(
        "Close the board",
        icon=":material/delete:",
        on_click=_close,
        args=(board.code,),
        disabled=not sure,
        help=None if sure else "Tick the box first.",
    )


def _close(code: str) -> None:
    boards().close(code, visitor())
    st.query_params.pop("code", None)
    st.toast(f"You closed the board {code}.", icon=":material/check:")
