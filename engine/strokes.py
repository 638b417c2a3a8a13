"""A drawing as the browser sends it: strokes on a square pad of `PAD`×`PAD` units, checked and turned into pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.errors import InvalidInput

PAD = 280
MAX_STROKES = 200
MAX_POINTS = 5_000
BRUSHES = (6, 48)
"""Thinnest and thickest brush, in units of the pad."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """brush: diameter; points: x and y from the pad's upper left corner, at least one point."""

    brush: float
    points: tuple[tuple[float, float], ...]


def parse_strokes(value: Any) -> tuple[Stroke, ...]:
    """Strokes from `[{"brush": 20, "points": [x0, y0, x1, y1, …]}, …]`.

    The value comes from a browser and may be anything: `InvalidInput` is raised where it is not of that form, is too
    long, or has a number that is none or beyond a million. Points beside the pad are moved to its edge.
    """
    if not isinstance(value, list) or len(value) > MAX_STROKES:
        raise InvalidInput(
            f"The drawing must be a list of at most {MAX_STROKES} strokes; clear the pad and draw again."
        )
    strokes = tuple(_parse_stroke(stroke) for stroke in value)
    if sum(len(stroke.points) for stroke in strokes) > MAX_POINTS:
        raise InvalidInput(f"The drawing has more than {MAX_POINTS:,} points; clear the pad and draw again.")
    return strokes


def _parse_stroke(value: Any) -> Stroke:
    if not isinstance(value, dict) or not isinstance(value.get("points"), list):
        raise InvalidInput("A stroke of the drawing has no list of points; clear the pad and draw again.")
    points = value["points"]
    if len(points) > 2 * MAX_POINTS:
        raise InvalidInput(f"The drawing has more than {MAX_POINTS:,} points; clear the pad and draw again.")
    if not points or len(points) % 2 or not all(map(_is_number, [value.get("brush"), *points])):
        raise InvalidInput("A stroke of the drawing is not made of numbers in pairs; clear the pad and draw again.")
    places = [min(max(float(place), 0.0), float(PAD)) for place in points]
    thin, thick = BRUSHES
    return Stroke(min(max(float(value["brush"]), thin), thick), tuple(zip(places[::2], places[1::2], strict=True)))


def _is_number(value: Any) -> bool:
    """True for numbers that arithmetic can take: not for booleans, NaN, infinities or integers of any length."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e6 < value < 1e6


def rasterise(strokes: tuple[Stroke, ...]) -> NDArray[np.uint8]:
    """uint8 [280, 280], ink 255 on paper 0: lines with round ends and joints."""
    picture = Image.new("L", (PAD, PAD))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        radius = stroke.brush / 2
        for start, end in zip(stroke.points, stroke.points[1:], strict=False):
            pen.line((start, end), fill=255, width=round(stroke.brush))
        for x, y in stroke.points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(picture)
