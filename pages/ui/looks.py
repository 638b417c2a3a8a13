"""What many watchers of one run share: see `engine.looks`."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.looks import Looks
from engine.records import Run

R = TypeVar("R")


@st.cache_resource(show_spinner=False)
def _looks() -> Looks:
    return Looks()


def shared_look(run: Run) -> Run:
    """`run` as it is now or, among many, as another browser saw it a moment ago."""
    context = get_script_run_ctx()
    return _looks().share(run, context.session_id if context else "")


def drawn(run: Run, draw: Callable[[Run], R]) -> R:
    """What `draw` makes of a run that came from `shared_look`, made once for all who share that look."""
    return _looks().drawn(run, draw)


def watchers() -> int:
    """How many browsers have watched a run in the last seconds."""
    return _looks().watchers()
