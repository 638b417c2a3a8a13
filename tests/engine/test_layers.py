import random

import pytest

from engine.models import cifar, mnist, portable_cifar, shipped_cifar
from engine.models.fine_tuned import build_scratch
from engine.models.layers import mnist_layers
from engine.models.mnist import build_network
from engine.settings import CifarSettings, FineTuningSettings, MnistSettings


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


@pytest.mark.parametrize(
    "build",
    [
        lambda: mnist.build_network(MnistSettings()),
        lambda: cifar.build_network(CifarSettings(width=4)),
        lambda: cifar.build_network(CifarSettings(width=4, batch_norm=True)),
        lambda: portable_cifar.build_network(CifarSettings(width=4, batch_norm=True)),
        lambda: shipped_cifar.build_network((4, 4, 4)),
        lambda: build_scratch(FineTuningSettings(), 2),
    ],
    ids=["MNIST", "CIFAR-10", "batch norm", "portable", "shipped", "scratch"],
)
def test_no_network_has_names_that_count_on(build):
    # Each name of a variable that TensorFlow has not met yet costs a worker 36 KB for good.
    first, second = ([variable.path for variable in build().variables] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)
