"""The board of a class: students join with a code and a nickname, and their results of the challenges appear live."""

import html

import streamlit as st

from engine.board import View
from engine.challenges_of_pages import CHALLENGES
from engine.errors import LabError
from engine.joining import LENGTH
from engine.nicknames import LONGEST
from pages.ui.anatomy import page_head
from pages.ui.board_desk import how_to_join, nicknames, teacher_bar
from pages.ui.board_view import board_view
from pages.ui.boards import board_now, boards, open_board
from pages.ui.guessing import guessed_wrong, may_guess
from pages.ui.plain_text import plain
from pages.ui.titles import TITLES
from pages.ui.visitor import visitor

POLL_S = 1.5

TABS = {"mnist": "mnist_tab", "cifar": "cifar_tab", "fine_tuning": "tuning_tab"}
"""Where each page's address names its open tab."""


def head() -> None:
    """Title and idea."""
    page_head(
        "Your turn board",
        "A class takes up the challenges of a page, everybody on a screen of their own. What each completes appears "
        "here.",
    )


def may_try(code: str) -> bool:
    """Whether this visitor may try a code; if not, with a word why. Who opened its board or plays there always may."""
    return bool(boards().nickname(code, visitor())) or code in boards().of(visitor()) or may_guess()


def no_board(code: str) -> None:
    """Without a board: a field for the code, and a choice of challenges to open one on."""
    join, begin = st.columns(2, gap="large")
    with join.container(border=True, height="stretch"), st.form("find board", border=False):
        st.subheader("Join", anchor=False)
        typed = st.text_input(f"The code on the screen, {LENGTH} letters", max_chars=2 * LENGTH, key="board code")
        if st.form_submit_button("Find the board", width="stretch"):
            code = typed.strip().upper() or "Nothing"
            if not may_try(code):
                code = ""
            elif boards().view(code):
                st.query_params["code"] = code
                st.rerun()
            else:
                guessed_wrong(code)
        if code:
            # The code may come from a link of a stranger's, and be one itself.
            name = code if code.isalnum() and len(code) <= 2 * LENGTH else "This"
            st.warning(f"{name} is not the code of a board that is open now. A code looks like KWMBT.")
    with begin.container(border=True, height="stretch"):
        st.subheader("Open one for a class", anchor=False)
        experiment = st.segmented_control(
            "Challenges",
            list(CHALLENGES),
            default=next(iter(CHALLENGES)),
            required=True,
            format_func=TITLES.get,
            key="new board",
        )
        if st.button("Open a board", type="primary", icon=":material/groups:", width="stretch"):
            open_board(experiment)
        for own in boards().of(visitor()):
            if st.button(f"Back to board {own}", key=f"back to {own}", width="stretch"):
                st.query_params["code"] = own
                st.rerun()


def join_form(code: str) -> None:
    """The field for a nickname."""
    with st.container(key="board-join", border=True), st.form("board join", border=False):
        nickname = st.text_input("Your nickname", max_chars=LONGEST, key="nickname")
        st.caption("The class sees it beside your results, and nothing else of you.")
        if st.form_submit_button("Join the board", type="primary", width="stretch"):
            try:
                boards().join(code, visitor(), nickname)
            except LabError as error:
                st.warning(plain(str(error)))
            else:
                st.rerun()


def player_bar(board: View, nickname: str) -> None:
    """For who has joined: where to go, and a way to leave."""
    page = TITLES[board.experiment]
    with st.container(horizontal=True, vertical_alignment="center", key="board-player"):
        st.html(
            f'<p class="lab-board-me">You play as <b>{html.escape(nickname)}</b>. Take up a challenge on the page '
            f"{page}: whatever you complete there appears here by itself.</p>"
        )
        # A plain link: a switch of pages by Python can be lost to the timer of the board.
        turn = f"{board.experiment}?{TABS[board.experiment]}=Your+turn"
        st.html(f'<a class="lab-download" href="{turn}" target="_self">Go to {page}</a>')
        st.button("Leave", on_click=boards().leave, args=(board.code, visitor()), help="Takes you off the board.")


def show(board: View) -> None:
    """The board for who teaches, who plays and who is about to join."""
    mine, teaches = boards().nickname(board.code, visitor()), board.owner == visitor()
    if teaches:
        left, right = st.columns([3, 2], gap="large", vertical_alignment="bottom")
        with left:
            head()
            teacher_bar(board)
        with right:
            how_to_join(board)
    else:
        head()
    if mine and not teaches:
        player_bar(board, mine)
    elif not teaches:
        join_form(board.code)

    @st.fragment(run_every=POLL_S)
    def live() -> None:
        now = board_now(board.code)
        if not now or now.experiment != board.experiment or boards().nickname(board.code, visitor()) != mine:
            st.rerun()
        if teaches and nicknames(now) != nicknames(board):
            # Who manages the board chooses among those who are there.
            st.rerun()
        board_view(now, mine)

    if teaches or mine:
        live()


code = st.query_params.get("code", "").strip().upper()
tried = bool(code) and may_try(code)
found = board_now(code) if tried else None
if found:
    show(found)
else:
    if tried:
        guessed_wrong(code)
    head()
    no_board(code if tried else "")
