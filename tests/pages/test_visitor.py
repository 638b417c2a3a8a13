"""Whose run it is: its owner steers it, everybody else watches; and the operator's limits on the page."""

import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from engine.allowance import Allowance
from engine.dream_settings import DeepDreamSettings
from engine.events import Completed, Progress
from engine.fairness import STARTS_A_MINUTE
from engine.records import Run, State
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings
from engine.style_settings import StyleSettings
from pages.ui.own_dreams import _runs_with_weights
from pages.ui.run_controls import _learning_rate
from pages.ui.run_list import runs_of
from pages.ui.session import lab
from pages.ui.sharing import PAGES

LONG = MnistSettings(steps=20_000, batch_size=10, eval_size=20, conv1_features=2, conv2_features=2, dense_size=4)


@pytest.fixture(autouse=True)
def nothing_left_running():
    yield
    for record in lab().runs.all():
        lab().stop(record.id)


def page(**query):
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def labels(app):
    return [button.label for button in app.button]


def keys(app):
    return {element.key for element in [*app.button, *app.checkbox]}


def press(app, name):
    next(button for button in app.button if button.label == name).click()
    return app.run()


def run_of(app):
    value = app.query_params["run"]
    return value[0] if isinstance(value, list) else value


def test_who_started_a_run_steers_it_and_who_has_its_link_watches():
    own = press(page(), "Train")
    assert {"Stop", "Pause"} <= set(labels(own))
    other = page(run=run_of(own))
    assert {"Stop", "Pause", "Step"}.isdisjoint(labels(other))
    assert "Rewind" in labels(other)
    press(other, "Rewind")
    assert run_of(other) != run_of(own)
    assert lab().watch(run_of(own)).active


def test_runs_of_others_are_in_nobodys_list_until_their_link_is_opened():
    theirs = lab().start(LONG, "somebody else")
    app = page(mnist_tab="Compare")
    assert f"pin {theirs}" not in keys(app)
    app = page(mnist_tab="Compare", run=theirs)
    assert f"pin {theirs}" in keys(app)
    assert f"delete {theirs}" not in keys(app)


def test_a_third_run_is_refused_with_a_sentence_and_the_others_stay():
    app = press(page(), "Train")
    owner = lab().watch(run_of(app)).owner
    waiting = lab().start(LONG, owner)
    lab().stop(run_of(app))
    both = {lab().start(LONG, owner), waiting}
    press(app.run(), "Train")
    assert "one run under way and another waiting" in app.toast[0].value
    assert {run.id for run in lab().runs.listed() if run.active} == both


def test_the_operators_limit_is_the_widgets(monkeypatch):
    monkeypatch.setenv("CNN_LAB_MAX_STEPS", "300")
    app = page()
    steps = next(number for number in app.number_input if number.label == "Steps")
    assert steps.value == 300
    assert app.toast[0].value == "Steps is 1 to 300 here: 500 was made 300."
    press(app, "Train")
    assert lab().watch(run_of(app)).settings.steps == 300
    assert lab().watch(run_of(app)).state in (State.QUEUED, State.RUNNING)


def test_the_operators_limit_is_that_of_another_learning_rate(monkeypatch):
    monkeypatch.setenv("CNN_LAB_MAX_LEARNING_RATE", "0.25")
    app = press(page(), "Train")
    rate = next(number for number in app.number_input if number.key == f"new rate of {run_of(app)}")
    assert rate.max == 0.25
    assert any("to 0.25." in caption.value for caption in app.caption)


def test_the_rate_of_now_is_that_of_the_schedule_and_its_change_of_one_phase(monkeypatch):
    shown = []
    monkeypatch.setattr("pages.ui.run_controls.st.number_input", lambda *_, help, **__: shown.append(help))
    monkeypatch.setattr("pages.ui.run_controls.st.caption", shown.append)
    event = Progress(700, 1500, {"learning_rate": 0.0375})
    for settings in (CifarSettings(), FineTuningSettings(), FineTuningSettings(method="head")):
        _learning_rate(Run("x", settings, State.RUNNING, 0, 1.0, "", (event,)))
    helps, captions = shown[::2], shown[1::2]
    assert all(caption.startswith("Now 0.0375, after step 700. It may be from ") for caption in captions)
    assert ["blocks are unfrozen" in text for text in helps] == [False, True, False]


OF_SOMEBODY = {
    "mnist": LONG,
    "cifar": CifarSettings(),
    "fine_tuning": FineTuningSettings(),
    "style_transfer": StyleSettings(),
    "deep_dream": DeepDreamSettings(),
}


def waiting(settings, owner):
    """A run that has been asked for, and that no worker takes up."""
    with lab().runs.changed:
        run_id = lab().runs.add(settings, owner)
        lab().runs.get(run_id).sent = True
    return run_id


@pytest.fixture
def of_me(monkeypatch):
    """A run of this visitor that is shown on its page."""
    for module in ("visitor", "session"):
        monkeypatch.setattr(f"pages.ui.{module}.visitor", lambda: "me")
    return page(run=waiting(LONG, "me"))


def test_a_rewind_that_is_refused_leaves_the_run_as_it_is(of_me, monkeypatch):
    run_id = run_of(of_me)
    monkeypatch.setattr(lab().runs, "_starts", Allowance(0, of_all=1))
    press(of_me, "Rewind")
    assert f"You have started {STARTS_A_MINUTE} runs within a minute" in of_me.toast[0].value
    monkeypatch.setenv("CNN_LAB_MAX_STEPS", "300")
    press(of_me, "Rewind")
    assert any("steps is 20,000, but may be at most 300" in toast.value for toast in of_me.toast)
    assert run_of(of_me) == run_id
    assert lab().watch(run_id).active


def test_a_rewind_takes_the_place_of_the_run_where_one_may_have_no_more(of_me):
    run_id, another = run_of(of_me), waiting(LONG, "me")
    press(of_me, "Rewind")
    assert not of_me.toast
    assert lab().watch(run_id).state == State.STOPPED
    assert lab().watch(another).active
    assert lab().watch(run_of(of_me)).active
    assert run_of(of_me) != run_id


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_on_no_page_can_one_steer_rename_or_delete_what_somebody_else_runs(name, monkeypatch):
    # The browser of channels makes its pictures by itself, which these tests have no time for.
    monkeypatch.setattr("pages.ui.channel_browser._make_only", lambda _wanted: None)
    theirs = waiting(OF_SOMEBODY[name], "somebody else")
    app = AppTest.from_file(f"../../pages/{name}.py", default_timeout=60)
    app.query_params["run"] = theirs
    for tab in ("mnist_tab", "cifar_tab", "tuning_tab"):
        app.query_params[tab] = "Compare"
    app.run()
    assert not app.exception
    assert any(f"rewind {theirs}" == button.key for button in app.button)
    forbidden = ("stop", "pause", "resume", "step", "rate", "delete", "rename", "more")
    assert not [key for key in keys(app) if key and key.startswith(forbidden) and key.endswith(theirs)]
    assert lab().watch(theirs).active


def test_what_somebody_brought_is_in_no_list_and_on_no_page_of_another():
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(file, "PNG")
    picture = file.getvalue()
    theirs = [
        ended(StyleSettings(image=picture), "somebody else"),
        ended(DeepDreamSettings(image=picture), "somebody else"),
        ended(LONG, "somebody else"),
    ]
    runs = AppTest.from_file("../../pages/runs.py", default_timeout=60).run()
    assert not runs.exception
    assert not [key for key in keys(runs) if key and key.endswith(tuple(theirs))]
    nobodys = ended(LONG, "")
    assert nobodys in _runs_with_weights()
    assert not set(theirs) & set(_runs_with_weights())
    assert not [run for cls in PAGES for run in runs_of(cls) if run.id in theirs]


def ended(settings, owner):
    run_id = waiting(settings, owner)
    with lab().runs.changed:
        record = lab().runs.get(run_id)
        record.add(Progress(1, 1, {"test_accuracy": 0.5}))
        record.kept = (("weights", 1),)
        record.add(Completed({"test_accuracy": 0.5, "test_accuracy_low": 0.4, "test_accuracy_high": 0.6}))
    return run_id
