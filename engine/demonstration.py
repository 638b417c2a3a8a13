"""The numbers of the convolution that one can step through: small ones by seed, and the edits of the person at work.

An edit is written `x2.3.0=5` for input row 2, column 3, channel 0; `w0.1.2.1=-1` for row 0, column 1, channel 2 of
filter 1; `b1=0.5` for the bias of filter 1. Edits are joined by commas: this text travels in the page's address.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.convolution import Floats

LARGEST_INPUT, MOST_CHANNELS, MOST_FILTERS, LARGEST_KERNEL = 10, 4, 4, 5
LARGEST_NUMBER = 1000.0

_EDIT = re.compile(r"([xwb])(\d(?:\.\d){0,3})=(-?(?:\d{1,9}(?:\.\d{1,12})?|\.\d{1,12})(?:e-?\d{1,3})?)")
"""Of bounded length: a text made to do harm cannot keep it busy."""

MOST_EDITS = 1_000
_FIELDS = {"x": "volume", "w": "kernels", "b": "bias"}
_LARGEST = {
    "x": (LARGEST_INPUT, LARGEST_INPUT, MOST_CHANNELS),
    "w": (LARGEST_KERNEL, LARGEST_KERNEL, MOST_CHANNELS, MOST_FILTERS),
    "b": (MOST_FILTERS,),
}


@dataclass(frozen=True)
class Numbers:
    """volume: [size, size, channels]; kernels: [side, side, channels, filters]; bias: [filters]; all float32."""

    volume: Floats
    kernels: Floats
    bias: Floats


def demo_numbers(seed: int, size: int, channels: int, filters: int, kernel: int) -> Numbers:
    """Inputs from 0 to 2 and weights from -1 to 1, as in cs231n's demo. Other sizes keep the numbers they share."""
    random = np.random.default_rng(seed)
    volume = random.integers(0, 3, (LARGEST_INPUT, LARGEST_INPUT, MOST_CHANNELS))
    kernels = random.integers(-1, 2, (LARGEST_KERNEL, LARGEST_KERNEL, MOST_CHANNELS, MOST_FILTERS))
    bias = np.arange(1, MOST_FILTERS + 1) % 2
    return Numbers(
        volume[:size, :size, :channels].astype(np.float32),
        kernels[:kernel, :kernel, :channels, :filters].astype(np.float32),
        bias[:filters].astype(np.float32),
    )


def accepted_edits(text: str) -> str:
    """What of `text` are edits: of a place that there is at some size, and to a number that is not too large."""
    return ",".join(match[0] for match in _accepted(text))


def with_edits(numbers: Numbers, text: str) -> Numbers:
    """`numbers` with the edits in `text`; what is outside of them or not an edit changes nothing."""
    changed = {name: getattr(numbers, name).copy() for name in _FIELDS.values()}
    for match in _accepted(text):
        array, place = changed[_FIELDS[match[1]]], _place(match)
        if _is_inside(place, array.shape):
            array[place] = float(match[3])
    return replace(numbers, **changed)


def _accepted(text: str) -> Iterator[re.Match[str]]:
    for part in text.split(",", MOST_EDITS)[:MOST_EDITS]:
        match = _EDIT.fullmatch(part)
        if match and _is_inside(_place(match), _LARGEST[match[1]]) and abs(float(match[3])) <= LARGEST_NUMBER:
            yield match


def _place(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(index) for index in match[2].split("."))


def _is_inside(place: Sequence[int], shape: Sequence[int]) -> bool:
    return len(place) == len(shape) and all(i < n for i, n in zip(place, shape, strict=True))
