"""Steering, comparing and taking away runs on the MNIST page, in AppTest. The lab and its worker are real."""

import errno
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import WorkerError
from engine.events import Mark, Progress
from engine.history import points
from engine.records import State
from engine.settings import MnistSettings
from engine.sources.locate import cache_folder
from pages.ui import chart_files, take_away
from pages.ui.session import lab

TINY = {"batch_size": 10, "eval_size": 20, "conv1_features": 2, "conv2_features": 2, "dense_size": 4}
LONG = MnistSettings(steps=20_000, eval_every=50, **TINY)
SHORT = MnistSettings(steps=40, **TINY)


@pytest.fixture(autouse=True)
def nothing_left_running():
    yield
    for record in lab().runs.all():
        lab().stop(record.id)


@pytest.fixture(scope="module")
def done():
    """A completed run."""
    run_id = lab().start(SHORT)
    assert lab().wait(run_id, 150).state == State.COMPLETED
    wait_until(lambda: lab().runs.get(run_id).written)
    return run_id


def page(run_id, tab="What to notice", **query):
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    for name, value in {"run": run_id, "mnist_tab": tab, **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def button(app, name):
    return next(b for b in app.button if b.label == name)


def wait_until(condition, timeout_s=150):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def in_state(run_id, state):
    wait_until(lambda: lab().watch(run_id).state == state)


def paused():
    run_id = lab().start(LONG)
    wait_until(lambda: lab().watch(run_id).events)
    app = page(run_id)
    button(app, "Pause").click().run()
    in_state(run_id, State.PAUSED)
    return run_id, app.run()


def htmls(app):
    return [element.proto.body for element in app.get("html")]


def steps_done(run_id):
    return max(event.step for event in lab().watch(run_id).events if isinstance(event, Progress))


def losses(run_id):
    return [p.metrics["test_loss"] for p in points(lab().watch(run_id).events)]


def test_a_run_with_pauses_and_single_steps_gives_the_losses_of_one_without():
    run_id = lab().start(SHORT)
    # Before its first event: so short a run would be over when a button is pressed.
    wait_until(lambda: lab().runs.get(run_id).worker)
    lab().pause(run_id)
    in_state(run_id, State.PAUSED)
    for step in (1, 2):
        button(page(run_id), "Step").click().run()
        wait_until(lambda step=step: steps_done(run_id) == step)
    button(page(run_id), "Resume").click().run()
    assert lab().wait(run_id, 150).state == State.COMPLETED
    straight = lab().start(SHORT)
    assert lab().wait(straight, 150).state == State.COMPLETED
    assert losses(run_id) == pytest.approx(losses(straight), rel=1e-4)
    assert [p.step for p in points(lab().watch(run_id).events)] == [*range(0, 41, 5)]


def test_the_network_of_the_step_at_which_a_run_is_paused_can_be_read_and_taken_away():
    run_id, app = paused()
    for _ in range(2):
        assert lab().watch(run_id).newest_weights == ("latest", steps_done(run_id))
        assert [name for name, _ in lab().watch(run_id).kept].count("latest") == 1
        lab().step(run_id)
        before = steps_done(run_id)
        wait_until(lambda before=before: lab().watch(run_id).newest_weights == ("latest", before + 1))
    app = page(run_id, "Take away")
    app.segmented_control(key=f"reader {run_id}").set_value("The shown run").run()
    captions = [caption.value for caption in app.caption]
    assert f"The shown run, after step {steps_done(run_id):,}; the next stroke is read by its newest state." in captions
    assert any(f"loads it, as of step {steps_done(run_id):,}." in caption for caption in captions)
    assert not app.exception


def test_a_new_learning_rate_is_marked_and_told():
    run_id, app = paused()
    rate = next(n for n in app.number_input if n.label == "Learning rate" and n.proto.form_id)
    rate.set_value(0.0125)
    button(app, "Change").click().run()
    assert not app.exception
    button(app, "Resume").click().run()
    wait_until(lambda: any(isinstance(event, Mark) for event in lab().watch(run_id).events))
    app.run()
    assert [e.text for e in lab().watch(run_id).events if isinstance(e, Mark)] == ["learning rate 0.0125"]
    assert any("Now 0.0125" in caption.value for caption in app.caption)


def test_a_queued_run_cannot_be_paused_and_a_running_one_not_stepped():
    first, second = lab().start(LONG), lab().start(LONG)
    in_state(first, State.RUNNING)
    assert button(page(second), "Pause").disabled
    assert button(page(first), "Step").disabled


def test_rewind_starts_the_same_settings_again_and_stops_what_ran():
    run_id = lab().start(LONG)
    in_state(run_id, State.RUNNING)
    app = page(run_id)
    button(app, "Rewind").click().run()
    value = app.query_params["run"]
    again = value if isinstance(value, str) else value[0]
    assert again != run_id
    assert lab().watch(run_id).state == State.STOPPED
    assert lab().watch(again).settings == LONG


def test_a_button_counts_though_its_page_is_just_to_be_drawn_anew():
    def watched():
        import streamlit as st

        from pages.ui.live import live_view
        from pages.ui.session import lab

        live_view(st.session_state.pop("as it was", None) or lab().watch(st.query_params["run"]), lambda run: None)

    run_id = lab().start(LONG)
    in_state(run_id, State.RUNNING)
    app = AppTest.from_function(watched, default_timeout=60)
    app.query_params["run"] = run_id
    app.run()
    app.session_state["as it was"] = lab().watch(run_id)
    lab().stop(run_id)
    button(app, "Rewind").click().run()
    assert app.query_params["run"] not in (run_id, [run_id])


def test_two_runs_are_pinned_compared_named_and_deleted(done):
    other = lab().start(MnistSettings(steps=20, seed=5, **TINY))
    assert lab().wait(other, 150).state == State.COMPLETED
    app = page(done, "Compare")
    assert any("Nothing is ticked yet" in caption.value for caption in app.caption)
    for run_id in (done, other):
        next(box for box in app.checkbox if box.key == f"pin {run_id}").check().run()
    table = next(html for html in htmls(app) if "lab-compare" in html)
    assert table.count('<th scope="row">') == 2
    assert all(f'<th scope="col">{name}</th>' in table for name in ("Steps", "Seed", "Test accuracy"))
    next(box for box in app.text_input if box.key == f"name of {other}").set_value("Five <b>")
    next(b for b in app.button if b.label == "Rename" and other in b.key).click().run()
    assert lab().watch(other).name == "Five <b>"
    assert "Five &lt;b&gt;" in next(html for html in htmls(app) if "lab-compare" in html)
    app.checkbox(key=f"sure to delete {other}").check().run()
    app.button(key=f"delete {other}").click().run()
    assert not app.exception
    assert lab().watch(other) is None
    assert next(html for html in htmls(app) if "lab-compare" in html).count('<th scope="row">') == 1


def test_what_can_be_taken_away_of_a_run_and_of_the_example(done):
    labels = {b.proto.label for b in page(done, "Take away").get("download_button")}
    assert labels == {"Network (.keras)", "History (.csv)", "Program (.py)"}
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60)
    app.query_params["mnist_tab"] = "Take away"
    app.run()
    assert {b.proto.label for b in app.get("download_button")} == labels - {"Network (.keras)"}
    assert any("train a network first" in caption.value for caption in app.caption)


def test_a_network_that_cannot_be_written_is_told_and_can_be_tried_again(done, monkeypatch):
    def fail(*_arguments, **_options):
        raise WorkerError("The worker process died; it is being started again.")

    take_away._written.clear()
    with monkeypatch.context() as patched:
        patched.setattr(lab(), "call", fail)
        app = page(done, "Take away")
        assert any("The worker process died" in caption.value for caption in app.caption)
        assert "Network (.keras)" not in {b.proto.label for b in app.get("download_button")}
    button(app, "Try again").click().run()
    assert "Network (.keras)" in {b.proto.label for b in app.get("download_button")}


def run_folder(run_id) -> Path:
    return cache_folder() / "runs" / run_id


def test_weights_that_were_cut_off_or_deleted_are_told_and_the_rest_goes_on(done):
    run_id = lab().start(SHORT)
    assert lab().wait(run_id, 150).state == State.COMPLETED
    files = sorted(run_folder(run_id).glob("weights-*.npz"))
    for file in files:
        file.write_bytes(file.read_bytes()[:100])
    app = page(run_id, "Take away")
    assert any("is damaged; train again" in caption.value for caption in app.caption)
    for file in files:
        file.unlink()
    app = page(run_id, "Take away")
    assert any("train again" in caption.value for caption in app.caption)
    assert "History (.csv)" in {b.proto.label for b in app.get("download_button")}


def test_a_run_whose_history_is_gone_is_shown_without_curves(done):
    run_id = lab().start(SHORT)
    assert lab().wait(run_id, 150).state == State.COMPLETED
    wait_until(lambda: (run_folder(run_id) / "events.jsonl").exists() and lab().runs.get(run_id).written)
    (run_folder(run_id) / "events.jsonl").unlink()
    lab().runs.get(run_id).events = None
    app = page(run_id, "Compare", mnist_pins=run_id)
    assert any("have no curves" in caption.value for caption in app.caption)
    assert not page(run_id, "Take away").exception


def test_a_full_disk_is_told_and_the_run_completes(done, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("write_head", "append_events", "write_arrays"):
        monkeypatch.setattr(f"engine.archive.Archive.{name}", full)
    run_id = lab().start(SHORT)
    assert lab().wait(run_id, 150).state == State.COMPLETED
    wait_until(lambda: "not saved" in lab().runs.get(run_id).remark)
    bar = next(html for html in htmls(page(run_id)) if "lab-bar" in html)
    assert "Completed" in bar
    assert "This run is not saved (No space left on device)" in bar
    app = page(run_id, "Take away")
    assert any("no weights to take" in caption.value for caption in app.caption)


def test_runs_their_names_and_their_comparison_survive_a_restart_of_the_app(done):
    lab().runs.rename(done, "Before the restart")
    lab().close()
    lab.clear()
    app = page(done, "Compare", mnist_pins=done)
    assert any(box.label == "Before the restart" and box.value for box in app.checkbox)
    assert "Before the restart" in next(html for html in htmls(app) if "lab-compare" in html)
    assert len(points(lab().watch(done).events)) == 9
    assert lab().runs.arrays(done, "weights")["0"].shape == (4, 4, 1, 2)


def test_the_name_of_a_run_is_no_markup_in_a_chart_that_is_saved(monkeypatch):
    sent = {}
    monkeypatch.setattr(chart_files, "_component", lambda key, data: sent.update(data))
    monkeypatch.setattr(chart_files, "served_plotly", lambda: "plotly.js")
    title = '<a href="https://example.org">Press</a> & <b>go</b>: loss'
    chart_files.chart_files([chart_files.ChartFile("Loss", title, "loss", {"data": [], "layout": {}})], key="files")
    (chart,) = sent["charts"]
    assert chart["heading"] == '&lt;a href="https://example.org"&gt;Press&lt;/a&gt; &amp; &lt;b&gt;go&lt;/b&gt;: loss'
    # In the name of a button, and of a page, nothing is markup.
    assert chart["title"] == title
