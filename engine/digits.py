"""How MNIST's makers brought a drawn digit to 28×28 pixels, step by step.

LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998), section III.A: fitted
into 20×20 pixels with the aspect kept and grey edges, then placed in 28×28 with the centre of mass in the middle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput

SIDE, FIELD = 20, 28
MIDDLE = 14
"""Row and column where MNIST has its centres of mass: 13.5 to 14.5 in every one of its digits (measured)."""

ALL_INK = 0.9
"""A pad with more ink than this share of it holds no digit."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Normalised:
    """The steps, all uint8 with ink 255 on paper 0.

    cropped: [height, width] around the ink; fitted: the same digit, its longer side `SIDE`; centred: [28, 28].
    """

    cropped: Grey
    fitted: Grey
    centred: Grey


def normalise(drawing: Grey) -> Normalised:
    """All steps for a uint8 [height, width] drawing. Raises `InvalidInput` where there is no ink, or nothing else."""
    if drawing.mean() > ALL_INK * 255:
        raise InvalidInput("Nearly the whole pad is ink, so there is no digit to see. Clear it and draw one.")
    cropped = crop(drawing)
    fitted = fit(cropped)
    return Normalised(cropped, fitted, centre(fitted))


def crop(drawing: Grey) -> Grey:
    """The smallest part of the drawing that holds all its ink. Raises `InvalidInput` where there is none."""
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    if not len(rows):
        raise InvalidInput("Nothing is drawn yet. Draw a digit from 0 to 9.")
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(image: Grey) -> Grey:
    """The image with its longer side scaled to `SIDE` pixels; each new pixel is the mean of what it covers."""
    height, width = image.shape
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))


def centre_of_mass(image: Grey) -> tuple[float, float]:
    """Mean row and column of the ink, each pixel weighted by its value; there must be some."""
    rows, columns = image.sum(axis=1, dtype=np.float64), image.sum(axis=0, dtype=np.float64)
    total = rows.sum()
    return float(rows @ np.arange(len(rows)) / total), float(columns @ np.arange(len(columns)) / total)


def centre(image: Grey) -> Grey:
    """The image in a field of [28, 28], moved by whole pixels until its centre of mass is in the middle.

    Of a digit so lopsided that it would stick out, no ink is cut: it stays at the edge.
    """
    height, width = image.shape
    row, column = centre_of_mass(image)
    top = min(max(round(MIDDLE - row), 0), FIELD - height)
    left = min(max(round(MIDDLE - column), 0), FIELD - width)
    field = np.zeros((FIELD, FIELD), np.uint8)
    field[top : top + height, left : left + width] = image
    return field
