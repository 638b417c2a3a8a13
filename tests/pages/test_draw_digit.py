"""The section "Draw a digit": what it shows for what the browser sent. The lab and its worker are real."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.colour_maps import mosaic, signed, viridis
from engine.errors import WorkerError
from engine.images import pixels_of
from engine.reading import Reading
from pages.ui import draw_digit, when_ready
from pages.ui.session import lab
from pages.ui.theme import INPUT, KERNEL
from tests.drawn_digits import as_sent


class FakeLab:
    """A lab whose workers answer at once, do not answer, or have not started."""

    trouble = ""

    def __init__(self, device="CPU", error=None):
        self.device, self.error = device, error

    def call(self, _function, image):
        assert image.shape == (28, 28)
        if self.error:
            raise self.error
        probabilities = np.full(10, 0.02, np.float32)
        probabilities[7] = 0.82
        maps1, maps2 = np.zeros((14, 14, 16), np.uint8), np.zeros((7, 7, 32), np.uint8)
        return Reading(probabilities, maps1, maps2, np.zeros((28, 28), np.float32))


@pytest.fixture
def workers(monkeypatch):
    draw_digit._read_shipped.clear()

    def use(fake):
        monkeypatch.setattr(draw_digit, "lab", lambda: fake)
        monkeypatch.setattr(when_ready, "lab", lambda: fake)

    yield use
    draw_digit._read_shipped.clear()


def images(view):
    return [image for part in ("steps", "units") for picture in view[part] for image in picture["images"]]


def test_a_drawing_is_read(workers):
    workers(FakeLab())
    sent = as_sent(7)
    strokes, view = draw_digit._seen(sent)
    assert strokes == sent
    assert (view["says"], view["note"]) == ("7, 82% sure", "")
    assert view["probabilities"][7] == pytest.approx(0.82)
    assert all(image.startswith("data:image/png;base64,") for image in images(view))
    assert len(images(view)) == 8
    assert pixels_of(view["steps"][2]["images"][0]).shape == (28, 28)


def test_nothing_drawn_shows_the_example_with_a_hint(workers):
    workers(FakeLab())
    strokes, view = draw_digit._seen([])
    assert strokes == []
    assert view["says"].startswith("An example: ")
    assert view["note"].startswith("Nothing is drawn yet")


def test_while_tensorflow_starts_the_steps_are_shown_already(workers):
    workers(FakeLab(device=None))
    _, view = draw_digit._seen(as_sent(7))
    assert view["note"].startswith("TensorFlow is being loaded")
    assert view["says"] == ""
    assert [bool(image) for image in images(view)] == [True] * 3 + [False] * 5


def test_workers_that_do_not_answer_are_told_and_the_drawing_stays(workers):
    workers(FakeLab(error=WorkerError("The worker process died; it is being started again.")))
    strokes, view = draw_digit._seen(as_sent(7))
    assert strokes == as_sent(7)
    assert view["note"].startswith("The worker process died")


@pytest.mark.parametrize("sent", [None, "x", [{"points": [1]}], [{"brush": 1e9, "points": [float("nan"), 0]}]])
def test_what_is_no_drawing_is_refused_in_words(workers, sent):
    workers(FakeLab())
    strokes, view = draw_digit._seen(sent)
    assert strokes == []
    assert "clear the pad" in view["note"]
    assert view["says"] == ""
    assert view["probabilities"] == [0.0] * 10


def test_an_answer_that_is_unsure_says_so():
    reading = Reading(np.array([0.55, 0.45], np.float32), None, None, None)
    assert draw_digit._says(reading, example=False) == "perhaps 0, 55% sure"


def test_colours_of_numbers():
    assert viridis(np.array([0, 255], np.uint8)).tolist() == [[68, 1, 84], [253, 231, 37]]
    assert signed(np.array([-1.0, 0, 1])).tolist() == [[0, 114, 178], [255, 255, 255], [230, 159, 0]]
    # As in drawings, where inputs are blue and kernels orange.
    assert [bytes(colour).hex() for colour in signed(np.array([-1.0, 1]))] == [
        colour.lstrip("#").lower() for colour in (INPUT, KERNEL)
    ]


def test_a_mosaic_has_its_maps_in_order_with_clear_lines_between():
    maps = np.stack([np.full((2, 3), value, np.uint8) for value in (0, 85, 170, 255)], axis=2)
    picture = mosaic(maps, 2)
    assert picture.shape == (5, 7, 4)
    assert not picture[2, :, 3].any()
    assert not picture[:, 3, 3].any()
    corners = [picture[0, 0, :3], picture[0, 4, :3], picture[3, 0, :3], picture[3, 4, :3]]
    np.testing.assert_array_equal(corners, viridis(np.array([0, 85, 170, 255], np.uint8)))


def test_the_page_opens_and_the_worker_reads_the_example():
    draw_digit._read_shipped.clear()
    app = AppTest.from_file("../../pages/mnist.py", default_timeout=60).run()
    assert "Draw a digit" in [header.value for header in app.header]
    deadline = time.monotonic() + 60
    while lab().device is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app.run()
    assert not app.exception
    _, view = draw_digit._seen([])
    assert view["says"] == "An example: 3, over 99% sure"
