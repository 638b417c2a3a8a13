"""The experiment on a tiny random network: what it says, that it paints, stops, and ends well."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput, InvalidSettings
from engine.events import Completed, Control, Mark, Progress, Snapshot
from engine.experiments.lbfgs import lbfgs
from engine.experiments.style_transfer import run
from engine.style_settings import StyleSettings
from tests.engine.test_style_pictures import PHOTO, png
from tests.engine.tiny_vgg import tiny_vgg

RNG = np.random.default_rng(9)
STRIPES = np.tile(np.where(np.arange(48) % 8 < 4, 230, 20)[None, :, None], (36, 1, 3)).astype(np.uint8)
TINY = tiny_vgg()
LAYERS = {"content_layers": "relu2_2", "style_layers": "relu1_1 relu2_1"}
SMALL = {"image": png(PHOTO), "style": png(STRIPES), "max_size": 64, "precision": "float32", **LAYERS}


def load_weights(_network):
    return TINY


def events_of(**changes):
    return list(run(StyleSettings(**{**SMALL, "steps": 24, **changes}), load_weights))


def pixels(snapshot):
    return np.asarray(Image.open(io.BytesIO(snapshot.picture)))


@pytest.fixture(scope="module")
def events():
    return events_of()


def kinds(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_it_says_a_step_at_a_time_the_sizes_and_the_losses(events):
    assert [event.step for event in kinds(events, Progress)] == list(range(1, 25))
    assert [mark.text for mark in kinds(events, Mark)] == ["16 × 16 px", "30 × 20 px", "60 × 40 px"]
    for event in kinds(events, Progress):
        parts = [event.metrics[name] for name in ("content_loss", "style_loss", "total_variation_loss")]
        assert event.metrics["total_loss"] == pytest.approx(sum(parts))


def test_the_last_picture_is_a_png_in_the_size_of_the_photograph(events):
    last = kinds(events, Snapshot)[-1]
    assert last.picture.startswith(b"\x89PNG")
    assert pixels(last).shape == PHOTO.shape
    result = events[-1].result
    assert isinstance(events[-1], Completed)
    assert (result["width"], result["height"], result["steps"], result["diverged_at"]) == (60, 40, 24, None)


def test_painting_lowers_the_loss_and_ends_with_the_best_picture(events):
    last_size = [event.metrics["total_loss"] for event in kinds(events, Progress) if event.step > 16]
    assert events[-1].result["total_loss"] <= min(last_size)
    assert events[-1].result["total_loss"] < 0.8 * last_size[0]


def test_the_same_seed_paints_the_same_and_another_noise_another_picture():
    once, again, other = (events_of(init="noise", seed=seed, steps=6) for seed in (1, 1, 2))
    assert once[-2].picture == again[-2].picture
    assert once[-2].picture != other[-2].picture


def test_lbfgs_goes_at_least_as_far_in_as_many_steps():
    adam, quasi_newton = (events_of(optimizer=name, sizes=1, steps=20) for name in ("adam", "lbfgs"))
    assert quasi_newton[-1].result["total_loss"] < adam[-1].result["total_loss"]
    assert pixels(quasi_newton[-2]).shape == PHOTO.shape


def test_lbfgs_finds_the_minimum_of_rosenbrocks_function_within_its_bounds():
    def rosenbrock(p):
        x, y = p
        return 100 * (y - x * x) ** 2 + (1 - x) ** 2, np.array(
            [-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]
        )

    def last_point(low, high):
        search = lbfgs(np.array([-1.2, 0.5]), low, high, 200)
        point = next(search)
        try:
            while True:
                point = search.send(rosenbrock(point))
        except StopIteration:
            return point

    np.testing.assert_allclose(last_point(-np.inf, np.inf), [1, 1], atol=1e-4)
    np.testing.assert_allclose(last_point(-2, 0.5), [0.5, 0.25], atol=1e-4)


def test_lbfgs_begins_with_a_step_that_one_can_see_however_many_coordinates_there_are():
    search = lbfgs(np.full(10_000, 100.0), 0.0, 255.0, 5)
    start = next(search)
    step = search.send((1.0, np.full(10_000, 1e-6))) - start
    search.close()
    np.testing.assert_allclose(step, -1, rtol=1e-6)


def test_closing_lbfgs_ends_its_thread():
    search = lbfgs(np.zeros(3), -1, 1, 50)
    next(search)
    assert "l-bfgs" in {thread.name for thread in threading.enumerate()}
    search.close()
    assert "l-bfgs" not in {thread.name for thread in threading.enumerate()}


def test_steps_that_are_too_long_end_early_with_the_best_picture():
    huge = {"loss": "chapter", "learning_rate": 100.0, "content_weight": 1e6, "style_weight": 1e6, "steps": 60}
    wild = tiny_vgg()
    for name, (kernel, bias) in wild.convolutions.items():
        wild.convolutions[name] = (kernel * np.float32(3e4), bias)
    events = list(run(StyleSettings(**{**SMALL, **huge}), lambda _network: wild))
    assert events[-1].result["diverged_at"] == events[-1].result["steps"] < 60
    assert pixels(events[-2]).shape == PHOTO.shape


def test_the_learning_rate_can_be_changed_while_it_paints():
    painting = run(StyleSettings(**SMALL, steps=5, sizes=1, decay=False, total_variation_weight=0.0), load_weights)
    event = next(painting)
    while not (isinstance(event, Progress) and event.step == 2):
        event = next(painting)
    assert painting.send(Control(learning_rate=0.01)) == Mark(2, "learning rate 0.01")


def test_a_run_can_be_closed_between_any_two_events():
    for count in range(1, 6):
        painting = run(StyleSettings(**SMALL, steps=3, optimizer="lbfgs"), load_weights)
        for _ in range(count):
            next(painting)
        painting.close()


def test_content_alone_and_style_alone():
    content = events_of(style_weight=0.0, init="noise", steps=30, sizes=1, learning_rate=10.0)
    losses = [event.metrics for event in kinds(content, Progress)]
    assert {metrics["style_loss"] for metrics in losses} == {0.0}
    assert losses[-1]["content_loss"] < 0.5 * losses[0]["content_loss"]
    style = events_of(content_weight=0.0, init="noise", steps=30, sizes=1, learning_rate=10.0)
    assert {event.metrics["content_loss"] for event in kinds(style, Progress)} == {0.0}


def test_the_photographs_colours_are_kept_in_brightness_only():
    result = pixels(events_of(colours="luminance", steps=8)[-2])
    colour = [np.asarray(Image.fromarray(picture).convert("YCbCr"), int)[..., 1:] for picture in (result, PHOTO)]
    # Where brightness makes a colour impossible it is clipped, so not everywhere.
    assert np.median(np.abs(colour[0] - colour[1])) <= 2


def test_mistakes_of_the_chapter_change_what_they_should():
    losses = {
        mistake: kinds(events_of(mistake=mistake, steps=1), Progress)[0].metrics
        for mistake in ("none", "black style", "stretched style", "swapped denominators")
    }
    assert losses["black style"]["style_loss"] > 1.5 * losses["none"]["style_loss"]
    assert losses["stretched style"]["style_loss"] != losses["none"]["style_loss"]
    assert losses["stretched style"]["content_loss"] == losses["none"]["content_loss"]
    assert losses["swapped denominators"]["style_loss"] == losses["none"]["style_loss"]


def test_bad_pictures_and_layers_are_said_before_anything_is_computed():
    with pytest.raises(InvalidInput, match="image: This file is not a picture"):
        next(run(StyleSettings(image=b"x"), load_weights))
    with pytest.raises(InvalidSettings, match="style_layers names no layer with a weight above 0"):
        events_of(style_layers="relu1_1:0")


def test_bfloat16_paints_about_the_same(events):
    result = events_of(precision="bfloat16")[-1].result
    assert result["precision"] == "bfloat16"
    assert result["total_loss"] == pytest.approx(events[-1].result["total_loss"], rel=0.15)


def test_pictures_come_often_enough_to_watch(monkeypatch):
    monkeypatch.setattr("engine.experiments.pace.SHOWN_EVERY_S", 0.0)
    shown = [event.step for event in kinds(events_of(steps=9), Snapshot)]
    assert shown == [*range(1, 10), 9]
