"""The fine-tuning page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import io
import time
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from engine.events import Predictions
from engine.records import Run, State
from engine.settings import FineTuningSettings, PrepareSettings
from pages.ui.controls import label
from pages.ui.session import lab
from pages.ui.tune_code import tune_code
from pages.ui.tune_section import before_after_html
from pages.ui.tune_words import names_of
from tests.pages.test_mnist import button, marked

QUICK = {"per_class": 4, "size": 32, "head_steps": 4, "tune_steps": 3, "test_images": 20, "batch_size": 8, "blocks": 1}


@pytest.fixture
def app():
    return AppTest.from_file("../../pages/fine_tuning.py", default_timeout=90).run()


def picture(seed, size=(40, 48)):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def zip_of(classes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, pictures in classes.items():
            for number, content in enumerate(pictures):
                archive.writestr(f"{name}/{number}.png", content)
    return buffer.getvalue()


def bars(app):
    return " ".join(element.proto.body for element in app.get("html") if "lab-bar" in element.proto.body)


def run_until(app, words, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while words not in bars(app):
        assert time.monotonic() < deadline, bars(app)
        time.sleep(0.2)
        app.run()
    assert not app.exception


def settings(app, **values):
    for name, value in values.items():
        next(n for n in app.number_input if n.label == label(name)).set_value(value)
    return app


def markdown(app):
    return " ".join(text.value for text in app.markdown)


def test_it_opens_with_a_finished_example(app):
    assert not app.exception
    assert any("A finished example" in caption.value for caption in app.caption)
    assert "of 2,000 test pictures are named right" in markdown(app)
    assert marked(app) == [next(iter(FineTuningSettings.presets))]
    assert not button(app, "Prepare dataset").disabled
    assert not button(app, "Fine-tune").disabled


def test_prepare_a_zip_then_fine_tune_on_it_to_completed(app):
    classes = {"Mug": [picture(n) for n in range(6)], "Plant": [picture(n) for n in range(10, 16)]}
    app.get("file_uploader")[0].set_value(("mine.zip", zip_of(classes), "application/zip")).run()
    button(app, "Prepare dataset").click().run()
    run_until(app, "Completed")
    assert "12 files of 2 classes" in markdown(app)
    button(app, "Check every file").click().run()
    assert not app.exception
    assert "the smallest class of the training set has 100% of the largest" in markdown(app)
    app.get("button_group")[0].set_value("The prepared folder").run()
    button(settings(app, **QUICK), "Fine-tune").click().run()
    run_until(app, "Completed", 180)
    deadline = time.monotonic() + 120
    while "test pictures are named right" not in markdown(app):
        assert time.monotonic() < deadline, bars(app)
        time.sleep(0.3)
        app.run()
    assert "of 2 test pictures are named right" in markdown(app)


def test_two_visitors_who_prepare_the_same_share_a_run(app, monkeypatch):
    # It waits for ever.
    monkeypatch.setattr("engine.runs.Runs.take_startable", lambda *_: [])
    button(app, "Prepare dataset").click().run()
    other = AppTest.from_file("../../pages/fine_tuning.py", default_timeout=90).run()
    button(other, "Prepare dataset").click().run()
    assert not other.exception
    assert "Queued" in bars(other)
    assert other.query_params["run"] == app.query_params["run"]
    (run,) = [record for record in lab().runs.all() if record.active and record.settings == PrepareSettings()]
    lab().stop(run.id)


def test_what_a_method_does_not_use_is_greyed(app):
    def greyed():
        return {field.label for field in (*app.number_input, *app.selectbox) if field.disabled}

    assert greyed() == set()
    method = next(box for box in app.selectbox if box.label == "Method")
    method.set_value("head").run()
    assert greyed() == {"Blocks", "Tune steps"}
    method.set_value("scratch").run()
    assert greyed() == {"Backbone", "Size", "Blocks"}


def test_a_backbone_whose_weights_are_not_here_says_where_they_come_from(app):
    backbone = next(box for box in app.selectbox if box.label == "Backbone")
    assert not app.warning
    backbone.set_value("mobilenet_v2").run()
    assert "MobileNetV2's weights are not here: put Keras's mobilenet_v2_weights" in app.warning[0].value
    backbone.set_value("inception_v3").run()
    assert app.warning[0].value == "Inception v3's weights are not here: Home can download them."


def test_stop(app):
    button(settings(app, **{**QUICK, "head_steps": 20_000}), "Fine-tune").click().run()
    run_until(app, "Running")
    button(app, "Stop").click().run()
    run_until(app, "Stopped")


def test_a_zip_that_leads_out_of_its_folder_fails_in_words(app):
    app.get("file_uploader")[0].set_value(("mine.zip", zip_of({"../evil": [b""]}), "application/zip")).run()
    button(app, "Prepare dataset").click().run()
    run_until(app, "Failed")
    assert "leads out of its folder" in bars(app)


def test_the_code_freezes_what_a_run_freezes():
    frozen = {
        "mobilenet_v2": '.startswith("block_11_")',
        "inception_v3": ' == "mixed5"',
        "efficientnet_v2_b0": '.startswith("block6c_")',
    }
    for backbone, last in frozen.items():
        assert f"layer.name{last})" in tune_code(FineTuningSettings(backbone=backbone, blocks=5))


def test_classes_of_a_folder_that_is_gone_have_numbers():
    gallery = Predictions(0, np.zeros((1, 2, 2, 3), np.uint8), np.array([2]), np.array([1]), np.full((1, 3), 1 / 3))
    run = Run("x", FineTuningSettings(folder="/gone"), State.RUNNING, 0, 1.0, "", (gallery,))
    assert names_of(run) == ["class 0", "class 1", "class 2"]
    assert "class 2" in before_after_html(run)


def test_the_learning_curve_says_what_it_cannot_start(app, monkeypatch):
    app.query_params["tuning_tab"] = "Learning curve"
    settings(app, head_steps=5_001).run()
    assert not app.exception
    assert any("head_steps is 5,001, of which a network from scratch gets 4 times" in c.value for c in app.caption)
    settings(app, head_steps=300).run()
    monkeypatch.setenv("CNN_LAB_MAX_HEAD_STEPS", "200")
    next(b for b in app.button if b.label.startswith("Run these")).click().run()
    assert not app.exception
    assert "head_steps is 300, but may be at most 200 here" in app.error[0].value
    assert next(b for b in app.button if b.label.startswith("Run these"))


def test_the_learning_curve_learns_from_what_the_form_says_and_not_from_the_folder_of_the_shown_run(monkeypatch):
    monkeypatch.setattr("pages.ui.learning_curve._start_next", lambda: None)
    with lab().runs.changed:
        run_id = lab().runs.add(FineTuningSettings(folder="/of/somebody/else", **QUICK), "somebody else")
        lab().runs.get(run_id).end(State.STOPPED)
    app = AppTest.from_file("../../pages/fine_tuning.py", default_timeout=90)
    app.query_params.update({"run": run_id, "tuning_tab": "Learning curve"})
    app.run()
    assert not app.exception
    assert next(n for n in app.number_input if n.label == "Head steps").value == QUICK["head_steps"]
    next(b for b in app.button if b.label.startswith("Run these")).click().run()
    assert {settings.folder for settings in app.session_state["curve runs to do"]} == {""}


def test_the_preset_of_a_run_on_a_folder_is_marked():
    with lab().runs.changed:
        run_id = lab().runs.add(FineTuningSettings(folder="/of/somebody/else"), "somebody else")
        lab().runs.get(run_id).end(State.STOPPED)
    app = AppTest.from_file("../../pages/fine_tuning.py", default_timeout=90)
    app.query_params["run"] = run_id
    assert marked(app.run()) == [next(iter(FineTuningSettings.presets))]


def classes_page():
    from pages.ui.own_classes import own_classes

    own_classes()


def test_files_of_own_classes_that_cannot_be_used_are_said_at_once_and_not_counted():
    app = AppTest.from_function(classes_page, default_timeout=60).run()
    files = [("fake.png", b"text"), ("a.png", picture(1)), ("empty.png", b""), ("b.png", picture(2))]
    app.get("file_uploader")[0].set_value([(name, content, "image/png") for name, content in files]).run()
    said = [caption.value for caption in app.caption]
    assert "2 of 4 files can be used:" in said
    assert "0 pictures" in said
    assert any(text.startswith("You have 2 pictures of 1 class.") for text in said)
    refused = [text for text in said if "broken_image" in text]
    assert ["fake" in text for text in refused] == [True, False]
    assert len(refused) == 2
    button(app, "Train on my classes").click().run()
    assert "Class 2" in app.error[0].value
    app.get("file_uploader")[1].set_value([("c.png", picture(3), "image/png")]).run()
    assert "1 picture" in [caption.value for caption in app.caption]
    assert any("You have 3 pictures of 2 classes." in caption.value for caption in app.caption)
