import numpy as np
import pytest
from scipy.signal import correlate

from engine.convolution import convolve
from engine.errors import InvalidInput, InvalidSettings
from engine.filtering import coloured, filter_picture, luma, parse_kernel, scale_of
from engine.kernels import GALLERY, SIZED, gallery_kernel
from engine.sliding import Sliding


@pytest.mark.parametrize("seed", range(80))
def test_the_fast_way_is_tensorflows_and_scipys(seed: int) -> None:
    random = np.random.default_rng(seed)
    side, stride, dilation = int(random.choice([1, 2, 3, 5])), int(random.integers(1, 5)), int(random.integers(1, 4))
    sliding = Sliding(side, stride, ["same", "valid", 1, 3][seed % 4], dilation)
    image = random.integers(0, 256, (int(random.integers(20, 40)), int(random.integers(20, 40)), 3)).astype(np.uint8)
    kernel = random.normal(size=(side, side)).astype(np.float32)
    result = filter_picture(image, kernel, sliding, grey=False)
    for channel in range(3):
        theirs = convolve(image[..., [channel]], kernel[..., None, None], [0.0], sliding)[..., 0]
        np.testing.assert_allclose(result[..., channel], theirs, rtol=1e-4, atol=1e-2)
    wide = np.zeros((sliding.reach, sliding.reach))
    wide[::dilation, ::dilation] = kernel
    grey = np.pad(luma(image).astype(np.float64), (sliding.pads(image.shape[0]), sliding.pads(image.shape[1])))
    theirs = correlate(grey, wide, "valid", "direct")[::stride, ::stride]
    np.testing.assert_allclose(filter_picture(image, kernel, sliding, grey=True)[..., 0], theirs, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("name", GALLERY)
def test_kernels_add_up_to_one_or_nothing(name: str) -> None:
    for side in (3, 5, 7, 9) if name in SIZED else (3,):
        kernel = gallery_kernel(name, side, 30)
        assert kernel.shape == (side, side)
        assert kernel.dtype == np.float32
        assert any(abs(kernel.sum() - total) < 1e-5 for total in (0, 1))


def test_text_and_kernel_and_back() -> None:
    for name in GALLERY:
        kernel = gallery_kernel(name, 5, 45)
        text = ";".join(",".join(f"{value:.4g}" for value in row) for row in kernel)
        np.testing.assert_allclose(parse_kernel(text), kernel, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("1,2;3", "not square"),
        ("nan", "not a finite number"),
        ("1,inf;2,3", "not a finite number"),
        ("a,b;c,d", "not a number"),
        (";".join([",".join(["1"] * 10)] * 10), "at most 9"),
    ],
)
def test_unusable_kernels_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        parse_kernel(text)


def test_a_picture_too_small_for_the_kernel_says_so() -> None:
    with pytest.raises(InvalidSettings, match="fits nowhere"):
        filter_picture(np.zeros((1, 1, 3), np.uint8), np.ones((3, 3)), Sliding(3), grey=True)


def test_zero_is_white_and_signs_are_blue_and_orange() -> None:
    colours = coloured(np.array([[-2.0, 0.0, 2.0]], np.float32), "signed", 1.0)
    np.testing.assert_array_equal(colours[0], [[0, 114, 178], [255, 255, 255], [230, 159, 0]])
    np.testing.assert_array_equal(coloured(np.array([[-1.0, 0, 0.5]], np.float32), "absolute", 1.0), [[255, 0, 127]])


def test_the_scale_of_nothing_is_not_zero() -> None:
    assert scale_of(np.zeros((4, 4, 1), np.float32)) == 1.0
