"""What is mended in Streamlit is needed, and holds."""

import asyncio
from types import SimpleNamespace

import pytest
from streamlit.components.v2.bidi_component import main
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

from pages.ui import mended_streamlit


def runner(*, stopped):
    requests = ScriptRequests()
    if stopped:
        requests.request_stop()
    return SimpleNamespace(_requests=requests)


@pytest.fixture
def asked(monkeypatch):
    """The fragments that Streamlit itself was asked to run."""
    asked = []
    monkeypatch.setattr(mended_streamlit, "_request_rerun", lambda session, state: asked.append(state.fragment_id))
    return asked


def session(loop, found):
    made = SimpleNamespace(_scriptrunner=found, _event_loop=loop)
    made.request_rerun = lambda state: mended_streamlit.request_rerun(made, state)
    return made


def test_a_fragment_waits_until_the_runner_before_it_has_been_heard_to_its_end(asked):
    async def race():
        made = session(asyncio.get_running_loop(), runner(stopped=True))
        made.request_rerun(ClientState(fragment_id="view"))
        await asyncio.sleep(3 * mended_streamlit.SOON_S)
        assert asked == []
        # As Streamlit does once it has handled the runner's last event.
        made._scriptrunner = None
        await asyncio.sleep(10 * mended_streamlit.SOON_S)
        assert asked == ["view"]

    asyncio.run(race())


def test_what_is_asked_for_while_a_fragment_waits_comes_after_it(asked):
    async def race():
        made = session(asyncio.get_running_loop(), runner(stopped=True))
        made.request_rerun(ClientState(fragment_id="view"))
        # Older values of the widgets must not come after these.
        made.request_rerun(ClientState())
        made.request_rerun(ClientState(fragment_id="chart"))
        assert asked == []
        made._scriptrunner = None
        await asyncio.sleep(10 * mended_streamlit.SOON_S)
        assert asked == ["view", "", "chart"]

    asyncio.run(race())


@pytest.mark.parametrize(
    ("found", "fragment"), [(None, "view"), (runner(stopped=False), "view"), (runner(stopped=True), "")]
)
def test_all_else_is_asked_for_at_once(asked, found, fragment):
    session(None, found).request_rerun(ClientState(fragment_id=fragment))
    assert asked == [fragment]


def test_the_pages_folder_is_not_streamlits(monkeypatch):
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    mended_streamlit.mend()
    assert PagesManager.uses_pages_directory is False


def test_streamlit_has_what_is_mended():
    assert AppSession.request_rerun is mended_streamlit.request_rerun
    assert main.make_bidi_component_presenter("aggregator", "component", None) is None
    assert ScriptRequests()._state is ScriptRequestType.CONTINUE
