import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput
from engine.filtering import filter_picture
from engine.images import MOST_BYTES, jpeg_address, png_address, read_image, shrink
from engine.kernels import GALLERY, gallery_kernel
from engine.sliding import Sliding
from engine.sources.photographs import PHOTOGRAPHS, load_photograph


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def huge_png() -> bytes:
    """The head of a PNG of 20,000 × 20,000 pixels: all that has to be read to refuse it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


GREY16 = np.array([[0, 65535], [32768, 257]], np.uint16)

PICTURES = {
    "one pixel": (encoded(Image.new("RGB", (1, 1), (10, 20, 30))), [10, 20, 30]),
    "grey": (encoded(Image.new("L", (4, 3), 77)), [77, 77, 77]),
    "black and white": (encoded(Image.new("1", (4, 3), 1)), [255, 255, 255]),
    "16 bit": (encoded(Image.fromarray(GREY16)), [0, 0, 0]),
    "transparent": (encoded(Image.new("RGBA", (4, 3), (200, 0, 0, 0))), [255, 255, 255]),
    "half transparent": (encoded(Image.new("LA", (4, 3), (0, 128))), [127, 127, 127]),
    "palette": (encoded(Image.new("RGB", (4, 3), (0, 255, 0)).convert("P")), [0, 255, 0]),
    "CMYK": (encoded(Image.new("CMYK", (4, 3), (0, 0, 0, 255)), "JPEG"), [0, 0, 0]),
    "animated": (
        encoded(
            Image.new("RGB", (4, 3), "red"), "GIF", save_all=True, append_images=[Image.new("RGB", (4, 3), "blue")]
        ),
        [255, 0, 0],
    ),
    "float TIFF": (encoded(Image.fromarray(np.full((3, 4), 0.5, np.float32)), "TIFF"), [128, 128, 128]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_becomes_rgb(name: str) -> None:
    data, first = PICTURES[name]
    image = read_image(data)
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    np.testing.assert_allclose(image[0, 0], first, atol=1)


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    np.testing.assert_array_equal(read_image(PICTURES["16 bit"][0])[..., 0], [[0, 255], [128, 1]])


def test_photographs_are_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_image(encoded(Image.new("RGB", (8, 4)), "JPEG", exif=exif)).shape == (8, 4, 3)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"Dear reader, this is a letter.", "not a picture"),
        (b"", "not a picture"),
        (huge_png(), "too many pixels"),
        (encoded(Image.new("1", (8000, 8000))), "8,000 × 8,000"),
        (encoded(Image.new("RGB", (64, 64)))[:60], "damaged"),
        (b"\0" * (MOST_BYTES + 1), "at most 20 MB"),
    ],
    ids=["text", "empty", "20,000 pixels wide", "64 million pixels", "cut off", "too many bytes"],
)
def test_what_cannot_be_used_is_said_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_image(data)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (300, 200)])
def test_shrink_keeps_the_shape_and_never_grows(size: tuple[int, int]) -> None:
    image = shrink(np.zeros((*size, 3), np.uint8), 100)
    assert max(image.shape[:2]) == min(100, max(size))
    assert min(image.shape[:2]) >= 1


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_there_and_colourful_or_grey(name: str) -> None:
    image = load_photograph(name)
    assert image.ndim == 3
    assert image.std() > 10


@pytest.mark.parametrize("name", GALLERY)
def test_a_single_pixel_goes_through_every_kernel(name: str) -> None:
    image = read_image(PICTURES["one pixel"][0])
    kernel = gallery_kernel(name, 5, 30)
    result = filter_picture(image, kernel, Sliding(len(kernel), 1, "same"), grey=False)
    assert result.shape == (1, 1, 3)
    np.testing.assert_allclose(result[0, 0], image[0, 0] * kernel[len(kernel) // 2, len(kernel) // 2], rtol=1e-5)


def test_addresses_hold_the_picture() -> None:
    image = np.zeros((4, 5, 3), np.uint8)
    assert png_address(image).startswith("data:image/png;base64,")
    assert jpeg_address(image).startswith("data:image/jpeg;base64,")
