"""Whose run it is: its owner steers it, everybody else watches; and the operator's limits on the page."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.records import State
from engine.settings import MnistSettings
from pages.ui.session import lab

LONG = MnistSettings(steps=20_000, batch_size=10, eval_size=20, conv1_features=2, conv2_features=2, dense_size=4)


@pytest.fixture(scope="module", autouse=True)
def close_the_lab():
    yield
    lab().close()
    lab.clear()


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
    assert (steps.value, steps.max) == (300, 300)
    press(app, "Train")
    assert lab().watch(run_of(app)).settings.steps == 300
    assert lab().watch(run_of(app)).state in (State.QUEUED, State.RUNNING)
