"""The convolution page without a browser; what its worker would compute is computed here, by the same function."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.device import Device
from engine.lab import Lab

PAGE = Path(__file__).parents[2] / "pages" / "convolution.py"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(Lab, "call", lambda self, function, *arguments, timeout_s=10.0: function(*arguments))
    monkeypatch.setattr(Lab, "device", Device("CPU", "a test", 1))
    return AppTest.from_file(str(PAGE), default_timeout=60)


@pytest.mark.parametrize("view", ["Step through it", "On a picture", "Activation and pooling"])
def test_every_view_runs(app: AppTest, view: str) -> None:
    app.query_params["view"] = view
    app.run()
    assert not app.exception
    assert not app.warning
    assert not app.error


def test_settings_of_the_address_are_those_of_the_widgets(app: AppTest) -> None:
    app.query_params.update({"size": "7", "stride": "1", "padding": "same", "kernel": "2"})
    app.run()
    assert not app.exception
    assert app.number_input(key="size").value == 7
    assert app.number_input(key="stride").value == 1
    assert app.number_input(key="kernel").value == 2


def test_the_number_boxes_are_read_row_by_row(app: AppTest) -> None:
    names = [box.label for box in app.run().number_input]
    assert names == ["Input size", "Channels", "Filters", "Kernel size", "Stride", "Dilation", "Random seed"]


@pytest.mark.parametrize(
    ("view", "address"),
    [
        ("On a picture", {"angle": "80", "side": "9", "step": "2", "holes": "3", "gallery": "Gabor"}),
        ("Activation and pooling", {"window": "3", "hop": "1", "map": "1,2,3;4,5,6;7,8,9"}),
        ("Step through it", {"edits": "x0.0.0=9", "cell": "4"}),
    ],
)
def test_the_address_survives_reruns(app: AppTest, view: str, address: dict[str, str]) -> None:
    app.query_params.update({"view": view, **address})
    for _ in range(3):
        app.run()
    for name, value in address.items():
        assert app.query_params[name] in (value, [value])


def test_a_kernel_that_does_not_fit_says_why_and_recovers(app: AppTest) -> None:
    app.query_params["padding"] = "valid"
    app.run()
    app.number_input(key="size").set_value(3)
    app.number_input(key="kernel").set_value(5)
    app.run()
    assert not app.exception
    assert "The kernel is 5 cells wide but the input only 3, so it fits nowhere." in app.warning[0].value
    app.number_input(key="size").set_value(6).run()
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [("", "The kernel is empty"), ("nan", "not a finite number"), ("1,2;3", "not square"), ("a", "not a number")],
)
def test_a_kernel_in_the_address_that_is_none_is_said_so(app: AppTest, weights: str, sentence: str) -> None:
    app.query_params.update({"view": "On a picture", "gallery": "Your own", "weights": weights})
    app.run()
    assert not app.exception
    assert sentence in app.error[0].value


@pytest.mark.parametrize(
    "address",
    [
        {"size": "-3", "kernel": "x", "padding": "nonsense", "edits": "x0.0.0=oops,b9=1", "cell": "999999"},
        {"view": "On a picture", "picture": "nobody", "angle": "9999", "side": "-1", "step": "nan", "gallery": "none"},
        {"view": "Activation and pooling", "map": "1,2;nan,4", "window": "0", "hop": "99"},
        {"view": "Nowhere"},
    ],
)
def test_nonsense_in_the_address_is_no_exception(app: AppTest, address: dict[str, str]) -> None:
    app.query_params.update(address)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("operation", ["Cross-correlation", "Convolution", "Difference"])
@pytest.mark.parametrize("colouring", ["Auto", "Picture", "Signed", "Absolute"])
def test_every_way_to_look_at_a_picture(app: AppTest, operation: str, colouring: str) -> None:
    app.query_params.update(
        {"view": "On a picture", "operation": operation, "colouring": colouring, "planes": "Per channel", "step": "4"}
    )
    app.run()
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_every_activation_and_pooling(app: AppTest, kind: str) -> None:
    app.query_params.update({"view": "Activation and pooling", "pooling": kind, "activation": "GELU", "edge": "same"})
    app.run()
    assert not app.exception
    assert not app.warning


def test_a_pooling_window_larger_than_the_map_says_why(app: AppTest) -> None:
    app.query_params.update({"view": "Activation and pooling", "map": "1,2;3,4", "window": "5"})
    app.run()
    assert not app.exception
    assert "fits nowhere" in app.warning[0].value
