"""How pictures on disk lie against their source: the eight ways to turn and mirror a square."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.errors import InvalidInput
from engine.images import Pixels, read_image
from engine.preparing.plan import plan_pictures
from engine.sources.cifar10 import load_named_pictures

WAYS: Mapping[str, tuple[bool, bool, bool]] = {
    "upright": (False, False, False),
    "mirrored and turned (transposed)": (True, False, False),
    "mirrored": (False, False, True),
    "upside down": (False, True, True),
    "mirrored upside down": (False, True, False),
    "turned to the right": (True, False, True),
    "turned to the left": (True, True, False),
    "transposed the other way": (True, True, True),
}
"""Swap rows with columns; reverse rows; reverse columns."""

SAMPLE = 200


def turned(picture: Pixels, way: str) -> Pixels:
    """`picture` [height, width, 3] in one of the eight ways."""
    swap, rows, columns = WAYS[way]
    swapped = picture.transpose(1, 0, 2) if swap else picture
    return swapped[:: -1 if rows else 1, :: -1 if columns else 1]


def orientation(picture: Pixels, source: Pixels) -> str:
    """How `picture` lies against `source`, or "another picture"."""
    return next((way for way in WAYS if np.array_equal(picture, turned(source, way))), "another picture")


def check_orientation(folder: str, split: str) -> dict[str, int]:
    """How many of 200 files of a folder prepared from CIFAR-10 or Photo-10 lie which way against the source."""
    plan = plan_pictures(load_named_pictures(), split)
    counts: dict[str, int] = {}
    for place in np.linspace(0, len(plan.paths) - 1, SAMPLE).astype(int):
        source = plan.read(place)
        try:
            found = orientation(read_image((Path(folder) / plan.paths[place]).read_bytes()), source)  # type: ignore[arg-type]
        except (OSError, InvalidInput):
            found = "missing"
        counts[found] = counts.get(found, 0) + 1
    return counts
