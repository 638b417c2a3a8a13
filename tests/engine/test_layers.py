import random

import pytest

from engine.models.layers import mnist_layers
from engine.models.mnist import build_network
from engine.settings import MnistSettings


def random_settings(seed):
    rng = random.Random(seed)
    return MnistSettings(
        conv1_features=rng.randint(1, 12),
        conv2_features=rng.randint(1, 12),
        pool1=rng.randint(1, 28),
        pool2=rng.randint(1, 28),
        dense_size=rng.randint(1, 40),
    )


@pytest.mark.parametrize("settings", [MnistSettings(), *map(random_settings, range(12))], ids=str)
def test_the_drawing_is_the_network(settings):
    drawn, built = mnist_layers(settings), build_network(settings)
    layers = [layer for layer in built.layers if layer.name.rsplit("_")[0] != "flatten"]
    assert [layer.shape for layer in drawn[1:]] == [layer.output.shape[1:] for layer in layers]
    assert [layer.parameters for layer in drawn[1:]] == [layer.count_params() for layer in layers]


def test_the_chapters_network_by_hand():
    parameters = {layer.name: layer.parameters for layer in mnist_layers(MnistSettings())}
    assert parameters["Conv 1 + ReLU"] == 4 * 4 * 1 * 25 + 25
    assert parameters["Conv 2 + ReLU"] == 4 * 4 * 25 * 50 + 50
    assert parameters["Dense + ReLU"] == 7 * 7 * 50 * 100 + 100
    assert parameters["Output"] == 100 * 10 + 10


def test_same_pooling_rounds_up_where_the_chapter_rounded_down():
    assert mnist_layers(MnistSettings(pool1=3, pool2=3))[4].shape[:2] == (4, 4)
