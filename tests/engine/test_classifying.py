"""A picture named, and where the network looked."""

import numpy as np
import pytest
import tensorflow as tf

from engine.classifying import classify
from engine.errors import InvalidInput
from engine.images import middle_square
from engine.models.explain_cifar import grad_cam
from engine.models.shipped_cifar import FILE, MEAN, as_input, build_network, load_network, save_weights, whiten
from engine.sources.photographs import load_photograph


@pytest.fixture(scope="module")
def named():
    return classify(load_photograph("Cat"))


def test_the_weights_are_small_enough_to_ship():
    assert FILE.stat().st_size < 6_000_000


def test_the_cat_is_a_cat(named):
    assert named.probabilities.argmax() == 3
    assert named.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert named.seen.shape == (32, 32, 3)


def test_grad_cam_has_the_size_of_each_blocks_maps(named):
    assert {name: looked.shape for name, looked in named.looked.items()} == {
        "block1": (15, 15),
        "block2": (7, 7),
        "block3": (3, 3),
    }
    for looked in named.looked.values():
        assert looked.min() >= 0
        assert looked.max() == pytest.approx(1)


def test_grad_cam_by_hand():
    rng = np.random.default_rng(0)
    maps, gradients = rng.normal(size=(2, 3, 4, 5)).astype(np.float32)
    weighted = np.maximum((maps * gradients.mean(axis=(0, 1))).sum(axis=2), 0)
    np.testing.assert_allclose(grad_cam(maps, gradients), weighted / weighted.max(), rtol=1e-4)
    assert not grad_cam(np.ones((2, 2, 3), np.float32), -np.ones((2, 2, 3), np.float32)).numpy().any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (33, 31)])
def test_pictures_of_every_shape_have_a_middle_square(shape):
    middle = middle_square(np.zeros((*shape, 3), np.uint8))
    assert middle.shape == (min(shape), min(shape), 3)


@pytest.mark.parametrize("picture", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(InvalidInput, match="must be uint8"):
        classify(picture)


def test_whitening_makes_patches_independent():
    rng = np.random.default_rng(0)
    smooth = tf.image.resize(rng.integers(0, 256, (200, 8, 8, 3)), (32, 32)).numpy()
    images = np.clip(smooth + rng.normal(0, 20, smooth.shape), 0, 255).astype(np.uint8)
    network = build_network((4, 4, 4))
    whiten(network, images)
    kernels = network.get_layer("whitening").get_weights()[0]
    answers = tf.nn.conv2d(as_input(images), kernels[..., :12], 1, "VALID").numpy().reshape(-1, 12)
    covariance = np.cov(answers, rowvar=False)
    np.testing.assert_allclose(covariance, np.diag(np.diagonal(covariance)), atol=0.01)
    assert np.diagonal(covariance).min() > 0.5
    np.testing.assert_array_equal(kernels[..., 12:], -kernels[..., :12])


def test_weights_are_read_back_as_they_were_written(tmp_path):
    network = load_network()
    save_weights(network, tmp_path / "weights.npz")
    for weight, again in zip(network.get_weights(), load_network(tmp_path / "weights.npz").get_weights(), strict=True):
        np.testing.assert_array_equal(weight, again)


def test_the_input_has_cifar10s_mean_at_zero():
    np.testing.assert_allclose(as_input(np.full((1, 2, 2, 3), 127, np.uint8))[0, 0, 0], (127 - np.array(MEAN)) / [
        63.0, 62.1, 66.7
    ], rtol=1e-5)  # fmt: skip
