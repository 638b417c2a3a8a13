"""What channels want to see: pictures that excite them, the same however cores share them."""

import numpy as np
import pytest
import tensorflow as tf

from engine.experiments import feature_visualisation
from engine.experiments.feature_visualisation import looker, visualising
from engine.experiments.finish import finish
from tests.engine.dream_networks import tiny_dreamer


@pytest.fixture(scope="module")
def network():
    return tiny_dreamer()


@pytest.mark.parametrize("view", ["photograph", "small", "drawing"])
def test_steps_excite_each_channel_more(network, view):
    channels = [2, 4]
    before, after = (finish(visualising(network, "second", channels, 32, steps, view=view)) for steps in (0, 20))
    look = looker(network, "second")
    means = [tf.reduce_mean(look(pictures.astype(np.float32)), axis=[1, 2]).numpy() for pictures in (before, after)]
    for place, channel in enumerate(channels):
        assert means[1][place, channel] > means[0][place, channel]


def test_cores_that_share_the_channels_make_the_same_pictures(network, monkeypatch):
    pictures = []
    for shares in (1, 2):
        monkeypatch.setattr(feature_visualisation, "shares", lambda shares=shares: shares)
        pictures.append(finish(visualising(network, "second", [5, 1, 3], 32, 6)))
    np.testing.assert_allclose(*(p.astype(int) for p in pictures), atol=1)


def test_a_single_channel_is_not_shared(network):
    assert finish(visualising(network, "second", [1], 32, 2)).shape == (1, 32, 32, 3)
