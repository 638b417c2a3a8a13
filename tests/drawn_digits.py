"""The digits 0 to 9 as a hand draws them: strokes of points in a square of side 1."""

import math


def arc(x, y, width, height, start, end, steps=16):
    """Points of an ellipse around (x, y); angles in degrees, clockwise from the right as on a screen."""
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + width / 2 * math.cos(a), y + height / 2 * math.sin(a)) for a in angles]


STROKES = {
    0: [arc(0.5, 0.5, 0.44, 0.68, -90, 270, 24)],
    1: [[(0.52, 0.16), (0.5, 0.84)]],
    2: [[*arc(0.5, 0.34, 0.42, 0.36, 190, 390), (0.3, 0.82), (0.74, 0.82)]],
    3: [[*arc(0.48, 0.33, 0.38, 0.34, 210, 430), *arc(0.48, 0.67, 0.42, 0.36, -80, 150)]],
    4: [[(0.34, 0.18), (0.28, 0.54), (0.74, 0.54)], [(0.64, 0.18), (0.62, 0.86)]],
    5: [[(0.7, 0.18), (0.36, 0.18), (0.34, 0.46), *arc(0.48, 0.64, 0.44, 0.4, -110, 140)]],
    6: [[(0.6, 0.14), (0.42, 0.34), *arc(0.5, 0.66, 0.36, 0.36, 190, 550, 24)]],
    7: [[(0.28, 0.2), (0.72, 0.2), (0.44, 0.84)]],
    8: [[*arc(0.5, 0.33, 0.32, 0.32, 90, 450, 24), *arc(0.5, 0.67, 0.38, 0.36, -90, 270, 24)]],
    9: [[*arc(0.5, 0.35, 0.36, 0.36, 20, -340, 24), (0.66, 0.5), (0.58, 0.86)]],
}


def places(digit, size=1.0, left=0.0, top=0.0):
    """The strokes of a digit shrunk to `size` and moved, in parts of the pad's side."""
    return [[(left + x * size, top + y * size) for x, y in stroke] for stroke in STROKES[digit]]


def as_sent(digit, size=1.0, left=0.0, top=0.0, side=280, brush=22):
    """What the pad sends for it."""
    return [
        {"brush": brush, "points": [round(number * side) for point in stroke for number in point]}
        for stroke in places(digit, size, left, top)
    ]
