import numpy as np
import pytest
import tensorflow as tf
from scipy.signal import correlate

from engine.convolution import (
    ACTIVATIONS,
    activate,
    activate_and_pool,
    convolve,
    pool,
    winners,
)
from engine.errors import InvalidInput, InvalidSettings
from engine.sliding import Sliding


def case(seed: int, transposed: bool = False):
    """A random input and window that fits, whatever the seed."""
    random = np.random.default_rng(seed)
    while True:
        kernel, stride, dilation = (int(n) for n in random.integers(1, [6, 4, 4]))
        padding = ["valid", "same", int(random.integers(0, 4))][seed % 3]
        sliding = Sliding(kernel, stride, padding, dilation, transposed)
        height, width, channels, filters = (int(n) for n in random.integers(1, [13, 13, 4, 4]))
        try:
            shape = sliding.output_size(height), sliding.output_size(width)
        except InvalidSettings:
            continue
        x = random.normal(size=(height, width, channels)).astype(np.float32)
        w = random.normal(size=(kernel, kernel, channels, filters)).astype(np.float32)
        return sliding, x, w, random.normal(size=filters).astype(np.float32), shape


def holes(w: np.ndarray, dilation: int) -> np.ndarray:
    return np.kron(w.astype(np.float64), np.eye(1, dilation).T @ np.eye(1, dilation))[: dilation * (len(w) - 1) + 1][
        :, : dilation * (len(w) - 1) + 1
    ]


def by_scipy(x: np.ndarray, w: np.ndarray, sliding: Sliding) -> np.ndarray:
    """One channel by one kernel [side, side]."""
    padded = np.pad(x.astype(np.float64), (sliding.pads(x.shape[0]), sliding.pads(x.shape[1])))
    return correlate(padded, holes(w, sliding.dilation), "valid", "direct")[:: sliding.stride, :: sliding.stride]


def close(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(240))
def test_convolution_is_tensorflows_and_scipys(seed: int) -> None:
    sliding, x, w, b, shape = case(seed)
    y = convolve(x, w, b, sliding)
    assert y.shape == (*shape, len(b))
    assert y.dtype == np.float32
    pads = [(0, 0), sliding.pads(x.shape[0]), sliding.pads(x.shape[1]), (0, 0)]
    close(y, tf.nn.conv2d(tf.pad(x[None], pads), w, sliding.stride, "VALID", dilations=sliding.dilation)[0] + b)
    for f in range(len(b)):
        close(y[..., f], sum(by_scipy(x[..., c], w[..., c, f], sliding) for c in range(x.shape[2])) + b[f])


@pytest.mark.parametrize("seed", range(120))
def test_transposed_convolution_is_tensorflows_and_scipys(seed: int) -> None:
    """SciPy spreads an input that has holes, with the kernel turned around."""
    sliding, x, w, b, shape = case(seed, transposed=True)
    y = convolve(x, w, b, sliding)
    assert y.shape == (*shape, len(b))
    stride, reach = sliding.stride, sliding.reach
    for f in range(len(b)):
        whole = np.zeros([(n - 1) * stride + reach for n in x.shape[:2]])
        for c in range(x.shape[2]):
            spread = np.zeros([(n - 1) * stride + 1 for n in x.shape[:2]])
            spread[::stride, ::stride] = x[..., c]
            whole += correlate(spread, holes(w[..., c, f], sliding.dilation)[::-1, ::-1], "full", "direct")
        top, left = (sliding.pads(n)[0] for n in x.shape[:2])
        room = np.zeros([max(a, p + s) for a, p, s in zip(whole.shape, (top, left), shape, strict=True)])
        room[: whole.shape[0], : whole.shape[1]] = whole
        close(y[..., f], room[top : top + shape[0], left : left + shape[1]] + b[f])
    if sliding.dilation == 1 and isinstance(sliding.padding, str):
        shape4 = [1, *shape, len(b)]
        theirs = tf.nn.conv2d_transpose(x[None], w.transpose(0, 1, 3, 2), shape4, stride, sliding.padding.upper())
        close(y, theirs[0] + b)


@pytest.mark.parametrize("seed", range(160))
def test_pooling_is_tensorflows_and_a_plain_loops(seed: int) -> None:
    random = np.random.default_rng(seed)
    window, stride = int(random.integers(1, 5)), int(random.integers(1, 5))
    sliding = Sliding(window, stride, ["valid", "same"][seed % 2])
    height, width = (int(n) for n in random.integers(window, 12, 2))
    x = random.normal(size=(height, width, 2)).astype(np.float32)
    for kind, take, theirs in (("max", np.max, "MAX"), ("average", np.mean, "AVG")):
        y = pool(x, kind, sliding)
        if stride <= window:  # tf.nn.pool refuses more, tf.nn.max_pool2d does not.
            close(y, tf.nn.pool(x[None], [window] * 2, theirs, [stride] * 2, sliding.padding.upper())[0])
        top, left = sliding.pads(height)[0], sliding.pads(width)[0]
        for row, column in np.ndindex(y.shape[:2]):
            r, c = row * stride - top, column * stride - left
            inside = x[max(r, 0) : r + window, max(c, 0) : c + window]
            close(y[row, column], take(inside, (0, 1)))
    won = winners(x[..., 0], sliding)
    np.testing.assert_array_equal(x[..., 0].ravel()[won], pool(x, "max", sliding)[..., 0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_the_curves(name: str) -> None:
    from pages.ui.activation_curves import FORMULAS

    x = np.linspace(-3, 3, 61, dtype=np.float32)
    close(activate(x, name), [FORMULAS[name][1](float(v)) for v in x])


def test_relu_commutes_with_max_pooling_and_not_with_the_average() -> None:
    x = np.random.default_rng(0).normal(size=(8, 8, 3))
    largest = activate_and_pool(x, "relu", "max", Sliding(2, 2))
    np.testing.assert_array_equal(largest.pooled, largest.swapped)
    mean = activate_and_pool(x, "relu", "average", Sliding(2, 2))
    assert (mean.pooled >= mean.swapped).all()
    assert np.abs(mean.pooled - mean.swapped).max() > 0.1


@pytest.mark.parametrize(
    ("kernel", "sentence"),
    [
        (np.zeros((0, 0, 3, 2)), "empty"),
        (np.full((3, 3, 3, 2), np.nan), "not a finite number"),
        (np.full((3, 3, 3, 2), np.inf), "not a finite number"),
        (np.zeros((3, 3)), "2 axes"),
        (np.zeros((2, 2, 3, 2)), "does not fit"),
        ("a kernel", "not a table of numbers"),
    ],
)
def test_unusable_kernels_are_refused(kernel: object, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        convolve(np.zeros((5, 5, 3)), kernel, [0, 0], Sliding(3))


def test_a_kernel_larger_than_the_input_says_so() -> None:
    with pytest.raises(InvalidSettings, match="fits nowhere"):
        convolve(np.zeros((3, 3, 1)), np.zeros((5, 5, 1, 1)), [0], Sliding(5))
