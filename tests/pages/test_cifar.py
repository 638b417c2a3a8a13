"""The CIFAR-10 page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.cifar_bugs import Trained
from engine.classifying import Named
from engine.preview import Preview
from engine.settings import CifarSettings
from pages.ui.augmentation_view import preview_html
from pages.ui.cifar_bugs import batches_chart, rates_chart
from pages.ui.classify_picture import named_html, overlay
from pages.ui.code import cifar_code
from pages.ui.controls import label
from pages.ui.schedule_chart import schedule_chart, spoken_schedule
from pages.ui.session import lab


@pytest.fixture(scope="module")
def app():
    return AppTest.from_file("../../pages/cifar.py", default_timeout=90).run()


@pytest.fixture(scope="module", autouse=True)
def close_the_lab():
    yield
    lab().close()
    lab.clear()


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
    assert any("of all 1,000 test pictures" in text.value and "stands in" in text.value for text in app.markdown)
    assert any("lab-kernels" in element.proto.body for element in app.get("html"))
    number(app, "steps").set_value(20_000)
    button(app, "Train").click().run()
    run_until(app, ["Running"])
    button(app, "Stop").click().run()
    run_until(app, ["Stopped"])


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
    assert "<b>frog</b>, 91 % sure" in html
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
