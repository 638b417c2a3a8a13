"""Three faults of Streamlit 1.67 that no setting turns off, mended when the first page is imported."""

from collections import deque
from typing import Any

from streamlit.components.v2.bidi_component import main
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

SOON_S = 0.005

WAITING = "_lab_waiting"
"""Of a session: its requests that are not handed on yet, the oldest first."""

_request_rerun = AppSession.request_rerun


def mend() -> None:
    """Have Streamlit use what is here."""
    # It runs the scripts of a folder called `pages` by itself until `st.navigation` is called for the first time, so
    # whoever opened /mnist first after a start would see that script without the app around it.
    PagesManager.uses_pages_directory = False
    # Each number input looks through the whole session, for which a new class is made for each component, so that
    # values may be written to it: a third of what a page takes. Nothing here writes them.
    main.make_bidi_component_presenter = lambda *_: None  # type: ignore[assignment,return-value]
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign]


def request_rerun(session: Any, client_state: ClientState | None) -> None:
    """Streamlit's own, but a fragment waits until the thread that has just run the page has been heard to its end.

    Otherwise a new thread takes its place, and what is left of the page, its timers and that it is done are dropped: on
    a busy computer the page of a run stood still (the case of streamlit/streamlit#9921, with a fragment that is still
    there). What is asked for meanwhile waits behind it: each request brings the values of all widgets, and older ones
    would take the place of newer.
    """
    waiting = session.__dict__.setdefault(WAITING, deque())
    waiting.append(client_state)
    _hand_on(session, waiting)


def _hand_on(session: Any, waiting: deque[ClientState | None]) -> None:
    while waiting:
        if _too_early(session, waiting[0]):
            session._event_loop.call_later(SOON_S, _hand_on, session, waiting)
            return
        _request_rerun(session, waiting.popleft())


def _too_early(session: Any, client_state: ClientState | None) -> bool:
    runner = session._scriptrunner
    return bool(
        client_state and client_state.fragment_id and runner and runner._requests._state is ScriptRequestType.STOP
    )
