"""Home in AppTest."""

import gc

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import WorkerError
from pages.ui.cards import CARDS
from pages.ui.session import lab
from tests.engine.mnist_files import small_arrays, write_npz

DOWNLOADS = [
    "Download MNIST digits (11 MB)",
    "Download CIFAR-10 (170 MB)",
    "Download VGG-19 (80 MB)",
    "Download Inception 5h (50 MB)",
    "Download Inception v3 (96 MB)",
]


def open_home():
    app = AppTest.from_file("../../streamlit_app.py", default_timeout=60).run()
    assert not app.exception
    return app


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.error])


def downloads(app):
    return [b.label for b in app.button if b.label.startswith("Download")]


def test_it_says_what_stands_in_and_offers_the_real_data():
    app = open_home()
    assert "standing in for 60,000 training and 10,000 test digits" in texts(app)
    assert downloads(app) == DOWNLOADS


def test_it_says_when_the_data_are_real(tmp_path, monkeypatch):
    write_npz(tmp_path, small_arrays())
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    app = open_home()
    assert "60,000 training and 10,000 test digits (CNN_LAB_DATA)" in texts(app)
    assert downloads(app) == DOWNLOADS[1:]


def test_a_wrong_data_folder_is_a_message_and_the_page_stands(monkeypatch):
    monkeypatch.setenv("CNN_LAB_DATA", "/nowhere")
    app = open_home()
    assert "CNN_LAB_DATA is '/nowhere', but must be an existing folder." in texts(app)


@pytest.mark.parametrize(
    "variable", ["CNN_LAB_RUNS_MB", "CNN_LAB_UPLOADS_MB", "CNN_LAB_MAX_STEPS", "CNN_LAB_MAX_MINUTES"]
)
def test_a_limit_that_is_no_number_is_said_before_anything_else(monkeypatch, variable):
    monkeypatch.setenv(variable, "much")
    app = open_home()
    assert f"CNN Lab cannot run as it is set up: {variable} is 'much', but must be a " in app.error[0].value
    assert not app.button


def test_every_card_has_its_picture():
    app = open_home()
    pictures = " ".join(element.proto.body for element in app.get("html"))
    for card in CARDS:
        assert f"app/static/cards/{card.name}.svg" in pictures
        assert card.alt in pictures


@pytest.fixture
def no_network(monkeypatch):
    """Workers started from here on reach no server."""
    lab().close()
    lab.clear()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    yield
    lab().close()
    lab.clear()


def test_a_download_that_fails_says_why(no_network):
    app = open_home()
    next(b for b in app.button if b.label == DOWNLOADS[0]).click().run()
    assert not lab().wait(app.session_state["download of mnist"], 60).active
    app.run()
    bars = [element.proto.body for element in app.get("html") if "lab-bar" in element.proto.body]
    assert len(bars) == 1
    assert "Failed" in bars[0]
    assert "the server cannot be reached); 0 of 11,490,434 bytes are kept" in bars[0]
    assert downloads(app) == DOWNLOADS


def test_workers_that_cannot_be_reached_are_told(monkeypatch):
    def unreachable():
        raise WorkerError("The worker processes did not start.")

    lab().close()
    lab.clear()
    monkeypatch.setattr("engine.connection.start_cluster", unreachable)
    app = open_home()
    app.run()
    assert [warning.value for warning in app.warning] == ["The worker processes did not start."]
    lab().close()
    lab.clear()


def test_collections_of_garbage_leave_out_what_was_loaded_with_the_app():
    lab()
    assert gc.get_freeze_count() > 10_000


def test_what_describes_the_data_begins_as_a_sentence():
    assert not [caption.value for caption in open_home().caption if caption.value[:1].islower()]
