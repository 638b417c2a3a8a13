"""Each distortion against arithmetic written out, and against TensorFlow's own functions."""

import numpy as np
import pytest
import tensorflow as tf

from engine.models.augmentation import (
    brighten,
    build_prepare,
    change_contrast,
    crop_and_flip,
    distort_once,
    prepare_undistorted,
    standardize,
)
from engine.preview import preview
from engine.settings import CifarSettings

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
PLAIN = {"brightness": 0, "contrast": 0.0, "flip": False}


def test_crops_are_windows_and_flips_mirror_them():
    tops, lefts = np.array([0, 8, 3, 5, 1], np.int32), np.array([8, 0, 2, 7, 4], np.int32)
    flips = np.array([False, False, True, True, False])
    cropped = crop_and_flip(IMAGES, tops, lefts, flips, 24).numpy()
    for n in range(5):
        window = IMAGES[n, tops[n] : tops[n] + 24, lefts[n] : lefts[n] + 24]
        np.testing.assert_array_equal(cropped[n], window[:, ::-1] if flips[n] else window)


def test_what_reaches_over_an_edge_mirrors_the_picture():
    cropped = crop_and_flip(IMAGES[:1], np.array([-3], np.int32), np.array([2], np.int32), np.array([False]), 32)
    padded = np.pad(IMAGES[0], ((3, 3), (3, 3), (0, 0)), mode="symmetric")
    np.testing.assert_array_equal(cropped[0].numpy(), padded[0:32, 5:37])


def test_brightness_adds_and_contrast_spreads_about_each_channels_mean():
    x = IMAGES.astype(np.float32)
    by, factors = np.linspace(-63, 63, 5, dtype=np.float32), np.linspace(0.2, 1.8, 5, dtype=np.float32)
    np.testing.assert_allclose(brighten(x, by)[3], x[3] + by[3])
    means = x.mean(axis=(1, 2), keepdims=True)
    expected = (x - means) * factors.reshape(5, 1, 1, 1) + means
    np.testing.assert_allclose(change_contrast(x, factors), expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(change_contrast(x, factors)[4], tf.image.adjust_contrast(x[4], 1.8), rtol=1e-3, atol=0.1)


def test_standardisation_is_tensorflows_also_of_one_colour():
    x = np.concatenate([IMAGES, np.full((1, 32, 32, 3), 77, np.uint8)]).astype(np.float32)
    np.testing.assert_allclose(standardize(x), tf.image.per_image_standardization(x), rtol=1e-4, atol=1e-4)
    assert not standardize(x)[-1].numpy().any()


def test_standardisation_undoes_brightness():
    x = IMAGES.astype(np.float32)
    np.testing.assert_allclose(standardize(brighten(x, np.full(5, 40, np.float32))), standardize(x), atol=1e-4)


def test_the_test_sees_the_middle_and_nothing_at_random():
    expected = tf.image.per_image_standardization(IMAGES[:, 4:28, 4:28].astype(np.float32))
    np.testing.assert_allclose(prepare_undistorted(tf.constant(IMAGES)), expected, rtol=1e-4, atol=1e-4)


def test_a_central_crop_without_distortions_is_the_middle_of_the_picture():
    distorted, _ = distort_once(IMAGES, CifarSettings(crop="central", **PLAIN), 0)
    np.testing.assert_array_equal(distorted, IMAGES[:, 4:28, 4:28])


def test_random_crops_take_each_place_equally():
    """Pixels say where they are, so that the corner of each crop tells its place."""
    places = np.stack([*np.mgrid[:32, :32], np.zeros((32, 32))], axis=-1).astype(np.uint8)
    crops, _ = distort_once(np.repeat(places[np.newaxis], 4_050, axis=0), CifarSettings(crop="random", **PLAIN), 0)
    counts = np.zeros((9, 9))
    np.add.at(counts, (crops[:, 0, 0, 0].astype(int), crops[:, 0, 0, 1].astype(int)), 1)
    # 50 are expected in each of the 81 places; chi-squared of 80 degrees of freedom is below 125 in 999 of 1,000.
    assert ((counts - 50) ** 2 / 50).sum() < 125


def test_one_half_is_mirrored_and_strengths_stay_within_their_bounds():
    ramp = np.tile(np.arange(32, dtype=np.uint8)[np.newaxis, :, np.newaxis] * 4 + 60, (32, 1, 3))
    images = np.repeat(ramp[np.newaxis], 2_000, axis=0)
    flipped, _ = distort_once(images, CifarSettings(brightness=0, contrast=0.0), 1)
    share = np.mean(flipped[:, 0, 0, 0] > flipped[:, 0, 23, 0])
    assert 0.45 < share < 0.55
    distorted, _ = distort_once(images, CifarSettings(flip=False, brightness=63, contrast=0.8), 2)
    middle = images[0, 4:28, 4:28].astype(np.float64)
    offsets = distorted.mean(axis=(1, 2, 3)) - middle.mean()
    spreads = distorted.std(axis=(1, 2, 3)) / middle.std()
    assert -63 <= offsets.min() < -60
    assert 60 < offsets.max() <= 63
    assert 0.199 < spreads.min() < 0.25
    assert 1.75 < spreads.max() < 1.801


def test_the_same_seed_distorts_alike():
    settings = CifarSettings(crop="random")
    first, second, other = (distort_once(IMAGES, settings, seed)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@pytest.mark.parametrize("settings", [{}, PLAIN, {"crop": "random", "contrast": 0.0}], ids=str)
def test_training_pictures_are_those_of_the_preview(settings):
    chosen = CifarSettings(**settings)
    prepared = build_prepare(chosen, tf.random.Generator.from_seed(5))(tf.constant(IMAGES))
    np.testing.assert_allclose(prepared, distort_once(IMAGES, chosen, 5)[1], atol=1e-4)


def test_a_generator_goes_on_so_that_each_batch_is_distorted_anew():
    prepare = build_prepare(CifarSettings(), tf.random.Generator.from_seed(0))
    assert (prepare(IMAGES).numpy() != prepare(IMAGES).numpy()).any()


@pytest.mark.parametrize("number", [0, 10_000_000])
def test_the_preview_is_twelve_distortions_of_a_training_picture(number):
    shown = preview(CifarSettings(), number, seed=0)
    assert shown.picture.shape == (32, 32, 3)
    assert shown.distorted.shape == shown.given.shape == (12, 24, 24, 3)
    assert shown.distorted.dtype == shown.given.dtype == np.uint8
    assert len({tile.tobytes() for tile in shown.distorted}) == 12
