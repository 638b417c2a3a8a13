"""What a browser may send as a drawing."""

import math

import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.strokes import MAX_POINTS, MAX_STROKES, parse_strokes, rasterise


def stroke(points, brush=20):
    return {"brush": brush, "points": points}


def test_points_come_in_pairs_and_stay_on_the_pad():
    (parsed,) = parse_strokes([stroke([10, 20.5, -5, 400], brush=1000)])
    assert parsed.points == ((10.0, 20.5), (0.0, 280.0))
    assert parsed.brush == 48


def test_no_strokes_is_a_blank_pad():
    assert rasterise(parse_strokes([])).max() == 0


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "strokes",
        {"strokes": []},
        [None],
        [{}],
        [{"brush": 20, "points": "1, 2"}],
        [{"points": [1, 2]}],
        [stroke([])],
        [stroke([1, 2, 3])],
        [stroke([1, math.nan])],
        [stroke([1, math.inf])],
        [stroke([1, 10**400])],
        [stroke([1, True])],
        [stroke([1, "2"])],
        [stroke([1, [2]])],
        [stroke([1, 2], brush=math.nan)],
        [stroke([1, 2])] * (MAX_STROKES + 1),
        [stroke([1, 2] * (MAX_POINTS + 1))],
    ],
    ids=lambda sent: repr(sent)[:40],
)
def test_anything_else_is_refused_in_words(sent):
    with pytest.raises(InvalidInput, match="draw"):
        parse_strokes(sent)


def test_a_tap_is_a_disc_of_the_brushs_size():
    ink = rasterise(parse_strokes([stroke([140, 140])]))
    assert np.ptp(np.flatnonzero(ink.any(axis=1))) == pytest.approx(20, abs=1)
    assert (ink > 0).sum() == pytest.approx(math.pi * 10**2, rel=0.15)


def test_a_line_is_as_wide_as_its_brush_and_joined():
    ink = rasterise(parse_strokes([stroke([40, 140, 240, 140, 240, 40])])) > 0
    assert ink[:, 120].sum() == pytest.approx(20, abs=1)
    assert ink[60, :].sum() == pytest.approx(20, abs=1)
    assert ink[140, 40:240].all()
    assert not ink[:100, :220].any()
