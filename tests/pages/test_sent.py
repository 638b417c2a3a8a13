"""Values of components and addresses may be anything: no page fails on them, and none is taken that is unusable."""

import contextlib
import math

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.demonstration import MOST_EDITS, demo_numbers, with_edits
from engine.errors import InvalidInput
from engine.filtering import parse_kernel
from engine.models.efficientnet_parts import parts
from engine.strokes import MAX_POINTS, parse_strokes
from pages.ui import address, channel_grid, convolution_stepper, draw_digit, kernel_editor, live_slider, pooling_view
from pages.ui import stack_flow as flow
from pages.ui import stack_maps as maps
from pages.ui.sent import LONGEST, sent, sent_number, sent_text

DEEP = [[]]
for _ in range(60):
    DEEP = [DEEP]

ANYTHING = [
    None, True, 0, -1, 10**400, 1e300, math.nan, math.inf, "", "9" * 6_000, "²", "-1", "x" * 100_000, "<script>",
    [], [[]], [1, "a"], [[1, 2], [3]], [["1"]], [[10**400]], [[math.nan]], DEEP, {}, {"map": 1}, {"layer": "stem"},
    {"layer": "stem", "map": "x"}, {"layer": "stem", "map": 10**400}, {"layer": [], "map": {}}, {"cell": []},
    {"edits": 5}, {"strokes": 5}, {"strokes": [{"points": [1, 2], "brush": 1}], "version": []}, ...,
]  # fmt: skip
anything = pytest.mark.parametrize("value", ANYTHING, ids=lambda value: repr(value)[:40])


@pytest.fixture
def send(monkeypatch):
    """Have every component have sent this value, and none be drawn."""

    def send(value):
        for module in (
            live_slider,
            convolution_stepper,
            kernel_editor,
            flow,
            maps,
            pooling_view,
            channel_grid,
            draw_digit,
        ):
            monkeypatch.setattr(module, "sent", lambda key, field: value)
            monkeypatch.setattr(module, "_component", lambda **shown: None, raising=False)

    return send


@anything
def test_a_slider_stands_within_its_bounds(send, value):
    send(value)
    assert 3 <= live_slider.Slider("Size", "side", 7, 3, 9).value <= 9


@anything
def test_the_stepper_did_something_or_nothing(send, value):
    send(value)
    assert isinstance(convolution_stepper.stepper_work(), dict)


@anything
def test_a_kernel_is_usable_or_none(send, value):
    send(value)
    text = kernel_editor.edited_kernel()
    assert text is None or parse_kernel(text).ndim == 2


@anything
def test_a_group_of_layers_is_one_that_there_is(send, value):
    send(value)
    pictures = {part.group: "" for part in parts()}
    assert flow.stack_flow("", pictures, "stem") in pictures


@anything
def test_a_feature_map_is_one_that_there_is(send, value):
    send(value)
    stem = next(part for part in parts() if part.name == "stem")
    kept = type("Maps", (), {"atlas": "", "columns": 8, "low": 0.0, "high": 1.0})()
    kept.peaks, kept.places, kept.kernels = np.zeros(32), np.zeros((32, 2), int), np.zeros((32, 1))
    assert maps.stack_maps("", stem, kept, 3) in (None, *range(32))


@anything
def test_an_edited_feature_map_is_remembered_only_if_it_can_be_used(send, value, monkeypatch):
    kept = []
    monkeypatch.setattr(pooling_view, "remember", lambda name, text, default: kept.append(text))
    send(value)
    pooling_view._edited()
    assert all(parse_kernel(text).ndim == 2 for text in kept)


@anything
def test_a_channel_is_one_of_those_shown(send, value):
    send(value)
    assert channel_grid.channel_grid([{"channel": 5, "label": "5", "src": ""}], key="g") in (None, 5)


@anything
def test_a_drawing_is_read_or_refused(send, value):
    send(value)
    drawing = draw_digit._drawing()
    assert isinstance(drawing["version"], int)
    with contextlib.suppress(InvalidInput):
        parse_strokes(drawing["strokes"])


@anything
def test_what_is_sent_is_a_number_or_a_text_or_nothing(value):
    assert sent_number(value, 0, 9) in (None, *range(10))
    text = sent_text(value)
    assert text is None or len(text) <= LONGEST


@anything
def test_a_component_may_have_any_state(value, monkeypatch):
    monkeypatch.setattr(st, "session_state", {"key": value})
    sent("key", "field")


@anything
def test_an_address_may_hold_anything(value, monkeypatch):
    monkeypatch.setattr(st, "query_params", {"edits": value})
    assert len(address.recall("edits")) <= LONGEST


def test_too_many_points_are_not_looked_at_one_by_one():
    with pytest.raises(InvalidInput, match="points"):
        parse_strokes([{"brush": 5, "points": [object()] * (2 * MAX_POINTS + 2)}])


@pytest.mark.parametrize("text", ["x0.0.0=" + "1" * 2_000_000, "x" + "0." * 1_000_000, "x0.0.0=1e" + "9" * 100_000])
def test_a_long_edit_changes_nothing_and_takes_no_time(text):
    numbers = demo_numbers(0, 5, 3, 2, 3)
    np.testing.assert_array_equal(with_edits(numbers, text).volume, numbers.volume)


def test_only_so_many_edits_count():
    numbers = demo_numbers(0, 5, 3, 2, 3)
    assert with_edits(numbers, "x0.0.0=7," * MOST_EDITS + "x0.0.0=9").volume[0, 0, 0] == 7


def test_a_link_cannot_write_on_the_page():
    with pytest.raises(InvalidInput) as told:
        parse_kernel("[a prize](https://example.com)")
    assert "example.com" not in str(told.value)


def number_page():
    from pages.ui.sliding_inputs import number

    number("Input size", "size", 5, 1, 10)


@pytest.mark.parametrize("value", ["9" * 5_000, "1e400", "nan", "inf", "-1", "x", "[a](https://b.c)", "99"])
def test_a_bound_number_survives_any_address(value):
    app = AppTest.from_function(number_page)
    app.query_params["size"] = value
    app.run()
    assert not app.exception
    assert app.number_input[0].value in range(1, 11)
