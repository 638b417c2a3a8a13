"""The boards of this app, and what they tell a page: who plays on which, and how they stand."""

import streamlit as st

from engine.board import Boards, View
from engine.errors import LabError
from pages.ui.plain_text import plain
from pages.ui.session import lab
from pages.ui.visitor import visitor

PAGE = "pages/board.py"


@st.cache_resource(show_spinner=False)
def boards() -> Boards:
    """The boards that all browsers share."""
    return Boards()


def board_now(code: str) -> View | None:
    """The board of this code with every result that there is, or None."""
    boards().look(code, lab().runs.listed)
    return boards().view(code)


def open_board(experiment: str) -> None:
    """Open a board on these challenges and go there; where there are too many, with a word instead."""
    try:
        code = boards().open(visitor(), experiment)
    except LabError as error:
        st.warning(str(error))
        return
    st.switch_page(PAGE, query_params={"code": code})


def board_line(experiment: str) -> None:
    """On a page with challenges: the board that this visitor plays on, or a button that opens one for a class."""
    code, nickname = boards().playing(visitor())
    with st.container(horizontal=True, vertical_alignment="center", key="board-line"):
        if code:
            st.caption(f"You play as **{plain(nickname)}**: what you complete here appears on the board by itself.")
            st.html(f'<a class="lab-download" href="board?code={code}" target="_self">See the board</a>')
        elif st.button(
            "Open a board for a class",
            icon=":material/groups:",
            help="Everybody joins with a code and a nickname; results appear live on your screen.",
        ):
            open_board(experiment)
