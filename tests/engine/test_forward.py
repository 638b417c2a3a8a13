"""The network in NumPy gives what Keras gives, and refuses weights that are not its own."""

import keras
import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.forward import check_weights, feature_maps, hidden_layer, weight_shapes
from engine.models.mnist import build_network
from engine.settings import MnistSettings

SIZES = {"conv1_features": 3, "conv2_features": 5, "dense_size": 7}


@pytest.mark.parametrize("pools", [(2, 2), (3, 3), (1, 5), (28, 4)])
def test_it_agrees_with_keras(pools):
    settings = MnistSettings(pool1=pools[0], pool2=pools[1], **SIZES)
    network = build_network(settings)
    weights = network.get_weights()
    images = np.random.default_rng(3).integers(0, 256, (30, 28, 28), np.uint8)
    layers = [network.layers[place].output for place in (1, 3, 5)]
    wanted = keras.Model(network.inputs[0], layers)(images[..., None].astype(np.float32) / 255)
    found = (*feature_maps(settings, weights, images), hidden_layer(settings, weights, images))
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)
    assert [weight.shape for weight in weights] == weight_shapes(settings)
    check_weights(settings, weights)
    check_weights(settings, weights[:4])


def test_foreign_and_broken_weights_are_refused():
    settings = MnistSettings(**SIZES)
    weights = [np.zeros(shape, np.float32) for shape in weight_shapes(settings)]
    with pytest.raises(InvalidInput, match="do not fit"):
        check_weights(MnistSettings(), weights)
    with pytest.raises(InvalidInput, match="do not fit"):
        check_weights(settings, weights[:3])
    weights[2][0] = np.nan
    with pytest.raises(InvalidInput, match="diverged"):
        check_weights(settings, weights)
