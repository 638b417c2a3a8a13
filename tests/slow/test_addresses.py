"""Every page with links made to break it, and with the operator's switches off."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.session import lab
from pages.ui.uploads import OFF

PAGES = ("home", "convolution", "mnist", "cifar", "fine_tuning", "style_transfer", "deep_dream", "runs")
VIEWS = ("Step through it", "On a picture", "Activation and pooling", "A whole stack")
HOSTILE = (
    "../../../etc/passwd",
    "9" * 5_000,
    "-1",
    "1e400",
    "nan",
    "²",
    "<img src=x onerror=alert(1)>",
    "[a](https://b.c)",
)
NAMES = (
    *("run", "picture", "gallery", "weights", "map", "edits", "cell", "stack", "layers", "side", "angle", "window"),
    *("hop", "size", "kernel", "stride", "padding", "dilation", "filters", "channels", "numbers", "transposed"),
    *(
        "activation",
        "pooling",
        "edge",
        "colouring",
        "content",
        "style",
        "style_1",
        "area",
        "dream_picture",
        "dream_guide",
    ),
    *("mnist_pins", "cifar_pins", "mnist_tab", "cifar_tab", "tab", "code"),
)


@pytest.fixture(scope="module", autouse=True)
def close_the_lab():
    yield
    lab().close()
    lab.clear()


def opened(page, **query):
    # Home links to the other pages, which only the app as a whole knows.
    path = "../../streamlit_app.py" if page == "home" else f"../../pages/{page}.py"
    app = AppTest.from_file(path, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def texts(app):
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.title, app.header, app.subheader)
    return " ".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:20])
@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_link_breaks_no_page_and_writes_nothing_on_it(page, value):
    app = opened(page, **dict.fromkeys(NAMES, value))
    assert not app.exception
    assert value not in texts(app) or len(value) < 6


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:20])
@pytest.mark.parametrize("view", VIEWS)
def test_a_hostile_link_breaks_no_view_of_the_convolution(view, value):
    app = opened("convolution", view=view, **{name: value for name in NAMES if name != "view"})
    assert not app.exception
    assert value not in texts(app) or len(value) < 6


@pytest.mark.parametrize("page", PAGES)
def test_without_uploads_and_downloads_no_page_has_a_field_or_a_button_for_them(page, monkeypatch):
    monkeypatch.setenv("CNN_LAB_UPLOADS", "off")
    monkeypatch.setenv("CNN_LAB_DOWNLOADS", "off")
    app = opened(page)
    assert not app.exception
    assert len(app.get("file_uploader")) == len(app.get("camera_input")) == 0
    labels = [button.label for button in app.button] + [toggle.label for toggle in app.toggle]
    assert not [label for label in labels if label.startswith(("Download ", "Use the camera"))]


def test_the_switches_are_what_takes_them_away(monkeypatch):
    monkeypatch.setenv("CNN_LAB_UPLOADS", "on")
    assert len(opened("fine_tuning").get("file_uploader")) > 0
    assert OFF not in texts(opened("fine_tuning"))
    assert any(button.label.startswith("Download MNIST") for button in opened("home").button)
