"""DeepDream: octaves, tiles, objectives, and a whole dream of a tiny network."""

import io
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from engine.dream_settings import DeepDreamSettings, Term, octave_sizes, verify
from engine.errors import InvalidInput, InvalidSettings
from engine.events import Completed, Progress, Snapshot
from engine.experiments import deep_dream
from engine.experiments.ascent import (
    Move,
    build_gradient,
    climb,
    gradient_of,
    levelled,
    moved,
    strips_for,
    tiled_gradient,
    tiles,
)
from engine.experiments.beside import SHARES
from engine.experiments.finish import finish
from engine.experiments.lost_rows import chapter_gradient, whole_gradient
from engine.experiments.objectives import parameters_of
from engine.experiments.octaves import grow, split
from tests.engine.dream_networks import tiny_dreamer

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def network():
    return tiny_dreamer()


@pytest.fixture(scope="module")
def even_network():
    """Of stride 1, so that a tile sees what the whole picture sees."""
    return tiny_dreamer(stride=1)


def png(height=64, width=80):
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 255, (height, width, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


PNG = png()


def small(**values):
    start = {"layer": "second", "channel": 1, "octaves": 3, "iterations": 3, "image": PNG, "octave_scale": 1.3}
    return DeepDreamSettings(**{**start, "network": "inception5h", **values})


def dreamt(network, **values):
    return list(deep_dream.run(small(**values), lambda _name, _precision: network))


def test_the_objective_rises_in_every_octave(network):
    for objective in ("channel", "layer", "neuron"):
        events = dreamt(network, objective=objective)
        scores = [(e.metrics["octave"], e.metrics["objective"]) for e in events if isinstance(e, Progress)]
        for octave in (1, 2, 3):
            first, _, last = (score for number, score in scores if number == octave)
            assert last > first, objective


def test_a_class_of_a_network_without_classes_is_refused_by_the_name_of_the_objective(network):
    with pytest.raises(InvalidSettings, match=r"^objective is 'class', but the classes of inception5h are not known"):
        dreamt(replace(network, classes=""), objective="class")


def test_events_of_a_dream(network):
    events = dreamt(network, iterations=40, zoom_frames=3, zoom_iterations=2)
    shots = [e for e in events if isinstance(e, Snapshot)]
    assert len([shot for shot in shots if shot.name == "dream"]) <= 22
    assert len([shot for shot in shots if shot.name == "zoom"]) == 3
    assert shots[-4].picture.startswith(b"\x89PNG")
    sizes = [Image.open(io.BytesIO(shot.picture)).size for shot in shots]
    assert (sizes[0], sizes[1], sizes[-1]) == ((80, 64), (46, 37), (80, 64))
    assert isinstance(events[-1], Completed)
    assert events[-1].result["steps"] == 3 * 40 + 3 * 2


def test_the_same_seed_dreams_the_same_and_the_picture_given_is_not_changed(network):
    first, again = (dreamt(network)[-2].picture for _ in range(2))
    assert first == again
    start = RNG.uniform(0, 255, (40, 50, 3)).astype(np.float32)
    kept = start.copy()
    dreamer = deep_dream.Dreamer(small(octaves=1), network)
    list(dreamer.dream(start, [(40, 50)]))
    np.testing.assert_array_equal(start, kept)


def test_tiles_leave_no_row_out_for_200_sizes():
    for _ in range(200):
        height, width, longest = RNG.integers([32, 32, 32], [900, 900, 400]).tolist()
        plan = tiles(height, width, longest)
        seen = np.zeros((height, width), int)
        for row, column in plan.starts:
            assert 0 <= row <= height - plan.size[0]
            assert 0 <= column <= width - plan.size[1]
            seen[row : row + plan.size[0], column : column + plan.size[1]] += 1
        assert seen.min() == 1
        assert max(plan.size) <= longest
        assert len(plan.starts) == -(-height // longest) * -(-width // longest)


def test_the_tiled_gradient_is_that_of_the_whole_picture_away_from_the_seams(even_network):
    terms = [Term("channel", "second", 2)]
    gradient = build_gradient(even_network, (("channel", "second"),))
    parameters = parameters_of(terms, even_network.layers)
    for _ in range(200):
        height, width, longest = RNG.integers([32, 32, 33], [70, 70, 50]).tolist()
        shift = RNG.integers(64, size=2)
        picture = np.roll(RNG.uniform(0, 255, (height, width, 3)).astype(np.float32), shift, (0, 1))
        plan = tiles(height, width, longest)
        whole = gradient(picture[np.newaxis], *parameters)[0][0]
        tiled = whole_gradient(gradient, picture, longest, parameters)
        # A mean over a tile weighs each place more than a mean over the whole picture.
        tiled *= plan.size[0] * plan.size[1] / (height * width)
        inside = np.ones((height, width), bool)
        for row, column in plan.starts:
            for edge in (row, row + plan.size[0]):
                inside[max(0, edge - 2) : edge + 2] &= edge in (0, height)
            for edge in (column, column + plan.size[1]):
                inside[:, max(0, edge - 2) : edge + 2] &= edge in (0, width)
        np.testing.assert_allclose(tiled[inside], whole[inside], rtol=1e-3, atol=1e-9)
        assert np.abs(tiled).sum(axis=(1, 2)).min() > 0
        assert np.abs(tiled).sum(axis=(0, 2)).min() > 0


def test_the_chapters_tiles_lose_rows_and_these_do_not(even_network):
    gradient = build_gradient(even_network, (("layer", "second"),))
    parameters = [tf.constant([1.0])]
    picture = RNG.uniform(0, 255, (150, 100, 3)).astype(np.float32)
    rows = np.abs(chapter_gradient(gradient, picture, 64, parameters)).sum(axis=(1, 2))
    assert (rows == 0).sum() == 150 - 128
    assert np.abs(whole_gradient(gradient, picture, 64, parameters)).sum(axis=(1, 2)).min() > 0


@pytest.mark.parametrize("scale", [1.05, 1.4, 2.7])
def test_octaves_merge_to_the_very_picture(scale):
    picture = RNG.uniform(0, 255, (326, 458, 3)).astype(np.float32)
    sizes = octave_sizes(326, 458, 3, scale)
    merged, details = split(picture, sizes)
    assert merged.shape[:2] == sizes[0]
    for detail in details:
        merged = grow(merged, detail)
    np.testing.assert_allclose(merged, picture, atol=1e-4)


def test_octave_sizes_are_the_chapters():
    sizes = octave_sizes(326, 458, 4, 1.4)
    expected = [np.array([326, 458])]
    for _ in range(3):
        expected.append(np.int32(np.float32(expected[-1]) / 1.4))
    assert sizes == [tuple(size.tolist()) for size in expected[::-1]]


def test_composed_objectives_against_finite_differences(network):
    features = RNG.normal(size=(7, 6)).astype(np.float32)
    terms = [
        Term("channel", "first", 2, 0.7),
        Term("layer", "second", weight=0.3),
        Term("neuron", "second", 4),
        Term("class", "logits", 3),
        Term("guide", "second"),
    ]
    gradient = gradient_of(network, terms)
    parameters = parameters_of(terms, network.layers, features)
    picture = RNG.uniform(0, 255, (1, 14, 17, 3)).astype(np.float32)
    found = gradient(picture, *parameters)[0]
    for place in RNG.integers([1, 14, 17, 3], size=(12, 4)):
        nudge = np.zeros_like(picture)
        nudge[tuple(place)] = 0.5
        up, down = (gradient(picture + sign * nudge, *parameters)[1] for sign in (1, -1))
        assert found[tuple(place)] == pytest.approx(up - down, rel=0.03, abs=2e-5)


def test_the_objective_is_the_sum_of_its_parts_by_hand(network):
    picture = RNG.uniform(0, 255, (1, 16, 16, 3)).astype(np.float32)
    maps = tf.function(lambda x: network.maps(x, ["first", "second"]), autograph=False)(picture)
    first, second = (found.numpy() for found in maps)
    terms = [Term("channel", "first", 2, 0.5), Term("layer", "second", weight=2.0), Term("neuron", "first", 1)]
    gradient = gradient_of(network, terms)
    _, score = gradient(picture, *parameters_of(terms, network.layers))
    by_hand = 0.5 * first[..., 2].mean() + 2 * (second**2).mean() + first[0, 4, 4, 1]
    assert score == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("longest", [48, 60, 100])
def test_a_neuron_is_one_in_the_whole_picture_however_it_is_tiled(network, longest):
    terms, picture = [Term("neuron", "second", 2)], RNG.uniform(50, 200, (96, 128, 3)).astype(np.float32)
    parameters = parameters_of(terms, network.layers)
    found, score = finish(climb(network, terms, picture, (0, 0), longest, Move(1.5), parameters))
    whole, wanted = finish(climb(network, terms, picture, (0, 0), 512, Move(1.5), parameters))
    changed = np.argwhere((found != picture).any(axis=2))
    # What the neuron sees, and no other place.
    assert (np.ptp(changed, axis=0) < 8).all()
    np.testing.assert_allclose(found, whole, rtol=1e-4)
    assert score == pytest.approx(wanted, rel=1e-4)


def test_a_step_moves_pixels_by_the_step_size_in_the_mean(network):
    picture = RNG.uniform(0, 255, (40, 60, 3)).astype(np.float32)
    moved, _ = finish(climb(network, [Term("layer", "second")], picture, (7, 11), 512, Move(1.5), [tf.constant([1e4])]))
    assert np.abs(moved - picture).mean() == pytest.approx(1.5, rel=1e-3)


def test_smoothing_steps_down_the_squared_total_variation():
    picture = tf.constant(RNG.uniform(0, 255, (9, 8, 3)), tf.float32)
    variation = lambda x: sum(tf.reduce_sum((x - tf.roll(x, 1, axis)) ** 2) for axis in (0, 1))  # noqa: E731
    with tf.GradientTape() as tape:
        tape.watch(picture)
        value = variation(picture)
    np.testing.assert_allclose(levelled(picture, 0.4), picture - 0.4 / 8 * tape.gradient(value, picture), rtol=1e-4)


def test_strips_beside_each_other_find_what_one_after_another_finds(even_network):
    terms, parameters = [Term("layer", "second")], [tf.constant([1.0])]
    picture = RNG.uniform(0, 255, (90, 331, 3)).astype(np.float32)
    plan, alone = tiles(90, 331, 512, 4), gradient_of(even_network, terms)
    assert plan.size == (90, 83)
    found, score = finish(tiled_gradient(gradient_of(even_network, terms, 4), picture, plan, parameters, 4))
    parts = [alone(picture[np.newaxis, :, left : left + 83], *parameters) for _, left in plan.starts]
    sums, seen = np.zeros_like(picture), np.zeros_like(picture)
    for (_, left), (part, _) in zip(plan.starts, parts, strict=True):
        sums[:, left : left + 83] += part[0]
        seen[:, left : left + 83] += 1
    np.testing.assert_allclose(found, sums / seen, rtol=1e-4, atol=1e-9)
    assert score == pytest.approx(np.mean([score for _, score in parts]), rel=1e-4)


@pytest.mark.parametrize(
    ("size", "strips", "expected"),
    [
        ((326, 458), 2, (326, 229)),
        ((458, 326), 2, (229, 326)),
        ((326, 458), 16, (326, 92)),
        ((60, 90), 8, (60, 90)),
        ((900, 600), 2, (225, 300)),
    ],
)
def test_each_tile_is_cut_into_strips_that_are_not_too_narrow(size, strips, expected):
    assert tiles(*size, 512, strips).size == expected


@pytest.mark.parametrize(
    ("kind", "jitter", "strips"),
    [("layer", 512, SHARES), ("channel", 80, SHARES), ("neuron", 512, 1), ("class", 512, 1), ("layer", 8, 1)],
)
def test_strips_are_for_means_over_places_and_for_shifts_that_spread_the_seam(monkeypatch, kind, jitter, strips):
    monkeypatch.setattr("engine.experiments.beside.cores_here", lambda: 8)
    assert strips_for([Term("layer", "first"), Term(kind, "second")], jitter) == strips


def test_a_blurred_gradient_spreads_as_a_gaussian_and_moves_pixels_by_the_step_size_in_the_mean():
    picture, found = np.full((41, 41, 3), 100, np.float32), np.zeros((41, 41, 3), np.float32)
    found[20, 20, 1] = 5
    change = moved(picture, found, Move(1.5, blur=0.8)) - picture
    assert np.abs(change).mean() == pytest.approx(1.5, rel=1e-3)
    assert not change[..., [0, 2]].any()
    for rows, columns in ((1, 0), (0, 2), (-1, 1)):
        expected = np.exp(-(rows**2 + columns**2) / (2 * 0.8**2))
        assert change[20 + rows, 20 + columns, 1] / change[20, 20, 1] == pytest.approx(expected, rel=1e-2)


def test_nothing_is_traced_again_for_another_channel_or_size(network):
    build_gradient.cache_clear()
    for channel, size, tile in ((0, 64, 512), (3, 50, 512), (5, 40, 512), (1, 64, 32), (2, 50, 40)):
        dreamt(network, channel=channel, image=png(size, 60), octaves=1, iterations=1, tile_size=tile)
    assert build_gradient.cache_info().misses == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"layer": "block99"}, r"layer is 'block99'.*block9"),
        ({"layer": "blok10_expnd"}, "block10_expand"),
        ({"channel": 4000}, r"channel is 4000, but block9_expand has the channels 0 to 671"),
        ({"objective": "several", "mixture": "block10 + + block3"}, "mixture has the part ''"),
        ({"objective": "several", "mixture": "block10:7000"}, "channels 0 to 111"),
        ({"objective": "guide"}, "guide is empty"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_said_so(values, words):
    with pytest.raises(InvalidSettings, match=words):
        verify(DeepDreamSettings(**values))


def test_too_many_octaves_and_bad_pictures_are_said_so(network):
    with pytest.raises(InvalidSettings, match=r"octaves is 12.*under 32.*at most 3 fit"):
        dreamt(network, octaves=12)
    with pytest.raises(InvalidInput, match="not a picture"):
        dreamt(network, image=b"nothing")
    with pytest.raises(InvalidSettings, match=r"sides must be at least 32"):
        dreamt(network, image=png(20, 90), octaves=1)
