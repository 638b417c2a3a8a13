"""The MNIST page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import os
import signal
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.records import Run, State
from engine.rules import rules_of
from engine.settings import MnistSettings
from pages.ui import run_record
from pages.ui.controls import label
from pages.ui.session import lab
from tests.engine.mnist_files import small_arrays, write_idx
from tests.fakes import process_id


@pytest.fixture
def app():
    return AppTest.from_file("../../pages/mnist.py", default_timeout=60).run()


def button(app, name):
    return next(b for b in app.button if b.label == name)


def marked(app):
    """The presets that the settings equal."""
    presets = [b for b in app.button if " preset " in (b.key or "")]
    return [b.label for b in presets if b.proto.type == "secondary"]


def number(app, name):
    return next(n for n in app.number_input if n.label == label(name))


def values(app):
    """What every setting's widget shows, by its label."""
    return {widget.label: widget.value for widget in [*app.number_input, *app.selectbox]}


def bar(app):
    return next(element.proto.body for element in app.get("html") if "lab-bar" in element.proto.body)


def run_until(app, words, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not any(word in bar(app) for word in words):
        assert time.monotonic() < deadline, bar(app)
        time.sleep(0.2)
        app.run()
    assert not app.exception


def quick(app, **settings):
    for name, value in {"steps": 30, "eval_size": 20, "batch_size": 10, **settings}.items():
        number(app, name).set_value(value)
    return app


def run_id(app):
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


def shown_run(app):
    return lab().watch(run_id(app))


def test_it_opens_with_an_example_and_every_setting_at_its_default(app):
    assert not app.exception
    defaults = MnistSettings()
    assert values(app) == {label(name): getattr(defaults, name) for name in rules_of(MnistSettings)}
    assert any("A finished example" in caption.value for caption in app.caption)
    assert any("of all 1,000 test digits" in text.value for text in app.markdown)
    assert not button(app, "Train").disabled


def test_train_to_completed(app):
    button(quick(app), "Train").click().run()
    assert button(app, "Train").disabled
    run_until(app, ["Completed"])
    assert shown_run(app).settings == MnistSettings(steps=30, eval_size=20, batch_size=10)
    told = next(text.value for text in app.markdown if "of all 1,000 test digits are read right" in text.value)
    assert f"images/s in {shown_run(app).result['precision']}." in told
    assert not button(app, "Train").disabled
    assert "Stop" not in {b.label for b in app.button}


def test_stop(app):
    button(quick(app, steps=20_000), "Train").click().run()
    run_until(app, ["step "])
    button(app, "Stop").click().run()
    run_until(app, ["Stopped"])
    assert shown_run(app).state == State.STOPPED


def test_a_second_browser_sees_the_same_run_with_its_settings(app):
    button(quick(app, seed=7), "Train").click().run()
    second = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    second.query_params["run"] = run_id(app)
    second.run()
    run_until(second, ["Completed"])
    assert number(second, "seed").value == 7
    assert number(second, "steps").value == 30


def test_a_worker_that_dies_is_told_and_the_next_run_works(app):
    button(quick(app, steps=20_000), "Train").click().run()
    run_until(app, ["step "])
    os.kill(lab().call(process_id), signal.SIGKILL)
    run_until(app, ["Failed"])
    assert "worker process died" in bar(app)
    button(quick(app), "Train").click().run()
    run_until(app, ["Completed"])


def test_an_unknown_run_is_told_and_forgotten():
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    app.query_params["run"] = "0badf00d"
    app.run()
    assert [warning.value for warning in app.warning] == [
        "Run 0badf00d is not known here any more. It was deleted, or is on another computer."
    ]
    assert "run" not in app.query_params


def test_presets_set_every_setting_and_are_marked(app):
    assert marked(app) == ["The chapter"]
    button(app, "Tiny network").click().run()
    tiny = MnistSettings(**MnistSettings.presets["Tiny network"])
    assert values(app) == {label(name): getattr(tiny, name) for name in rules_of(MnistSettings)}
    assert marked(app) == ["Tiny network"]
    number(app, "steps").set_value(77).run()
    assert marked(app) == []


def test_only_what_a_visitor_did_not_set_is_written_to_the_browser(app):
    app.run()
    assert {n.label for n in app.number_input if n.proto.set_value} == set()
    button(app, "Tiny network").click().run()
    assert number(app, "steps").proto.set_value
    number(app, "steps").set_value(77).run()
    # What is written takes the place of what was entered since the script began.
    assert {n.label for n in app.number_input if n.proto.set_value} == set()


def test_a_truncated_data_file_fails_the_run_with_its_sentence(tmp_path, monkeypatch):
    write_idx(tmp_path, small_arrays())
    images = tmp_path / "train-images-idx3-ubyte.gz"
    images.write_bytes(images.read_bytes()[:-1000])
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    lab().close()
    lab.clear()
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60).run()
    button(app, "Train").click().run()
    run_until(app, ["Failed"])
    assert "train-images-idx3-ubyte.gz is not a whole gzip file" in bar(app)
    assert not button(app, "Train").disabled
    lab().close()
    lab.clear()


def test_the_precision_of_a_run_is_told_by_its_result_else_by_what_would_be_taken_here(monkeypatch):
    run = Run("a", MnistSettings(), State.STOPPED, 0, 1.0, "", ())
    for fast in (True, False):
        monkeypatch.setattr(run_record, "cpu_has_bfloat16", lambda fast=fast: fast)
        assert run_record.run_precision(run) == ("bfloat16" if fast else "float32")
        assert run_record.run_precision(replace(run, settings=MnistSettings(precision="float32"))) == "float32"
        assert run_record.run_precision(replace(run, result={"precision": "bfloat16"})) == "bfloat16"
