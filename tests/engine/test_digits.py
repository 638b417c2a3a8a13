"""The normalisation of MNIST against values worked out by hand."""

import numpy as np
import pytest

from engine.digits import centre, centre_of_mass, crop, fit, normalise
from engine.errors import InvalidInput
from engine.strokes import PAD, parse_strokes, rasterise
from tests.drawn_digits import as_sent


def drawing(**places):
    """A pad of 280×280 with ink in the named slices of rows and columns."""
    pad = np.zeros((280, 280), np.uint8)
    pad[places["rows"], places["columns"]] = 255
    return pad


def test_centre_of_mass_by_hand():
    image = np.zeros((4, 5), np.uint8)
    image[0, 1], image[3, 4] = 100, 200
    # Rows: (0·100 + 3·200) / 300; columns: (1·100 + 4·200) / 300.
    assert centre_of_mass(image) == pytest.approx((2, 3))


def test_sums_of_many_bright_pixels_do_not_overflow():
    assert centre_of_mass(np.full((280, 280), 255, np.uint8)) == pytest.approx((139.5, 139.5))


def test_crop_keeps_the_ink_and_nothing_else():
    cropped = crop(drawing(rows=slice(30, 70), columns=slice(200, 210)))
    assert cropped.shape == (40, 10)
    assert cropped.min() == 255


def test_fit_takes_the_mean_of_what_each_pixel_covers():
    image = np.zeros((40, 20), np.uint8)
    image[0, 0], image[0, 1], image[1, 0] = 200, 100, 60
    fitted = fit(image)
    assert fitted.shape == (20, 10)
    assert fitted[0, 0] == 90  # (200 + 100 + 60 + 0) / 4
    assert fitted[1:].max() == 0


@pytest.mark.parametrize(
    ("shape", "fitted"), [((100, 50), (20, 10)), ((50, 100), (10, 20)), ((5, 5), (20, 20)), ((280, 2), (20, 1))]
)
def test_fit_keeps_the_aspect(shape, fitted):
    assert fit(np.full(shape, 255, np.uint8)).shape == fitted


def test_centre_moves_the_mass_to_row_and_column_14():
    image = np.zeros((20, 5), np.uint8)
    image[0], image[19] = 100, 50  # mass at (19·50/150, 2) = (6.33, 2): moved by 8 rows and 12 columns
    field = centre(image)
    assert np.argwhere(field).min(axis=0).tolist() == [8, 12]
    assert centre_of_mass(field) == pytest.approx((14.33, 14), abs=0.01)


def test_centre_cuts_no_ink_of_a_lopsided_digit():
    image = np.full((20, 20), 1, np.uint8)
    image[19, :] = 255  # mass near row 18: moving it by −4 would cut four rows
    field = centre(image)
    assert field.sum() == image.sum(dtype=int)
    assert field[0].max() == 1


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(("size", "left", "top"), [(1, 0, 0), (0.35, 0.62, 0.05), (0.3, 0.02, 0.66)])
def test_digits_off_centre_and_small_land_in_the_middle(digit, size, left, top):
    steps = normalise(rasterise(parse_strokes(as_sent(digit, size, left, top))))
    assert max(steps.fitted.shape) == 20
    assert steps.centred.shape == (28, 28)
    row, column = centre_of_mass(steps.centred)
    assert (row, column) == pytest.approx((14, 14), abs=0.5001)


def test_a_blank_pad_is_told():
    with pytest.raises(InvalidInput, match=r"Nothing is drawn yet\. Draw a digit"):
        normalise(np.zeros((280, 280), np.uint8))


def test_a_pad_that_is_all_ink_is_told():
    with pytest.raises(InvalidInput, match=r"whole pad is ink.*Clear it"):
        normalise(np.full((PAD, PAD), 255, np.uint8))


@pytest.mark.parametrize("place", [(0, 0), (279, 279), (140, 3)])
def test_one_pixel_of_ink_is_enough(place):
    pad = np.zeros((280, 280), np.uint8)
    pad[place] = 255
    assert normalise(pad).centred.max() == 255
