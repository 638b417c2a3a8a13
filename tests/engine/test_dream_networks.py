"""Frozen networks: Keras's, the chapter's kind of graph, and files that are neither."""

import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from engine.dream_settings import class_number
from engine.errors import DamagedSource, InvalidInput
from engine.models.dream_networks import freeze_own, grey, load_dreamer, load_inception5h
from engine.models.frozen import read_graph
from tests.engine.dream_networks import frozen_graph, tiny_dreamer


def maps(network, pictures, names):
    return [found.numpy() for found in tf.function(lambda x: network.maps(x, names), autograph=False)(pictures)]


def test_a_keras_network_gives_the_maps_of_its_layers():
    network = tiny_dreamer()
    assert dict(network.layers) == {"first": 4, "second": 6, "logits": 5}
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 21, 34, 3)).astype(np.float32)
    first, classes = maps(network, pictures, ["first", "logits"])
    assert first.shape == (2, 11, 17, 4)
    assert classes.shape == (2, 1, 1, 5)


def test_efficientnet_sees_a_cat_in_bfloat16_too(chelsea):
    (classes,) = maps(load_dreamer("efficientnet_lite0", "bfloat16"), chelsea[np.newaxis], ["logits"])
    assert classes[0, 0, 0].argmax() == 285  # Egyptian cat


@pytest.fixture
def chelsea():
    from engine.images import shrink
    from engine.sources.photographs import load_photograph

    return shrink(load_photograph("Cat"), 320).astype(np.float32)


def test_a_frozen_graph_is_read_with_the_chapters_names(tmp_path):
    path = tmp_path / "tensorflow_inception_graph.pb"
    frozen_graph(path)
    with zipfile.ZipFile(tmp_path / "inception5h.zip", "w") as archive:
        archive.write(path, path.name)
    for file in (path, tmp_path / "inception5h.zip"):
        network = load_inception5h(file)
        assert dict(network.layers) == {"conv2d0_pre_relu": 4, "mixed4d_3x3_bottleneck_pre_relu": 8}
    (found,) = maps(network, np.full((1, 16, 16, 3), 200, np.float32), ["mixed4d_3x3_bottleneck_pre_relu"])
    assert found.shape == (1, 4, 4, 8)
    assert found.min() < 0  # before its ReLU


def test_it_runs_from_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path))
    frozen_graph(tmp_path / "tensorflow_inception_graph.pb")
    assert "mixed4d_3x3_bottleneck_pre_relu" in load_dreamer("inception5h").layers


def other_graph():
    with tf.Graph().as_default() as graph:
        tf.compat.v1.placeholder(tf.float32, [None], name="other")
    return graph.as_graph_def().SerializeToString()


@pytest.mark.parametrize("content", [b"no graph at all", b"", other_graph()], ids=["text", "empty", "another graph"])
def test_a_file_that_is_no_graph_is_refused_in_words(content):
    with pytest.raises(DamagedSource, match="no frozen TensorFlow graph|no convolution"):
        read_graph(content, "input", lambda x: x)


def test_weights_that_are_not_here_are_asked_for_in_words():
    with pytest.raises(InvalidInput, match=r"not here.*python -m engine download inception5h"):
        load_dreamer("inception5h")


def test_a_grey_network_dreams_in_colour():
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(2, 3, name="look")])
    pictures = np.full((1, 28, 28, 3), 51, np.float32)
    (found,) = maps(freeze_own(model, grey), pictures, ["look"])
    np.testing.assert_allclose(found, model(np.full((1, 28, 28, 1), 0.2, np.float32)), rtol=1e-4)


def test_classes_by_name_and_number():
    names = ("tabby", "tiger cat", "tiger")
    assert [class_number(name, names) for name in ("tiger", "TIGER CAT", "2", "tab")] == [2, 1, 2, 0]
    with pytest.raises(InvalidInput, match="image_class is 'unicorn'"):
        class_number("unicorn", (*names, *["x"] * 300))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a file written", "asks for 'WriteFile'"),
        ("a file read", "asks for 'ReadFile'"),
        ("Python called", "asks for"),
        ("constants of 16 GB", "more than 200,000,000 numbers"),
        ("constants below zero", "more than 200,000,000 numbers"),
        ("a cycle", "no frozen TensorFlow graph"),
    ],
)
def test_a_graph_that_does_more_than_arithmetic_is_not_read(name, sentence):
    from tests.hostile.graphs import HOSTILE

    with pytest.raises(DamagedSource, match=sentence):
        read_graph(HOSTILE[name](), "input", lambda x: x)
