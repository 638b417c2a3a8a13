"""The network that comes with the app, and what it says of a digit."""

import numpy as np
import pytest

from engine.digits import normalise
from engine.errors import InvalidInput, NotHere
from engine.models.layers import mnist_layers
from engine.models.shipped_mnist import FILE, SETTINGS, load_network, save_weights
from engine.reading import KEPT, Trained, read_digit, read_own_digit
from engine.sources.mnist import load_digits
from engine.strokes import parse_strokes, rasterise
from tests.drawn_digits import as_sent


def drawn(digit, *place):
    return normalise(rasterise(parse_strokes(as_sent(digit, *place)))).centred


def test_the_shipped_weights_read_the_embedded_test_digits():
    # They were trained on these; tests/slow has the real test digits.
    digits = load_digits()
    read = [read_digit(image).probabilities.argmax() for image in digits.test_images]
    assert np.mean(read == digits.test_labels) >= 0.985


def test_the_shipped_weights_are_small():
    assert FILE.stat().st_size < 500_000


@pytest.mark.parametrize("place", [(1, 0, 0), (0.4, 0.55, 0.05)], ids=["large", "small and off centre"])
def test_drawn_digits_are_read(place):
    read = [int(read_digit(drawn(digit, *place)).probabilities.argmax()) for digit in range(10)]
    assert sum(answer == digit for digit, answer in enumerate(read)) >= 8, read


def test_shapes_and_ranges_of_a_reading():
    reading = read_digit(drawn(5))
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert (reading.unit1.shape, reading.unit2.shape) == ((14, 14, 16), (7, 7, 32))
    assert reading.unit1.dtype == reading.unit2.dtype == np.uint8
    assert reading.unit1.max() == reading.unit2.max() == 255
    assert reading.mattered.shape == (28, 28)
    assert np.abs(reading.mattered).max() == pytest.approx(1)


def test_only_ink_can_have_mattered():
    image = drawn(7)
    mattered = read_digit(image).mattered
    assert not mattered[image == 0].any()
    assert (mattered > 0).any()


def test_what_mattered_is_the_slope_of_the_log_odds():
    """Ink made a little fainter moves the answer's log-odds by as much as its pixels said."""
    image = drawn(4)
    reading = read_digit(image)
    row, column = np.unravel_index(np.abs(reading.mattered * (image > 100)).argmax(), (28, 28))
    fainter = image.copy()
    fainter[row, column] -= 8
    answer = reading.probabilities.argmax()
    change = logit_of(fainter, answer) - logit_of(image, answer)
    assert np.sign(change) == -np.sign(reading.mattered[row, column])


def logit_of(image, digit):
    """Log-odds of a digit, from logits and not from rounded probabilities."""
    logits = load_network()(image[np.newaxis, ..., np.newaxis].astype(np.float32) / 255).numpy()[0].astype(float)
    others = np.delete(logits, digit)
    return logits[digit] - others.max() - np.log(np.exp(others - others.max()).sum())


def test_a_blank_image_has_a_reading_without_pixels_that_mattered():
    assert not read_digit(np.zeros((28, 28), np.uint8)).mattered.any()


@pytest.mark.parametrize("image", [np.zeros((20, 20), np.uint8), np.zeros((28, 28), np.float32)], ids=["size", "type"])
def test_another_shape_or_type_is_refused(image):
    with pytest.raises(InvalidInput, match=r"uint8 \(28, 28\)"):
        read_digit(image)


def test_weights_survive_the_file(tmp_path):
    network = load_network()
    save_weights(network, tmp_path / "weights.npz")
    again = load_network(tmp_path / "weights.npz")
    for before, after in zip(network.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert again.count_params() == sum(layer.parameters for layer in mnist_layers(SETTINGS))


def test_a_network_is_given_once_and_known_by_its_name_until_others_came():
    trained = Trained(SETTINGS, tuple(load_network().get_weights()))
    image = drawn(3)
    with pytest.raises(NotHere, match="first-5"):
        read_own_digit(image, "first-5")
    given = read_own_digit(image, "first-5", trained)
    np.testing.assert_array_equal(read_own_digit(image, "first-5").probabilities, given.probabilities)
    for number in range(KEPT):
        read_own_digit(image, f"other-{number}", trained)
    with pytest.raises(NotHere):
        read_own_digit(image, "first-5")
