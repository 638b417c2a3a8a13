"""The style transfer page in AppTest: load, run, stop, failure. The lab and its worker are real."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from engine.events import Mark, Progress, Snapshot
from engine.records import Run, State
from engine.style_settings import StyleSettings
from pages.ui import style_stage
from pages.ui.charts import MAX_POINTS
from pages.ui.controls import label
from pages.ui.picture_choice import photograph_file
from pages.ui.style_chart import rounded, style_chart
from pages.ui.style_code import style_code
from pages.ui.style_inputs import area_mask, memory_note
from pages.ui.style_stage import share_of_time
from tests.pages.test_mnist import bar, button, marked, run_until, shown_run


@pytest.fixture
def app():
    return AppTest.from_file("../../pages/style_transfer.py", default_timeout=60).run()


def number(app, name):
    return next(n for n in app.number_input if n.label == label(name))


def stylize(app, **settings):
    for name, value in settings.items():
        number(app, name).set_value(value)
    return button(app, "Stylize").click().run()


def captions(app):
    return " ".join(caption.value for caption in app.caption)


def test_it_opens_with_an_example_and_an_estimate(app):
    assert not app.exception
    assert "A finished example" in captions(app)
    assert "384 × 255 pixels take about" in captions(app)
    assert not button(app, "Stylize").disabled
    assert marked(app) == ["Oil paint"]


def test_stylize_to_completed_and_its_downloads(app):
    stylize(app, max_size=64, steps=3)
    assert button(app, "Stylize").disabled
    run_until(app, ["Completed"])
    run = shown_run(app)
    assert (run.settings.steps, run.settings.max_size) == (3, 64)
    assert {element.proto.label for element in app.get("download_button")} == {"PNG", "GIF", "MP4"}
    assert any("64 × 43 pixels in" in text.value for text in app.markdown)


def test_stop_keeps_the_picture_so_far(app):
    stylize(app, max_size=96, steps=5000)
    run_until(app, ["step "])
    button(app, "Stop").click().run()
    run_until(app, ["Stopped"])
    run = shown_run(app)
    assert run.state == State.STOPPED
    pictures = [event for event in run.events if isinstance(event, Snapshot)]
    assert len(pictures) > 0
    assert app.get("download_button")


def test_what_does_not_fit_is_said_before_and_refused(app, monkeypatch):
    monkeypatch.setattr("pages.ui.style_inputs.headroom", lambda: 400_000_000)
    monkeypatch.setattr("pages.ui.style_inputs._used", lambda _precision: "float32")
    big = StyleSettings(image=photograph_file("Astronaut"), max_size=2048)
    assert "At most 192 pixels fit: lower the max size" in memory_note(big)[1]
    number(app, "max_size").set_value(512).run()
    assert "pixels fit: lower the max size" in captions(app)
    assert button(app, "Stylize").disabled
    monkeypatch.setattr("pages.ui.style_inputs.headroom", lambda: 200_000_000)
    assert "No size fits" in memory_note(big)[1]


def weights(app):
    return {n.label: n.value for n in app.number_input if n.label.startswith("relu")}


def test_style_layers_are_chosen_from_a_list_and_each_has_its_number(app):
    layers = next(box for box in app.multiselect if box.label == "Style layers")
    assert " ".join(layers.value) == "relu1_1 relu1_2 relu2_1 relu2_2 relu3_1 relu3_3 relu4_1"
    assert set(weights(app)) == set(layers.value)
    next(n for n in app.number_input if n.label == "relu2_1").set_value(0.0).run()
    text = f"{StyleSettings.__name__}.style_layers"
    assert app.session_state[text] == "relu1_1:2 relu1_2:2 relu2_1:0 relu2_2 relu3_1 relu3_3:0.5 relu4_1:0.3"
    layers = next(box for box in app.multiselect if box.label == "Style layers")
    layers.set_value(["relu3_3", "relu5_1"]).run()
    assert weights(app) == {"relu3_3": 0.5, "relu5_1": 1}
    assert app.session_state[text] == "relu3_3:0.5 relu5_1"
    button(app, "The chapter").click().run()
    assert set(weights(app).values()) == {1}
    assert marked(app) == ["The chapter"]


def test_a_layer_that_is_none_disables_the_button_and_is_said(app):
    field = next(text for text in app.text_input if text.label == "Content layers")
    field.set_value("relu9_1").run()
    assert not app.exception
    assert button(app, "Stylize").disabled
    assert "content_layers names 'relu9_1', but must name layers of" in captions(app)


def test_a_style_layer_of_another_network_disables_the_button_and_is_said(app):
    next(box for box in app.selectbox if box.label == "Network").set_value("vgg19").run()
    next(box for box in app.multiselect if box.label == "Style layers").set_value(["relu1_1", "relu3_4"]).run()
    assert "style_layers names" not in captions(app)
    next(box for box in app.selectbox if box.label == "Network").set_value("vgg16").run()
    assert not app.exception
    assert button(app, "Stylize").disabled
    assert "style_layers names 'relu3_4', but must name layers of" in captions(app)


def test_a_run_whose_text_names_a_layer_twice_opens(app):
    settings = StyleSettings(style_layers="relu1_1 relu2_1:3, relu1_1:2")
    app.session_state[f"{StyleSettings.__name__}.style_layers"] = settings.style_layers
    app.run()
    assert not app.exception
    assert weights(app) == {"relu1_1": 2, "relu2_1": 3}


@pytest.mark.parametrize("how", ["weights", "layers"])
def test_the_form_stays_where_its_values_are_not_right_together(app, how):
    fields = len(app.number_input)
    if how == "weights":
        for name in ("Style weight", "Content weight"):
            next(field for field in app.number_input if field.label == name).set_value(0)
    else:
        next(text for text in app.text_input if text.label == "Content layers").set_value("foo")
    app.run()
    assert button(app, "Stylize").disabled
    assert len(app.number_input) == fields
    assert marked(app) == []
    button(app, "Quick").click().run()
    assert not button(app, "Stylize").disabled
    assert marked(app) == ["Quick"]


def test_what_only_adam_has_is_greyed_under_lbfgs(app):
    def greyed():
        return {field.label for field in (*app.number_input, *app.toggle) if field.disabled}

    assert greyed() == set()
    next(box for box in app.selectbox if box.label == "Optimizer").set_value("lbfgs").run()
    assert greyed() == {"Learning rate", "Beta 1", "Beta 2", "Decay"}


def test_vgg19_without_its_weights_fails_in_words(app):
    next(box for box in app.selectbox if box.label == "Network").set_value("vgg19")
    stylize(app, max_size=64, steps=3)
    run_until(app, ["Failed"])
    assert "VGG-19&#x27;s weights are not here: fetch them" in bar(app)


def test_masks_are_dark_and_bright_where_they_say():
    left = np.asarray(Image.open(io.BytesIO(area_mask("Left to right", (20, 30)))))
    assert left.shape == (20, 30)
    assert left[:, 0].max() == 0
    assert left[:, -1].min() == 255
    middle = np.asarray(Image.open(io.BytesIO(area_mask("Edge to middle", (21, 31)))))
    assert middle[10, 15] == 255
    assert middle[0, 0] == 0


def test_time_is_shared_out_by_pixels_and_ends_with_the_last_step():
    settings = StyleSettings(image=photograph_file("Cat"), steps=30, max_size=90)
    run = Run("x", settings, State.RUNNING, 0, 1.0, "", ())
    shares = [share_of_time(run, step, 30) for step in (0, 13, 30)]
    assert shares[0] == 0
    assert shares[1] < 0.2
    assert shares[2] == pytest.approx(1)


@pytest.mark.parametrize(("painted", "right"), [(False, "Photograph"), (True, "Painting")])
def test_a_photograph_is_called_a_painting_once_something_is_painted(monkeypatch, painted, right):
    shown = []
    monkeypatch.setattr(style_stage, "wipe", lambda *_pictures, names, **_place: shown.append(names))
    settings = StyleSettings(image=photograph_file("Cat"), max_size=90)
    events = (Snapshot(1, photograph_file("Cat")),) if painted else ()
    style_stage.draw_stage(Run("x", settings, State.RUNNING, 0, 1.0, "", events))
    assert shown == [("Photograph", right)]


def test_the_chart_has_three_lines_on_a_logarithmic_axis_and_a_rule_a_size():
    metrics = {"content_loss": 0.0, "style_loss": 2.0, "total_variation_loss": 0.1, "total_loss": 2.1}
    history = [Progress(1, 9, metrics), Progress(2, 9, {**metrics, "content_loss": 0.5})]
    figure = style_chart(history, [Mark(0, "a"), Mark(2, "b")], 9, "run")
    assert [line["y"] for line in figure["data"]] == [[0.5], [2, 2], [0.1, 0.1]]
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert figure["layout"]["yaxis"]["ticktext"] == ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [2]


def test_the_losses_of_many_steps_are_drawn_with_few_points_the_last_among_them():
    metrics = {"content_loss": 1.0, "style_loss": 2.0, "total_variation_loss": 0.1, "total_loss": 3.1}
    history = [Progress(step, 5_000, metrics) for step in range(1, 5_001)]
    for line in style_chart(history, [], 5_000, "run")["data"]:
        assert len(line["x"]) == len(line["y"]) <= MAX_POINTS
        assert line["x"][-1] == 5_000


def test_the_axis_of_the_losses_begins_at_a_thousandth_of_the_largest_total():
    losses = [(1e-6, 4.0, 1e-5), (0.5, 1.0, 2e-5), (0.6, 0.4, 2e-5)]
    names = ("content_loss", "style_loss", "total_variation_loss")
    history = [
        Progress(step, 9, {**dict(zip(names, values, strict=True)), "total_loss": sum(values)})
        for step, values in enumerate(losses, 1)
    ]
    figure = style_chart(history, [], 9, "run")
    low, high = figure["layout"]["yaxis"]["range"]
    assert low == pytest.approx(np.log10(0.004), abs=0.1)
    assert high == pytest.approx(np.log10(4), abs=0.1)
    assert all(low <= text["y"] <= high for text in figure["layout"]["annotations"])
    ends = [text["text"].partition("</b> ")[2] for text in figure["layout"]["annotations"]]
    assert ends == ["variation 2e-05", "style 0.4", "content 0.6"]
    assert style_chart([], [], 9, "run")["layout"]["yaxis"]["range"][0] < 0
    diverged = Progress(4, 9, dict.fromkeys((*names, "total_loss"), np.inf))
    assert style_chart([*history, diverged], [], 9, "run")["layout"]["yaxis"]["range"] == [low, high]


@pytest.mark.parametrize("preset", StyleSettings.presets)
def test_the_code_is_python_and_follows_the_settings(preset):
    settings = StyleSettings(**StyleSettings.presets[preset])
    code = style_code(settings)
    compile(code, "shown", "exec")


def test_numbers_are_written_as_one_reads_them():
    assert [rounded(value) for value in (6712.3, 0.28466, 0, 1.5e-7)] == ["6,710", "0.285", "0", "1.5e-07"]
    assert rounded(3021, 2) == "3,000"
