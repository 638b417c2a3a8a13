"""The CIFAR-10 page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import time
from dataclasses import asdict, replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.cifar_bugs import Trained, train_three
from engine.classifying import Named
from engine.events import ClassAccuracy
from engine.preview import Preview
from engine.settings import CifarSettings
from engine.standalone import program
from pages.ui import cifar_bugs
from pages.ui.augmentation_view import preview_html
from pages.ui.cifar_bugs import batches_chart, rates_chart
from pages.ui.cifar_files import cifar_program
from pages.ui.cifar_mistakes import example_answers, example_pictures
from pages.ui.cifar_stage import kinds_html
from pages.ui.classify_picture import named_html, overlay
from pages.ui.code import cifar_code
from pages.ui.controls import label
from pages.ui.schedule_chart import schedule_chart, spoken_schedule
from pages.ui.session import SharedLab, lab

completed = []
"""The run that the first test completes."""


@pytest.fixture(scope="module")
def app():
    return AppTest.from_file("../../pages/cifar.py", default_timeout=90).run()


def button(app, name):
    return next(b for b in app.button if b.label == name)


def number(app, name):
    return next(n for n in app.number_input if n.label == label(name))


def bar(app):
    return next(element.proto.body for element in app.get("html") if "lab-bar" in element.proto.body)


def run_until(app, words, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while not any(word in bar(app) for word in words):
        assert time.monotonic() < deadline, bar(app)
        time.sleep(0.2)
        app.run()
    assert not app.exception


def test_the_three_networks_of_the_bugs_are_trained_once_for_all(monkeypatch):
    asked = []
    monkeypatch.setattr(SharedLab, "call_long", lambda _lab, function, timeout_s: asked.append(function) or "three")
    cifar_bugs._trained.clear()
    assert [cifar_bugs._trained(data) for data in ("CIFAR-10", "CIFAR-10")] == ["three", "three"]
    assert asked == [train_three]
    cifar_bugs._trained.clear()


def test_it_opens_with_a_finished_example(app):
    assert not app.exception
    assert any("A finished example" in caption.value for caption in app.caption)
    assert any("of all 10,000 test pictures are named right" in text.value for text in app.markdown)
    assert any("Photo-10" in caption.value and "standing in for" in caption.value for caption in app.caption)
    assert not button(app, "Train").disabled


def test_train_to_completed_and_stop(app):
    tiny = {"steps": 8, "batch_size": 8, "width": 4, "eval_every": 4}
    for name, value in tiny.items():
        number(app, name).set_value(value)
    button(app, "Train").click().run()
    run_until(app, ["Completed"])
    completed.append(app.session_state["run of CifarSettings"])
    assert any("of all 1,000 test pictures" in text.value and "stands in" in text.value for text in app.markdown)
    assert any("lab-kernels" in element.proto.body for element in app.get("html"))
    number(app, "steps").set_value(20_000)
    button(app, "Train").click().run()
    run_until(app, ["Running"])
    button(app, "Stop").click().run()
    run_until(app, ["Stopped"])


def test_the_example_and_a_run_show_where_they_are_wrong(app):
    answers, pictures = example_answers(), example_pictures()
    assert pictures.shape == (len(answers.labels), 32, 32, 3) == (1000, 32, 32, 3)
    assert np.bincount(answers.labels).tolist() == [100] * 10
    assert 0.6 < answers.accuracy < 0.8
    # A run of Photo-10 was completed above; its pictures come from the worker.
    app.query_params["run"] = completed[0]
    app.query_params["cifar_tab"] = "Where it is wrong"
    app.run()
    assert not app.exception
    assert any("Of 1,000 test pictures" in caption.value for caption in app.caption)
    assert any(
        " of retina " in text.value or (" of " in text.value and " taken for " in text.value) for text in app.markdown
    )
    assert any("answer-cards" in element.proto.body for element in app.get("html"))


def test_the_kinds_are_told_apart_while_it_learns(app):
    run = lab().watch(completed[0])
    looks = [event for event in run.events if isinstance(event, ClassAccuracy)]
    learning = replace(run, result=None)
    assert "Validation pictures after step 8, kind by kind" in kinds_html(learning)
    assert [look.step for look in looks] == [0, 4, 8]
    assert "All 1,000 test pictures, kind by kind" in kinds_html(run)
    # The kinds keep their places.
    assert kinds_html(learning).index("astronaut") < kinds_html(learning).index("flower")


def test_the_program_of_the_run_holds_its_settings(app):
    text = cifar_program(lab().watch(completed[0]))
    compile(text, "run.py", "exec")
    assert "STEPS, BATCH_SIZE, EVAL_EVERY, SEED, WIDTH, PRECISION = 8, 8, 4, 0, 4, " in text
    assert "CONTRAST = 0.8" in text
    assert "Photo-10" in text
    assert "tarfile" not in text


@pytest.mark.parametrize("preset", CifarSettings.presets)
@pytest.mark.parametrize("whole", [True, False])
def test_the_program_is_about_120_lines_for_every_preset(preset, whole):
    values = asdict(CifarSettings(**CifarSettings.presets[preset]))
    text = program("cifar", values | {"learning_rates": {30: 0.01}, "whole_cifar": whole})
    compile(text, preset, "exec")
    assert len([line for line in text.splitlines() if line]) <= 115
    assert "#:" not in text
    assert "LEARNING_RATES = {30: 0.01}" in text


def test_a_damaged_archive_fails_the_run_in_a_sentence(app, tmp_path, monkeypatch):
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"no archive")
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    # The workers have their own environment, so this is about what the page itself reads.
    app.run()
    assert not app.exception
    monkeypatch.setenv("CNN_LAB_DATA", "/nowhere")
    app.run()
    assert any("must be an existing folder" in error.value for error in app.error)


def test_the_schedule_is_drawn_beside_the_chapters_two_readings():
    figure = schedule_chart(CifarSettings(schedule="cosine", steps=1_000))
    coded, counted, yours = (dict(zip(line["x"], line["y"], strict=True)) for line in figure["data"])
    assert set(coded.values()) == {0.1}
    assert counted[max(counted)] == pytest.approx(1e-4)
    assert yours[0] == 0.1
    assert yours[max(yours)] < 1e-6
    assert "0.05 at the middle" in spoken_schedule(CifarSettings(schedule="cosine", steps=1_000))


@pytest.mark.parametrize("preset", CifarSettings.presets)
def test_the_code_is_python_for_every_preset(preset):
    compile(cifar_code(CifarSettings(**CifarSettings.presets[preset])), preset, "exec")


def test_the_preview_shows_the_picture_and_twelve_tiles():
    tiles = np.zeros((12, 24, 24, 3), np.uint8)
    shown = Preview(np.zeros((32, 32, 3), np.uint8), "frog", tiles, tiles + 128)
    assert preview_html(shown, given=False).count("<img") == 13
    assert preview_html(shown, given=False) != preview_html(shown, given=True)


def test_a_named_picture_has_its_answer_and_ten_bars():
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[6] = 0.91
    looked = np.zeros((7, 7), np.float32)
    looked[0, 0] = 1
    named = Named(np.zeros((32, 32, 3), np.uint8), probabilities, {"block2": looked})
    picture = np.full((60, 60, 3), 100, np.uint8)
    html = named_html(picture, named, "block2", "")
    assert "<b>frog</b>, 91% sure" in html
    assert html.count("<i><b style") == 10
    assert overlay(picture, looked)[0, 0].sum() > overlay(picture, looked)[-1, -1].sum()
    assert "still loading" in named_html(picture, None, "block2", "still loading")


def test_the_mistakes_are_drawn():
    correct = np.arange(1_000) % 4 > 0
    losses = {"a": [2.3, 1.0], "b": [2.3, float("nan")], "c": [2.3, 0.5]}
    trained = Trained([8, 16], losses, correct, correct, "Photo-10")
    assert [line["y"] for line in rates_chart(trained)["data"]] == [[2.3, 1.0], [2.3, None], [2.3, 0.5]]
    chart = batches_chart(np.array([0.7, 0.7, 0.8]), 0.75)
    assert chart["data"][0]["y"] == [2, 1]
    assert chart["layout"]["shapes"][0]["x0"] == 0.75
