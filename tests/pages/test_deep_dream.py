"""The DeepDream page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import errno
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.dream_settings import DeepDreamSettings, efficientnet_layers
from engine.dreaming import OwnDreams
from engine.errors import TooMany
from engine.events import Progress, Snapshot
from engine.records import Run, State
from engine.settings import MnistSettings
from pages.ui import own_dreams
from pages.ui.charts import MAX_POINTS
from pages.ui.dream_form import dream_with
from pages.ui.dream_stage import objective_chart
from pages.ui.session import lab


@pytest.fixture
def app(monkeypatch):
    # The browser of channels makes its pictures by itself, which these tests have no time for.
    monkeypatch.setattr("pages.ui.channel_browser._make_only", lambda _wanted: None)
    return AppTest.from_file("../../pages/deep_dream.py", default_timeout=60).run()


def widget(kind, name):
    return next(found for found in kind if found.label == name)


def bar(app):
    return next((e.proto.body for e in app.get("html") if "lab-bar" in e.proto.body), "")


def run_until(app, word, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while word not in bar(app):
        assert time.monotonic() < deadline, bar(app)
        time.sleep(0.3)
        app.run()
    assert not app.exception


def quick(app, **values):
    for name, value in {"Octaves": 1, "Iterations": 2, "Max size": 96, **values}.items():
        widget(app.number_input, name).set_value(value)
    return app


def dream(app):
    return widget(app.button, "Dream").click().run()


def shown_run(app):
    run_id = app.query_params["run"]
    return lab().watch(run_id if isinstance(run_id, str) else run_id[0])


def test_it_opens_with_an_example_and_the_chapters_constants(app):
    assert not app.exception
    assert any("120 steps in 33 s" in e.proto.body and "38.45 → 62.43" in e.proto.body for e in app.get("html"))
    defaults = DeepDreamSettings()
    values = {name: widget(app.number_input, name).value for name in ("Channel", "Octaves", "Iterations", "Step size")}
    assert values == {"Channel": 30, "Octaves": 4, "Iterations": 15, "Step size": 1.5}
    assert (defaults.octave_scale, defaults.tile_size) == (1.4, 512)
    assert any("A finished example" in caption.value for caption in app.caption)
    assert any(f"{len(efficientnet_layers())} layers" in e.proto.body for e in app.get("html"))


def test_dream_to_completed(app):
    dream(quick(app))
    assert widget(app.button, "Dream").disabled
    run_until(app, "Completed")
    run = shown_run(app)
    assert (run.settings.octaves, run.settings.max_size) == (1, 96)
    shots = [event for event in run.events if isinstance(event, Snapshot)]
    assert shots[-1].picture.startswith(b"\x89PNG")
    assert any("The objective at the start" in e.proto.body for e in app.get("html"))


def test_stop_keeps_the_picture(app):
    dream(quick(app, Iterations=500))
    while not (run := shown_run(app)).active or len([e for e in run.events if isinstance(e, Progress)]) < 20:
        assert run.active, run.reason
        time.sleep(0.2)
    app.run()
    widget(app.button, "Stop").click().run()
    run_until(app, "Stopped")
    assert shown_run(app).state == State.STOPPED
    assert any(isinstance(event, Snapshot) for event in shown_run(app).events)


def test_too_many_octaves_are_said_before_anything_runs(app):
    quick(app, Octaves=9).run()
    assert widget(app.button, "Dream").disabled
    assert any("octaves is 9, but its smallest picture would be" in caption.value for caption in app.caption)


def test_what_does_not_fit_is_said_before_anything_runs(app):
    widget(app.selectbox, "Dream of").select("several").run()
    widget(app.text_input, "Mixture").set_value("block99").run()
    assert widget(app.button, "Dream").disabled
    assert any("layer is 'block99'" in caption.value for caption in app.caption)


def test_a_network_that_is_not_here_is_said_in_words(app):
    widget(app.selectbox, "Network").select("inception_v3").run()
    assert any("python -m engine download inception_v3" in error.value for error in app.error)
    assert not app.exception


def test_a_layer_with_fewer_channels_brings_the_channel_down(app):
    widget(app.number_input, "Channel").set_value(600).run()
    widget(app.selectbox, "Layer").select("block1").run()
    assert widget(app.number_input, "Channel").value == 23


def test_dream_with_a_channel_of_the_browser():
    def script():
        import streamlit as st

        from pages.ui import dream_form

        started = []
        dream_form.dream = lambda: started.append(dream_form.dream_settings())
        dream_form.dream_with("block5_expand", 7)
        dream_form.dream_with("logits", 285)
        st.session_state["started"] = started

    app = AppTest.from_function(script).run()
    assert not app.exception
    channel, tabby = app.session_state["started"]
    assert (channel.objective, channel.layer, channel.channel) == ("channel", "block5_expand", 7)
    assert (tabby.objective, tabby.image_class) == ("class", "Egyptian cat")
    assert callable(dream_with)


def test_the_dreams_of_a_run_under_way_are_of_its_newest_weights(monkeypatch):
    asked = []
    runs = SimpleNamespace(arrays=lambda _run_id, _name, step=None: {"step": step})
    dreams = OwnDreams(np.zeros((10, 4, 4, 3), np.uint8), 1)

    def call(_function, weights, *_arguments, **_limits):
        asked.append(weights["step"])
        return dreams

    monkeypatch.setattr(own_dreams, "lab", lambda: SimpleNamespace(runs=runs, call=call))
    run = Run("run under way", MnistSettings(), State.RUNNING, 0, 1.0, "", (), kept=(("weights", 0),))
    for _ in range(2):
        own_dreams._rows(run, run.id)
    own_dreams._rows(replace(run, kept=(("weights", 0), ("weights", 500), ("latest", 700))), run.id)
    assert asked == [0, 500]


def browsing(monkeypatch):
    """What the page says where no picture of the channels has been made yet."""
    monkeypatch.setattr("pages.ui.dream_form.load_beforehand", lambda _network: None)
    monkeypatch.setattr("pages.ui.channel_browser.kept_pictures", lambda *_: {})
    app = AppTest.from_file("../../pages/deep_dream.py", default_timeout=60).run()
    assert not app.exception
    return " ".join(element.proto.body for element in app.get("html"))


def test_the_browser_of_channels_says_why_the_lab_refuses(monkeypatch):
    def refuse(*_):
        raise TooMany("You have 4 small runs under way already: wait until one has ended.")

    monkeypatch.setattr("engine.lab.Lab.start", refuse)
    assert "You have 4 small runs under way already: wait until one has ended. Come back" in browsing(monkeypatch)


def test_the_browser_of_channels_says_that_the_disk_is_full(monkeypatch):
    def start(_lab, settings, owner):
        with lab().runs.changed:
            run_id = lab().runs.add(settings, owner)
            lab().runs.get(run_id).sent = True
            lab().runs.get(run_id).add(Snapshot(settings.channels[0], b"", "channel"))
        return run_id

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.lab.Lab.start", start)
    monkeypatch.setattr("pages.ui.channel_browser.keep_picture", full)
    assert "The pictures could not be kept: No space left on device." in browsing(monkeypatch)


def test_the_browser_of_channels_starts_anew_where_the_run_of_somebody_else_was_stopped(monkeypatch):
    from pages.ui import channel_browser

    runs = []

    def keep_new():
        run = lab().watch(channel_browser.st.session_state[channel_browser.RUN])
        runs.append(run)
        if len(runs) == 1:
            # As whoever started it turns the page.
            lab().stop(run.id)
        return ""

    # It waits for ever.
    monkeypatch.setattr("engine.runs.Runs.take_startable", lambda *_: [])
    monkeypatch.setattr("pages.ui.channel_browser._keep_new", keep_new)
    browsing(monkeypatch)
    assert len(runs) == 2
    assert runs[1].id != runs[0].id
    assert runs[1].active
    lab().stop(runs[1].id)


@pytest.mark.parametrize(("made", "more"), [(180, True), (181, False)])
def test_a_zoom_goes_on_until_the_film_is_as_long_as_it_may_be(made, more):
    def script(made):
        from engine.dream_settings import DeepDreamSettings
        from engine.events import Snapshot
        from engine.records import Run, State
        from pages.ui.dream_stage import _zoom_on

        run = Run("a" * 16, DeepDreamSettings(zoom_frames=60), State.COMPLETED, 0, 1.0, "", ())
        _zoom_on(run, Snapshot(60, b"", "zoom"), made)

    button = AppTest.from_function(script, args=(made,)).run().button[0]
    assert button.label == "Zoom on, 60 frames more"
    assert button.disabled != more
    assert f"up to 240 frames; it has {made}" in button.help


def test_the_chart_has_a_gap_between_two_octaves():
    steps = [Progress(n, 4, {"objective": float(n), "octave": 1.0 + n // 3}) for n in (1, 2, 3, 4)]
    (line,) = objective_chart(steps, 4, "run")["data"]
    assert line["x"] == [1, 2, None, 3, 4]
    assert line["y"] == [1, 2, None, 3, 4]


def test_a_long_dream_is_drawn_with_few_points_and_each_octave_with_a_line():
    octaves = [1] * 3 + [2] * 3 + [3] * 8_994
    steps = [Progress(n, 9_000, {"objective": float(n), "octave": float(o)}) for n, o in enumerate(octaves, 1)]
    (line,) = objective_chart(steps, 9_000, "run")["data"]
    assert len(line["x"]) <= MAX_POINTS + 8
    first, second = line["x"].index(None), line["x"].index(None, 4)
    assert (line["x"][:first], line["x"][first + 1 : second]) == ([1, 3], [4, 6])
    assert line["x"][-1] == line["y"][-1] == 9_000


@pytest.mark.parametrize(
    ("mixture", "words"),
    [("a b c", "mixture has the part 'a b c', but must be parts such as"), ("a" * 1_001, "mixture is 'aaa")],
)
def test_a_mixture_that_is_none_disables_the_button_and_is_said(app, mixture, words):
    fields = len(app.number_input)
    widget(app.selectbox, "Dream of").set_value("several").run()
    widget(app.text_input, "Mixture").set_value(mixture).run()
    assert not app.exception
    assert widget(app.button, "Dream").disabled
    assert any(words in caption.value for caption in app.caption)
    # All but the channel, of which a mixture has none of its own.
    assert len(app.number_input) == fields - 1
    widget(app.text_input, "Mixture").set_value("block10").run()
    assert not widget(app.button, "Dream").disabled
