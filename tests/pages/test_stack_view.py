"""A whole stack in AppTest: with real workers, without TensorFlow in this process."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.receptive_field import Layer
from pages.ui.stack_address import Stack, stack_of, text_of
from pages.ui.stack_builder import _layer
from pages.ui.stack_drawing import cone_svg


def page():
    from pages.ui.stack_view import stack_view

    stack_view()


def open_page(**query):
    app = AppTest.from_function(page, default_timeout=90)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def html(app):
    return " ".join(element.proto.body for element in app.get("html"))


def data_of(app, component):
    """What a component was given."""
    for element in app.get("bidi_component"):
        if element.proto.component_name.endswith(component):
            return json.loads(element.proto.json)
    raise AssertionError(f"no {component} on the page")


def test_the_cat_is_an_egyptian_cat_and_its_maps_are_shown():
    app = open_page()
    assert "Egyptian cat" in html(app)
    assert "36%" in html(app)
    flow = data_of(app, "stack_flow")
    assert [item["label"] for item in flow["items"]] == ["Stem", *(f"Block {n}" for n in range(16)), "Head"]
    maps = data_of(app, "stack_maps")
    assert (maps["layer"], maps["field"], maps["jump"], maps["map_size"]) == ("block3_depthwise", 35, 8, 28)
    assert len(maps["order"]) == len(maps["kernels"]) == 144
    assert "stack" not in app.query_params


def test_the_address_opens_photograph_layer_and_map():
    app = open_page(stack="Coffee-block10_depthwise-17")
    assert "espresso" in html(app)
    maps = data_of(app, "stack_maps")
    assert (maps["layer"], maps["chosen"]) == ("block10_depthwise", 17)
    assert app.query_params["stack"] == "Coffee-block10_depthwise-17"


@pytest.mark.parametrize("address", ["", "-", "Nobody-block99-x", "Cat-block3_depthwise-144", "Cat-stem--1", "a-b-c-d"])
def test_a_senseless_address_opens_what_can_be_shown(address):
    app = open_page(stack=address)
    assert data_of(app, "stack_maps")["chosen"] is None


def test_another_convolution_and_photograph():
    app = open_page()
    app.segmented_control(key="stack part block3").set_value("Expand").run()
    assert data_of(app, "stack_maps")["layer"] == "block3_expand"
    app.pills(key="stack photograph").set_value("Coffee").run()
    assert data_of(app, "stack_maps")["layer"] == "block3_expand"
    assert app.query_params["stack"] == "Coffee-block3_expand"
    assert not app.exception


def test_a_picture_can_be_passed_in():
    def given():
        import numpy as np

        from pages.ui.stack_view import stack_view

        stack_view(np.zeros((3, 900, 3), np.uint8))

    app = AppTest.from_function(given, default_timeout=90).run()
    assert not app.exception
    assert [pills.label for pills in app.pills] == ["Start from"]
    assert len(data_of(app, "stack_maps")["order"]) == 144


def test_the_stack_of_ones_own_starts_with_the_chapters():
    app = open_page()
    assert app.dataframe[-1].value["Output"].tolist() == ["28×28×25", "14×14×25", "14×14×50", "7×7×50"]
    assert app.dataframe[-1].value["Sees"].tolist() == ["4 px", "5 px", "11 px", "13 px"]
    assert any("20,475 parameters" in caption.value for caption in app.caption)


def test_each_preset_works_and_what_does_not_fit_says_so():
    app = open_page()
    for preset in app.pills(key="stack preset").options:
        app.pills(key="stack preset").set_value(preset).run()
        assert not app.exception
        assert not app.error
    app.pills(key="stack preset").set_value("Dilated").run()
    by_label(app.selectbox, "Padding").set_value("valid").run()
    by_label(app.number_input, "Input size").set_value(16).run()
    assert [error.value.partition(":")[0] for error in app.error] == ["Layer 4"]


def by_label(widgets, label):
    return next(widget for widget in widgets if widget.label == label)


def test_the_address_holds_the_stack_of_ones_own():
    app = open_page()
    assert "layers" not in app.query_params
    app.pills(key="stack preset").set_value("Depthwise").run()
    by_label(app.number_input, "Input size").set_value(64).run()
    address = app.query_params["layers"]
    assert address == "64-32-same_depthwise-3-1-1-_conv-1-1-1-64_depthwise-3-2-1-"
    shared = open_page(layers=address)
    assert by_label(shared.number_input, "Input size").value == 64
    assert shared.dataframe[-1].value["Output"].tolist() == ["64×64×32", "64×64×64", "32×32×64"]
    assert shared.pills(key="stack preset").value is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "rubbish", "64-32", "64-32-full", "0-1-same", "64-x-same", "9-9-same_conv-3", "9-9-same_snow-3-1-1-1"),
        *("9-9-same_conv-0-1-1-1", "9-9-same_conv-3-1-1-9999999", "9-9-same" + "_conv-3-1-1-1" * 61),
    ],
)
def test_an_address_that_holds_no_stack_is_not_believed(text):
    assert stack_of(text) is None


def test_a_stack_comes_back_from_its_text():
    stack = Stack(28, 1, "valid", (("Convolution", 4, None, 1, 32), ("Pooling", 2, 2, 1, None)))
    assert stack_of(text_of(stack)) == stack


def test_what_a_row_leaves_empty_has_a_default():
    empty = {"layer": None, "kernel": None, "stride": np.nan, "dilation": pd.NA, "channels": None}
    assert _layer(empty, "same") == Layer("conv", 3, 1, 1, 16)
    assert _layer({**empty, "layer": np.nan}, "same").kind == "conv"
    assert _layer({**empty, "layer": "Pooling", "kernel": 2.0, "channels": 99}, "valid") == Layer(
        "pool", 2, 1, 1, 1, "valid"
    )


def test_the_cut_is_drawn_while_it_can_be_seen():
    assert cone_svg([Layer("conv", 3), Layer("conv", 3)], 28).count('fill="#0072B2"') == 5
    assert cone_svg([Layer("conv", 33)] * 3, 224) == ""
    assert cone_svg([], 28) == ""


def test_tensorflow_stays_out_of_the_process_that_draws():
    code = (
        "import sys; sys.path.insert(0, '.'); import pages.ui.stack_view; "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'torch', 'skimage', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
