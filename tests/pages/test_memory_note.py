"""What a run would take is told near its button, and what would not fit cannot be started."""

from typing import ClassVar

import pytest
from streamlit.testing.v1 import AppTest

from engine.records import State
from engine.runs import Runs
from engine.settings import CifarSettings
from pages.ui import session

SCRIPT = """
import streamlit as st
from engine.settings import CifarSettings
from pages.ui.memory_note import start_button
from pages.ui.session import start_run

settings = CifarSettings(batch_size=1_000, precision="float32")
start_button("Train", lambda: settings, on_click=lambda: None, running=False)
if st.button("Anyway"):
    start_run(settings)
"""


class NoLab:
    started: ClassVar[list] = []
    runs = Runs()

    def start(self, settings, _owner, _instead_of):
        self.started.append(settings)
        return "a"


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(session, "lab", NoLab)
    monkeypatch.setattr("pages.ui.memory_note.lab", NoLab)
    monkeypatch.setattr(NoLab, "runs", Runs())
    monkeypatch.setattr(NoLab, "started", [])
    return AppTest.from_string(SCRIPT, default_timeout=30)


def button(app, name):
    return next(b for b in app.button if b.label == name)


def test_what_fits_is_told_quietly_and_starts(app, monkeypatch):
    monkeypatch.setattr("pages.ui.memory_note.headroom", lambda: 5e9)
    monkeypatch.setattr(session, "headroom", lambda: 5e9)
    app.run()
    assert not button(app, "Train").disabled
    assert [caption.value for caption in app.caption] == ["Takes about 1,081 MB of memory; 5.0 GB are free."]
    button(app, "Anyway").click().run()
    assert NoLab.started == [CifarSettings(batch_size=1_000, precision="float32")]


def test_the_last_runs_tell_how_long_it_will_take(app, monkeypatch):
    monkeypatch.setattr("pages.ui.memory_note.headroom", lambda: 5e9)
    record = NoLab.runs.get(NoLab.runs.add(CifarSettings(steps=1_000, batch_size=500)))
    record.elapsed_s = 30.0
    record.end(State.COMPLETED)
    app.run()
    # Twenty times the steps, each with twice the pictures.
    assert app.caption[0].value.endswith(" GB are free. About 20 min, as the last runs here went.")


def test_what_does_not_fit_is_refused_before_the_button_is_pressed_and_after(app, monkeypatch):
    monkeypatch.setattr("pages.ui.memory_note.headroom", lambda: 5e8)
    monkeypatch.setattr(session, "headroom", lambda: 5e8)
    app.run()
    assert button(app, "Train").disabled
    assert "batch_size is 1,000, for which 1.1 GB of memory are needed and 0.5 GB are free" in app.caption[0].value
    button(app, "Anyway").click().run()
    assert "at most" in app.toast[0].value
    assert NoLab.started == []
