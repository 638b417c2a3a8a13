"""Codes that are typed: whoever tries one after another is slowed down, so that nobody finds a class by guessing."""

import streamlit as st

from engine.allowance import Allowance
from pages.ui.visitor import visitor

WRONG_A_MINUTE, WRONG_OF_ALL = 10, 60
"""There are 8 million codes: at this rate a day at school finds one of thirty with a chance of one in ten."""

LAST = "code that was wrong last"
WAIT = "Too many codes that do not exist were tried. Wait a minute, and look at the screen again."


@st.cache_resource(show_spinner=False)
def _wrong() -> Allowance:
    return Allowance(WRONG_A_MINUTE, WRONG_OF_ALL)


def may_guess() -> bool:
    """Whether this visitor may try a code; if not, with a word why."""
    if _wrong().left(visitor()):
        return True
    st.warning(WAIT)
    return False


def guessed_wrong(code: str) -> None:
    """Count a code that does not exist, once while it stays in the address."""
    if st.session_state.get(LAST) != code:
        st.session_state[LAST] = code
        _wrong().take(visitor())
