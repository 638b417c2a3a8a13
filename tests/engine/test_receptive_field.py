import itertools

import numpy as np
import pytest

from engine.errors import InvalidSettings
from engine.receptive_field import Layer, Window, cone, trace


def applied(layer, planes):
    """Ones as weights, plainly summed: [n, size, size] -> what each output cell reads of it, by direct loops."""
    size = planes.shape[1]
    count = layer.sliding.output_size(size)
    before = layer.sliding.pads(size)[0]
    padded = np.pad(planes, ((0, 0), (before, layer.sliding.reach * 2), (before, layer.sliding.reach * 2)))
    out = np.zeros((len(planes), count, count))
    for row, column in itertools.product(range(count), repeat=2):
        top, left = row * layer.stride, column * layer.stride
        window = padded[:, top : top + layer.sliding.reach, left : left + layer.sliding.reach]
        out[:, row, column] = window[:, :: layer.dilation, :: layer.dilation].sum(axis=(1, 2))
    return out


def random_stacks(count, dilations):
    rng = np.random.default_rng(3)
    made = []
    while len(made) < count:
        size = int(rng.integers(5, 12))
        layers = [
            Layer(
                str(rng.choice(["conv", "depthwise", "pool"])),
                int(rng.integers(1, 5)),
                int(rng.integers(1, 4)),
                int(rng.choice(dilations)),
                padding=str(rng.choice(["same", "valid"])),
            )
            for _ in range(rng.integers(1, 4))
        ]
        try:
            trace(layers, size, size, 1)
        except InvalidSettings:
            continue
        made.append((size, layers))
    return made


def dependence(size, layers):
    """bool [size, size, rows, columns]: which input pixel changes which output cell, by touching each pixel."""
    planes = np.eye(size * size).reshape(-1, size, size)
    for layer in layers:
        planes = applied(layer, planes)
    return (planes > 0).reshape(size, size, *planes.shape[1:])


@pytest.mark.parametrize(("size", "layers"), random_stacks(200, [1, 2, 3]))
def test_the_window_holds_what_changes_the_cell_and_is_exact_without_padding(size, layers):
    depends = dependence(size, layers)
    reach = trace(layers, size, size, 1)[-1]
    assert depends.shape[2:] == (reach.height, reach.width)
    for row, column in itertools.product(range(reach.height), repeat=2):
        window = reach.window(row, column)
        rows, columns = np.nonzero(depends[..., row, column])
        if not rows.size:
            continue
        assert window.top <= rows.min() <= rows.max() < window.bottom
        assert window.left <= columns.min() <= columns.max() < window.right
        if all(layer.padding == "valid" for layer in layers):
            assert (rows.min(), rows.max() + 1) == (window.top, window.bottom)
            assert (columns.min(), columns.max() + 1) == (window.left, window.right)


@pytest.mark.parametrize(("size", "layers"), random_stacks(60, [1, 2, 3]))
def test_the_cut_reads_exactly_what_the_middle_cell_depends_on(size, layers):
    cut = cone(layers, size)
    middle = next(iter(cut[-1]))
    column = dependence(size, layers)[:, :, middle, middle].any(axis=1)
    assert sorted({tap for taps in cut[0].values() for tap in taps}) == np.flatnonzero(column).tolist()


@pytest.mark.parametrize("depth", [1, 2, 5, 9])
def test_stacked_3x3_convolutions_see_2n_plus_1(depth):
    reach = trace([Layer("conv", 3)] * depth, 64, 48, 3)[-1]
    assert (reach.field, reach.jump) == (2 * depth + 1, 1)
    assert reach.window(10, 10) == Window(10 - depth, 10 - depth, 11 + depth, 11 + depth)


def test_doubling_dilations_see_exponentially_far():
    assert trace([Layer("conv", 3, dilation=2**n) for n in range(6)], 300, 300, 1)[-1].field == 2**7 - 1


def test_stride_multiplies_what_comes_after():
    reach = trace([Layer("conv", 7, 2), Layer("pool", 3, 2), Layer("conv", 3), Layer("conv", 3)], 224, 224, 3)[-1]
    # As in the first stage of a ResNet: 7, then 7 + 2·2 = 11, then two times + 2·4.
    assert (reach.field, reach.jump) == (27, 4)


def test_vgg16_sees_212_pixels():
    # The published figure for pool5 (Araujo et al.).
    stack = [
        layer for convolutions in (2, 2, 3, 3, 3) for layer in [*[Layer("conv", 3)] * convolutions, Layer("pool", 2, 2)]
    ]
    assert trace(stack, 224, 224, 3)[-1].field == 212


def test_costs_of_the_chapters_mnist_network():
    stack = [Layer("conv", 4, channels=32), Layer("pool", 2, 2), Layer("conv", 4, channels=64), Layer("pool", 2, 2)]
    reaches = trace(stack, 28, 28, 1)
    assert [(r.height, r.channels) for r in reaches] == [(28, 1), (28, 32), (14, 32), (14, 64), (7, 64)]
    assert [r.parameters for r in reaches] == [0, 4 * 4 * 32 + 32, 0, 4 * 4 * 32 * 64 + 64, 0]
    assert [r.multiply_adds for r in reaches] == [0, 28 * 28 * 16 * 32, 0, 14 * 14 * 16 * 32 * 64, 0]


def test_depthwise_costs_a_kernel_a_channel():
    reach = trace([Layer("depthwise", 5, 2)], 20, 30, 24)[-1]
    assert (reach.height, reach.width, reach.channels) == (10, 15, 24)
    assert (reach.parameters, reach.multiply_adds) == (25 * 24 + 24, 25 * 24 * 10 * 15)


@pytest.mark.parametrize(
    ("field", "value"), [("kernel", 0), ("kernel", 65), ("stride", 0), ("dilation", -1), ("channels", 10_000)]
)
def test_numbers_out_of_bounds_are_named(field, value):
    with pytest.raises(InvalidSettings, match=f"{field} is {value}, but must be from 1 to"):
        Layer("conv", **{field: value})


def test_a_window_that_does_not_fit_names_its_layer():
    with pytest.raises(InvalidSettings, match=r"^Layer 2: .*fits nowhere"):
        trace([Layer("pool", 2, 2), Layer("conv", 5, dilation=2, padding="valid")], 12, 12, 1)
