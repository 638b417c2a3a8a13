"""What pages draw from data: charts, galleries, networks, code."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import plotly.graph_objects as go
import pytest

from engine.convolution import convolve
from engine.events import Predictions, Progress
from engine.models.layers import mnist_layers
from engine.records import Run, State
from engine.settings import CifarSettings, MnistSettings
from engine.sliding import Sliding
from pages.ui.activation_curves import curves_chart
from pages.ui.charts import MAX_POINTS, accuracy_chart, loss_chart
from pages.ui.code import convolution_code, mnist_code
from pages.ui.gallery import gallery_html
from pages.ui.live import bar_html, duration, roughly
from pages.ui.network_diagram import network_svg
from pages.ui.percent import how_sure, percent
from pages.ui.schedule_chart import schedule_chart


def point(step, train, test):
    names = {"train_loss": train, "test_loss": test, "train_accuracy": train, "test_accuracy": test}
    return Progress(step, 100, {name: value for name, value in names.items() if value is not None})


HISTORY = [point(0, None, 0.1), point(5, 0.3, 0.25), point(10, 0.5, 0.625)]


@pytest.mark.parametrize("draw", [loss_chart, accuracy_chart])
@pytest.mark.parametrize("history", [[], HISTORY], ids=["empty", "some"])
def test_plotly_accepts_the_figures(draw, history):
    figure = go.Figure(draw(history, 100, "a run"))
    assert figure.layout.xaxis.range == (0, 100)


def test_each_line_begins_where_it_was_first_measured():
    train, test = accuracy_chart(HISTORY, 100, "r")["data"]
    assert (train["x"], train["y"]) == ([5, 10], [0.3, 0.5])
    assert (test["x"], test["y"]) == ([0, 5, 10], [0.1, 0.25, 0.625])
    assert (train["line"].get("dash"), test["line"]["dash"]) == (None, "dash")


def test_labels_stand_at_the_ends_and_apart():
    annotations = accuracy_chart(HISTORY, 100, "r")["layout"]["annotations"]
    labels = {a["text"].partition("</b> ")[2]: a for a in annotations}
    assert set(labels) == {"train 50.0%", "test 62.5%"}
    # Only the piece of the line has its colour: the words have the page's, which can be read on light and dark.
    assert all("color" not in a["font"] for a in annotations)
    assert labels["test 62.5%"]["yshift"] > 0 > labels["train 50.0%"]["yshift"]


def test_a_loss_that_explodes_leaves_a_gap_and_keeps_the_axis():
    figure = loss_chart([*HISTORY, point(15, math.nan, 1e30)], 100, "r")
    assert figure["data"][0]["y"][-1] is None
    assert figure["layout"]["yaxis"]["range"][1] <= 21


def test_long_runs_are_thinned_and_keep_their_last_point():
    x = loss_chart([point(step, 1.0, 1.0) for step in range(5000)], 5000, "r")["data"][0]["x"]
    assert len(x) <= MAX_POINTS
    assert x[-1] == 4999
    assert x == sorted(x)


def test_wrong_predictions_are_marked_by_a_word():
    predictions = Predictions(
        5,
        np.zeros((3, 28, 28), np.uint8),
        np.array([1, 2, 3], np.int32),
        np.array([1, 7, 3], np.int32),
        np.array([[0.9] * 10, [0.4] * 10, [math.nan] * 10], np.float32),
    )
    html = gallery_html(predictions, "0123456789")
    assert re.findall(r'<figure class="lab-(\w+)">', html) == ["right", "wrong", "right"]
    assert "✗ wrong, 40%" in html
    assert "no number" in html
    assert html.count('alt="Test image of ') == 3


def test_the_network_is_well_formed_and_to_scale():
    html = network_svg(mnist_layers(MnistSettings()))
    svg = ET.fromstring(re.search(r"<svg.*</svg>", html)[0])
    boxes = svg.findall("rect")
    assert [float(box.get("height")) for box in boxes[:5]] == [84, 84, 42, 42, 21]
    assert "266,585 parameters" in html


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (3599.6, "1 h 0 min"), (9000, "2 h 30 min")]
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (9.4, "9 s"), (52, "50 s"), (58, "1 min"), (500, "8 min"), (3590, "1.0 h"), (9000, "2.5 h")],
)
def test_guessed_durations(seconds, words):
    assert roughly(seconds) == words


def bar(state, events=(), reason="", place=0):
    return bar_html(Run("id", MnistSettings(), state, place, 10.0, reason, tuple(events)))


def test_the_bar_tells_step_speed_and_time_left():
    html = bar(State.RUNNING, [Progress(100, 500, {"examples_per_second": 4321.0}), Progress(125, 500, {})])
    assert all(words in html for words in ("Running", "step 125 of 500", "4,321 images/s", "30 s left"))
    assert 'aria-valuenow="25"' in html


def test_the_bar_tells_place_and_reason_and_escapes_it():
    assert "place 2 in the queue" in bar(State.QUEUED, place=2)
    assert "starting" in bar(State.RUNNING)
    assert "&lt;b&gt;" in bar(State.FAILED, reason="<b>")


def test_the_code_on_the_page_runs_and_learns():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 60)
    x = (rng.random((60, 28, 28, 1)) * 0.2 + y[:, None, None, None] * 0.8).astype(np.float32)
    settings = MnistSettings(steps=30, batch_size=20, conv1_features=2, conv2_features=2, dense_size=8)
    names = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    code = mnist_code(settings)
    exec(code, names)
    assert names["network"].count_params() == sum(layer.parameters for layer in mnist_layers(settings))
    assert len(names["network"].history.epoch) == 10
    _, accuracy = names["network"].evaluate(x, y, verbose=0)
    assert accuracy > 0.9


@pytest.mark.parametrize("padding", ["valid", "same", 0, 2])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(3, 2, 1), (2, 1, 1), (3, 1, 2)])
def test_the_code_of_a_convolution_computes_what_the_page_shows(padding, transposed, kernel, stride, dilation):
    sliding = Sliding(kernel, stride, padding, 1 if transposed else dilation, transposed)
    rng = np.random.default_rng(0)
    x, kernels = rng.normal(size=(7, 7, 2)), rng.normal(size=(kernel, kernel, 2, 3))
    bias = rng.normal(size=3)
    names = {name: value.astype(np.float32) for name, value in {"x": x[None], "kernels": kernels, "bias": bias}.items()}
    exec(convolution_code(sliding), names)
    np.testing.assert_allclose(names["y"][0], convolve(x, kernels, bias, sliding), rtol=1e-4, atol=1e-5)


def test_a_probability_is_neither_certain_nor_impossible():
    assert [percent(p) for p in (1.0, 0.996, 0.994, 0.05, 0.006, 0.004, 0.0)] == [
        *(">99%", ">99%", "99%", "5%", "1%", "<1%", "<1%")
    ]
    assert (percent(math.nan), how_sure(1.0), how_sure(0.31)) == ("no number", "over 99% sure", "31% sure")


def test_charts_say_what_is_on_their_axes_and_by_what_is_multiplied():
    assert curves_chart("relu")["layout"]["yaxis"]["title"]["text"] == "activation(x)"
    assert any("× 0.1 every 250 steps" in line["name"] for line in schedule_chart(CifarSettings())["data"])
