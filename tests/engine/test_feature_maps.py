"""EfficientNet-Lite0 in Keras, and what is sent of it to be drawn."""

import numpy as np
import pytest

from engine import feature_maps
from engine.feature_maps import layer_maps, look
from engine.images import pixels_of, squared
from engine.models.efficientnet_lite0 import build_network
from engine.models.efficientnet_parts import SIZE, blocks, reaches
from engine.models.imagenet import class_names
from engine.sources.efficientnet_lite0 import load_weights
from engine.sources.photographs import load_photograph


@pytest.fixture(scope="module")
def network():
    return build_network()


@pytest.fixture(scope="module")
def cat():
    return squared(load_photograph("Cat"), SIZE)


@pytest.mark.parametrize(("photograph", "name", "share"), [("Cat", "Egyptian cat", 0.36), ("Coffee", "espresso", 0.93)])
def test_it_recognises_photographs(photograph, name, share):
    top = look(squared(load_photograph(photograph), SIZE)).top
    assert top[0] == (name, pytest.approx(share, abs=0.02))
    assert [odds for _, odds in top] == sorted((odds for _, odds in top), reverse=True)
    assert sum(odds for _, odds in top) < 1


def test_the_network_is_that_of_the_table(network):
    assert network.count_params() == 4_631_000
    assert len(blocks()) == 16
    assert [block.number for block in blocks()] == list(range(16))
    assert [block.number for block in blocks() if block.residual] == [2, 4, 6, 7, 9, 10, 12, 13, 14]


def test_it_takes_any_size(network):
    assert network(np.zeros((2, 97, 131, 3), np.float32)).shape == (2, 1000)


def test_plain_arithmetic_foretells_every_shape_and_cost(network):
    convolutions = [layer for layer in network.layers if "Conv2D" in type(layer).__name__]
    maps = feature_maps._run(np.zeros((SIZE, SIZE, 3), np.uint8).tobytes())
    for part, reach in reaches().items():
        assert maps[part.name].shape == (reach.height, reach.width, reach.channels)
    for convolution, reach in zip(convolutions, reaches().values(), strict=True):
        assert reach.parameters == convolution.count_params()
        assert reach.multiply_adds == convolution.kernel.numpy().size * reach.height * reach.width
    assert sum(reach.parameters for reach in reaches().values()) == network.count_params() - 1281 * 1000


def test_folding_keeps_the_numbers_of_the_batch_normalisation(network, cat):
    weights = load_weights()
    pixels = (cat.astype(np.float64) - 127) / 128
    # One place of the stem by hand: rows and columns 20 to 22, for SAME with stride 2 pads below and on the right.
    products = np.einsum("ijc,ocij->o", pixels[20:23, 20:23], weights["_conv_stem.weight"])
    scale = weights["_bn0.weight"] / np.sqrt(weights["_bn0.running_var"] + 1e-3)
    expected = (products - weights["_bn0.running_mean"]) * scale + weights["_bn0.bias"]
    np.testing.assert_allclose(feature_maps._run(cat.tobytes())["stem"][10, 10], expected, rtol=1e-3, atol=1e-3)


def test_a_window_holds_all_that_its_cell_depends_on(cat):
    """Change the picture outside the theoretical window of a cell: the cell stays. Change it inside: it does not."""
    window = next(reach for part, reach in reaches().items() if part.name == "block3_depthwise").window(14, 14)
    inside = np.zeros((SIZE, SIZE, 1), bool)
    inside[window.top : window.bottom, window.left : window.right] = True
    before, outside, within = (
        feature_maps._run(np.where(mask, cat, 255 - cat).astype(np.uint8).tobytes())["block3_depthwise"][14, 14]
        for mask in (np.ones_like(inside), inside, ~inside)
    )
    np.testing.assert_allclose(outside, before, atol=1e-3)
    assert np.abs(within - before).max() > 1


def test_the_atlas_holds_every_map_in_its_place(cat):
    drawn = layer_maps(cat, "block3_depthwise")
    atlas = pixels_of(drawn.atlas)
    maps = np.clip(feature_maps._run(cat.tobytes())["block3_depthwise"], 0, 6)
    assert (drawn.columns, atlas.shape, drawn.peaks.shape) == (12, (12 * 28, 12 * 28), (144,))
    tile = atlas[2 * 28 : 3 * 28, 5 * 28 : 6 * 28]
    expected = np.clip(maps[..., 29] / drawn.high, 0, 1) * 255
    np.testing.assert_allclose(tile, expected, atol=0.51)


def test_the_strongest_place_is_found_though_relu6_cuts_it_off(cat):
    drawn = layer_maps(cat, "stem")
    values = feature_maps._run(cat.tobytes())["stem"]
    for number in range(32):
        row, column = drawn.places[number]
        assert values[row, column, number] == values[..., number].max() == drawn.peaks[number]
    assert drawn.high == 6


@pytest.mark.parametrize(
    ("name", "shape"),
    [("stem", (32, 3, 3, 3)), ("block3_depthwise", (144, 1, 5, 5)), ("block3", (0, 0, 0, 0)), ("head", (0, 0, 0, 0))],
)
def test_kernels_come_where_they_have_an_extent(cat, name, shape):
    assert layer_maps(cat, name).kernels.shape == shape


def test_there_are_1000_different_names():
    assert len(class_names()) == len(set(class_names())) == 1000
    known = {
        0: "tench",
        1: "goldfish",
        285: "Egyptian cat",
        340: "zebra",
        654: "minibus",
        967: "espresso",
        999: "toilet tissue",
    }
    assert {number: class_names()[number] for number in known} == known


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 700, 3), (500, 2, 3)])
def test_pictures_of_any_shape_pass(shape):
    assert len(look(squared(np.full(shape, 200, np.uint8), SIZE)).top) == 5
