"""Paint the style pictures that come with the app: `python -m engine.sources.paint_styles`. Everything is from a seed.

Each is a small composition (a sun, hills, waves) drawn in one technique throughout, since style transfer takes the
statistics of strokes and colours, and not what they show.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy.spatial import cKDTree

from engine.images import Pixels
from engine.sources.styles import FOLDER, STYLES

HEIGHT, WIDTH = 540, 720
Doubles = NDArray[np.float64]

NIGHT = ["#0b1a4a", "#16388f", "#2667c9", "#4fa3d9", "#9fd3d6", "#f4e9b8", "#f5c542", "#e8821e"]
DUSK = ["#2a1a4a", "#6b2d6b", "#c2455a", "#ee7f4b", "#f8c15c", "#fdeec0"]
GLASS = ["#123b8c", "#0f7f8f", "#1f9d55", "#f2c12e", "#e4572e", "#b3124a", "#5b2a86"]
SEA = ["#0c2340", "#17477a", "#2f7fb5", "#86bfd6", "#e9e3cf", "#f6f0df"]
EARTH = ["#3b2a20", "#7a4b2a", "#b9783f", "#d9b26f", "#7f9a6a", "#3f6f73", "#e9dcc0"]


def brush_strokes(rng: np.random.Generator) -> Pixels:
    """Strokes of many bristles that follow a field with whirls, broad ones first."""
    noise = _noise(rng, 5)
    sun = _distance(0.73, 0.26)
    tone = _scaled(0.75 * noise + 0.5 * np.exp(-((sun / 0.17) ** 2)) + 0.25 * _across(1) ** 2)
    base = _coloured(NIGHT, tone)
    angle = 2.2 * math.pi * _noise(rng, 3) + 1.2
    for y, x, turn in ((0.26, 0.73, 1), (0.34, 0.3, -1), (0.75, 0.55, 1)):
        near = np.exp(-((_distance(x, y) / 0.2) ** 2))
        circling = np.arctan2(_across(0) - y, (_across(1) - x) * WIDTH / HEIGHT) + turn * math.pi / 2
        angle = (1 - near) * angle + near * circling
    canvas = Image.fromarray(_bytes(base))
    draw = ImageDraw.Draw(canvas)
    for width, length, count in ((16, 46, 900), (9, 34, 2600), (5, 24, 3600)):
        for y, x in rng.uniform((0, 0), (HEIGHT, WIDTH), (count, 2)):
            colour = base[int(y), int(x)] + rng.normal(0, 0.07, 3)
            _stroke(draw, rng, (y, x), angle, width, length, colour)
    return np.asarray(canvas)


def stained_glass(rng: np.random.Generator) -> Pixels:
    """Cells of coloured glass around a rosette, in lead."""
    rings = [(ring, turn) for ring in range(1, 10) for turn in range(5 * ring)]
    points = np.array([_polar(ring * 0.075, 2 * math.pi * turn / (5 * ring) + 0.3 * ring) for ring, turn in rings])
    points += rng.normal(0, 0.008, points.shape)
    cell, lead = _cells(points * HEIGHT)
    hues = (0.12 * np.array([ring for ring, _ in rings]) + rng.uniform(0, 0.55, len(points))) % 1
    glass = _coloured(GLASS, hues)[cell] * (0.72 + 0.5 * _noise(rng, 40)[..., None])
    glass *= 0.8 + 0.35 * np.clip(lead / 22, 0, 1)[..., None]
    return _bytes(glass * np.clip((lead - 2.2) / 2, 0.05, 1)[..., None])


def mosaic(rng: np.random.Generator) -> Pixels:
    """Small stones along the arcs of a sunrise, with light grout."""
    centre = np.array([0.62 * HEIGHT, 0.5 * WIDTH])
    points = []
    for ring in range(1, 48):
        count = max(3, round(2 * math.pi * ring * 12 / 12))
        turns = 2 * math.pi * (np.arange(count) + rng.uniform()) / count
        points.append(centre + ring * 12 * np.stack([np.sin(turns), np.cos(turns)], 1))
    stones = np.concatenate(points) + rng.normal(0, 0.9, (sum(map(len, points)), 2))
    cell, gap = _cells(stones)
    radius = np.hypot(*(stones - centre).T) / HEIGHT
    rays = 0.5 + 0.5 * np.sin(14 * np.arctan2(*(stones - centre).T))
    tone = np.where(radius < 0.2, 0.95 - radius, 0.75 - 0.55 * radius + 0.22 * rays)
    land = stones[:, 0] > HEIGHT * (0.7 + 0.05 * np.sin(stones[:, 1] / 60))
    colours = np.where(land[:, None], _coloured(EARTH, 0.3 + 0.6 * rays * radius), _coloured(DUSK, tone))
    colours = colours + rng.normal(0, 0.055, colours.shape)
    grout = np.array([0.86, 0.82, 0.74])
    share = np.clip((gap - 1.1) / 1.3, 0, 1)[..., None]
    return _bytes(share * colours[cell] * (0.9 + 0.12 * np.clip(gap / 6, 0, 1))[..., None] + (1 - share) * grout)


def ink_hatching(rng: np.random.Generator) -> Pixels:
    """Pen strokes in four directions: the darker, the more directions cross."""
    tone = _scaled(
        0.6 * _noise(rng, 4) + 0.5 * _across(0) * _noise(rng, 7) + 0.5 * np.exp(-((_distance(0.3, 0.3) / 0.2) ** 2))
    )
    canvas = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), "#f4eddc")
    draw = ImageDraw.Draw(canvas)
    for angle, below in ((0.7, 0.8), (2.3, 0.55), (0.15, 0.36), (1.5, 0.2)):
        along = np.array([math.sin(angle), math.cos(angle)])
        for middle in rng.uniform((0, 0), (HEIGHT, WIDTH), (5200, 2)):
            if tone[int(middle[0]), int(middle[1])] > below:
                continue
            half = along * rng.uniform(7, 15) + rng.normal(0, 1.2, 2)
            bend = rng.normal(0, 1.5, 2)
            line = [middle - half, middle + bend, middle + half]
            ink = int(rng.uniform(15, 60))
            draw.line([(2 * q, 2 * p) for p, q in line], fill=(ink, ink, ink + 14), width=int(rng.choice([2, 2, 3])))
    return np.asarray(canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def dots(rng: np.random.Generator) -> Pixels:
    """Dots of pure colour beside each other, which mix in the eye."""
    water = _across(0) > 0.58
    tone = _scaled(0.35 * _noise(rng, 4) + 0.8 * np.exp(-((_distance(0.35, 0.4) / 0.3) ** 2)) + 0.3 * (1 - _across(0)))
    base = np.where(
        water[..., None], _coloured(["#123d5e", "#2c7f94", "#8fc4a5", "#f3d57a"], tone), _coloured(DUSK, tone)
    )
    canvas = Image.fromarray(_bytes(0.9 * base + 0.1))
    draw = ImageDraw.Draw(canvas)
    for y, x in rng.uniform((0, 0), (HEIGHT, WIDTH), (42_000, 2)):
        radius = rng.uniform(1.9, 3.6)
        colour = base[int(y), int(x)] + rng.normal(0, 0.16, 3)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_fill(colour))
    return np.asarray(canvas)


def watercolour(rng: np.random.Generator) -> Pixels:
    """Wet patches over each other, dark where they dried last, on rough paper."""
    paper = np.full((HEIGHT, WIDTH, 3), (0.985, 0.97, 0.935))
    colours = ["#d1495b", "#edae49", "#00798c", "#30638e", "#7b9e57", "#8e5ea2", "#e07a3f"]
    for number in range(64):
        y, x = rng.uniform(0, 1, 2)
        wobble = 0.09 * (_noise(rng, 9) - 0.5) + 0.05 * (_noise(rng, 30) - 0.5)
        inside = rng.uniform(0.07, 0.19) - _distance(x, y) + wobble
        wet = np.clip(inside / 0.012, 0, 1)
        dried = np.exp(-((inside - 0.006) ** 2) / 0.00006)
        strength = wet * (0.28 + 0.35 * _noise(rng, 8)) + 0.35 * dried
        ink = _hex(colours[number % len(colours)])
        paper *= 1 - strength[..., None] * (1 - ink)
    return _bytes(paper * (0.94 + 0.1 * _noise(rng, 180)[..., None]))


def woodblock_waves(rng: np.random.Generator) -> Pixels:
    """Overlapping rows of waves, each in flat bands of indigo between dark outlines, with foam."""
    picture = _coloured(["#f3d9a8", "#f6ead0", "#e9e3cf"], _across(0)).copy()
    sun = _distance(0.76, 0.2)
    picture[sun < 0.105] = _hex("#c8452f")
    x = _across(1) * WIDTH
    for row in range(9):
        top = HEIGHT * (0.26 + 0.085 * row)
        phase, length = rng.uniform(0, 6), 95 + 14 * row
        crest = np.abs(np.sin((x + 40 * np.sin(x / 90 + row)) / length * math.pi / 1.6 + phase))
        depth = _across(0) * HEIGHT - top + (26 + 5 * row) * crest + 6 * np.sin(x / 23 + row)
        band = (depth // 8).astype(int)
        shade = _coloured(SEA, np.clip(0.86 - 0.13 * band - 0.015 * row, 0, 1))
        line = np.minimum(depth % 8, 8 - depth % 8) < 0.9
        shade = np.where(line[..., None], _hex("#0b1c33"), shade)
        shade = np.where(((depth > 0) & (depth < 5))[..., None], _hex("#f8f4e6"), shade)
        shade = np.where((np.abs(depth) < 1.6)[..., None], _hex("#0b1c33"), shade)
        picture = np.where((depth > -1.6)[..., None], shade, picture)
    grain = 0.95 + 0.07 * _noise(rng, 120)
    soft = Image.fromarray(_bytes(picture * grain[..., None])).filter(ImageFilter.GaussianBlur(0.6))
    return np.asarray(soft)


PAINTERS: dict[str, Callable[[np.random.Generator], Pixels]] = {
    "Brush strokes": brush_strokes,
    "Stained glass": stained_glass,
    "Mosaic": mosaic,
    "Ink hatching": ink_hatching,
    "Dots": dots,
    "Watercolour": watercolour,
    "Woodblock waves": woodblock_waves,
}


def main() -> None:
    """Paint all and write them beside `styles.py`."""
    FOLDER.mkdir(exist_ok=True)
    for number, (name, paint) in enumerate(PAINTERS.items()):
        picture = Image.fromarray(paint(np.random.default_rng(number)))
        picture.save(FOLDER / STYLES[name], "JPEG", quality=84, optimize=True)
        print(f"{name}: {(FOLDER / STYLES[name]).stat().st_size:,} bytes")


def _noise(rng: np.random.Generator, cells: int) -> Doubles:
    """Smooth noise from 0 to 1 with about `cells` hills from left to right, and half as strong ones twice as fine."""
    total = np.zeros((HEIGHT, WIDTH))
    for octave, strength in ((1, 1.0), (2, 0.5)):
        grid = rng.normal(size=(max(2, cells * octave * 3 // 4) + 1, cells * octave + 1)).astype(np.float32)
        total += strength * np.asarray(Image.fromarray(grid).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
    return _scaled(total)


def _scaled(values: Doubles) -> Doubles:
    """Brought to 0 to 1, the lowest and highest hundredth cut off."""
    low, high = np.percentile(values, (1, 99))
    return np.clip((values - low) / (high - low), 0, 1)


def _across(axis: int) -> Doubles:
    """From 0 to 1, downwards or to the right."""
    return np.indices((HEIGHT, WIDTH))[axis] / ((HEIGHT, WIDTH)[axis] - 1)


def _distance(x: float, y: float) -> Doubles:
    """From a place of that share of the width and height, in heights."""
    return np.hypot(_across(0) - y, (_across(1) - x) * WIDTH / HEIGHT)


def _polar(radius: float, turn: float) -> tuple[float, float]:
    return 0.5 + radius * math.sin(turn), WIDTH / HEIGHT / 2 + radius * math.cos(turn)


def _cells(points: Doubles) -> tuple[NDArray[np.intp], Doubles]:
    """For each pixel the nearest point, and how far it is from the border of that point's cell."""
    pixels = np.indices((HEIGHT, WIDTH)).reshape(2, -1).T
    distances, nearest = cKDTree(points).query(pixels, k=2)
    apart = np.linalg.norm(points[nearest[:, 0]] - points[nearest[:, 1]], axis=1)
    border = (distances[:, 1] ** 2 - distances[:, 0] ** 2) / (2 * np.maximum(apart, 1e-6))
    return nearest[:, 0].reshape(HEIGHT, WIDTH), border.reshape(HEIGHT, WIDTH)


def _stroke(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    start: Sequence[float],
    angle: Doubles,
    width: int,
    length: int,
    colour: Doubles,
) -> None:
    """A stroke of bristles beside each other, each a little lighter or darker."""
    path = list(_followed(angle, start, length))
    for bristle in np.linspace(-0.5, 0.5, max(3, width // 2)):
        shift = bristle * width + rng.normal(0, 0.4)
        line = [(x - shift * math.sin(turn), y + shift * math.cos(turn)) for y, x, turn in path]
        shade = colour * (1 + 0.16 * math.cos(2.6 * bristle) + rng.normal(0, 0.09))
        first = int(rng.integers(0, max(1, len(line) // 4)))
        draw.line(line[first:], fill=_fill(shade), width=2, joint="curve")


def _followed(angle: Doubles, start: Sequence[float], length: int) -> Iterator[tuple[float, float, float]]:
    y, x = start
    for _ in range(length // 3):
        if not (0 <= y < HEIGHT and 0 <= x < WIDTH):
            return
        turn = float(angle[int(y), int(x)])
        yield y, x, turn
        y, x = y + 3 * math.sin(turn), x + 3 * math.cos(turn)


def _hex(colour: str) -> Doubles:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _coloured(palette: Sequence[str], tone: Doubles) -> Doubles:
    """Colours [..., 3] from 0 to 1 for tones from 0 to 1."""
    stops = np.array([_hex(colour) for colour in palette])
    places = np.linspace(0, 1, len(palette))
    return np.stack([np.interp(tone, places, stops[:, channel]) for channel in range(3)], axis=-1)


def _bytes(colours: Doubles) -> Pixels:
    return (np.clip(colours, 0, 1) * 255).round().astype(np.uint8)


def _fill(colour: Doubles) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in _bytes(colour))
    return red, green, blue


if __name__ == "__main__":
    main()
