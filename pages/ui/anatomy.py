"""The frame that every experiment's page has: the idea on top, settings left, the stage right, explanations below."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.environment import check_environment
from engine.errors import LabError

AROUND = "app is around"


def check_set_up() -> None:
    """Say so, instead of any page, where one of the operator's limits is no number."""
    try:
        check_environment()
    except LabError as error:
        st.error(f"CNN Lab cannot run as it is set up: {error}", icon=":material/block:")
        st.stop()


def begin_app() -> None:
    """Note that the app is around the page of this visitor."""
    st.session_state[AROUND] = True


def page_head(title: str, idea: str) -> None:
    """The page's title and its idea, in two sentences."""
    if AROUND not in st.session_state:
        # Streamlit began this script by itself, see `pages.ui`. Not while importing: others import the same meanwhile.
        begin_app()
        st.rerun()
    st.title(title, anchor=False)
    st.html(f'<p class="lab-idea">{idea}</p>')


def settings_and_stage(key: str = "anatomy") -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two columns: a third for settings and two for the stage, which comes first on a phone.

    `key` begins with "anatomy" and differs where a page has two.
    """
    with st.container(key=key):
        settings, stage = st.columns([1, 2], gap="large")
    return settings, stage
