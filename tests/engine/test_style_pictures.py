"""What happens to pictures before and after the network."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput, InvalidSettings
from engine.sources.styles import STYLES, load_style
from engine.style_pictures import (
    covering,
    cropped,
    finished,
    fitted,
    levels,
    padded,
    padded_shape,
    prepare,
    regions,
    with_brightness_of,
    with_colours_of,
)
from engine.style_settings import StyleSettings

RNG = np.random.default_rng(3)
PHOTO = RNG.integers(0, 256, (40, 60, 3)).astype(np.uint8)


def file(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(pixels):
    return file(Image.fromarray(pixels))


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return file(Image.fromarray(PHOTO), "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (file(Image.fromarray(PHOTO[..., 0])), (40, 60, 3)),
        (file(Image.fromarray(np.dstack([PHOTO, PHOTO[..., 0]]), "RGBA")), (40, 60, 3)),
        (file(Image.fromarray(PHOTO).convert("CMYK"), "JPEG"), (40, 60, 3)),
        (turned(), (60, 40, 3)),
        (file(Image.fromarray(PHOTO), "GIF"), (40, 60, 3)),
        (file(Image.new("RGB", (3000, 150)), "PNG"), (19, 384, 3)),
    ],
    ids=["grey", "RGBA", "CMYK", "rotated by EXIF", "GIF", "wide"],
)
def test_pictures_of_every_kind_are_painted(data, shape):
    assert prepare(StyleSettings(image=data, style=data)).content.shape == shape


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(PHOTO[:1, :1]), "image is 1 × 1 pixels, but must be"),
        (
            file(Image.new("L", (30_000, 20))),
            "image would be 1 pixels on its shorter side with max_size .*, but must be 16",
        ),
        (file(Image.new("1", (20_000, 20_000))), "image: The picture has too many pixels; at most 40 million"),
        (file(Image.fromarray(PHOTO), "JPEG")[:300], "image: The picture is damaged"),
        (b"no picture", "image: This file is not a picture"),
    ],
    ids=["1×1", "30,000×20", "bomb", "broken JPEG", "text"],
)
def test_what_cannot_be_painted_is_said(data, words):
    with pytest.raises(InvalidInput, match=words):
        prepare(StyleSettings(image=data))


def test_a_style_and_a_mask_that_cannot_be_used_are_named():
    with pytest.raises(InvalidInput, match="style_2: This file is not a picture"):
        prepare(StyleSettings(style=png(PHOTO), style_2=b"x"))
    with pytest.raises(InvalidInput, match="mask is 1 × 1 pixels"):
        prepare(StyleSettings(mask=png(PHOTO[:1, :1])))


def test_a_style_without_a_share_is_left_out():
    pictures = prepare(StyleSettings(style=png(PHOTO), style_2=png(PHOTO[:20]), blend_1=0.0))
    assert [style.shape for style in pictures.styles] == [(20, 60, 3)]


@pytest.mark.parametrize("name", ["style", "style_2"])
def test_a_style_alone_is_painted_with_whatever_its_share(name):
    pictures = prepare(StyleSettings(**{name: png(PHOTO[:20])}, blend_1=0.0, blend_2=0.0))
    assert [style.shape for style in pictures.styles] == [(20, 60, 3)]
    assert pictures.shares == [1.0]


def test_with_a_mask_no_style_needs_a_share():
    pair = {"style": png(PHOTO), "style_2": png(PHOTO[:20]), "blend_1": 0.0, "blend_2": 0.0}
    assert len(prepare(StyleSettings(**pair, mask=png(PHOTO))).styles) == 2
    with pytest.raises(InvalidSettings, match="blend_1 and blend_2 are both 0, but one of them must be more"):
        StyleSettings(**pair)


def test_the_built_in_styles_are_here_and_full_of_contrast():
    for name in STYLES:
        style = load_style(name)
        assert style.shape == (540, 720, 3)
        assert style.std() > 25


def test_levels_double_from_coarse_to_fine_and_use_every_step():
    sizes = levels(StyleSettings(steps=140, sizes=3), (256, 384, 3))
    assert [shape for shape, _ in sizes] == [(64, 96), (128, 192), (256, 384)]
    assert [count for _, count in sizes] == [47, 46, 47]
    assert levels(StyleSettings(steps=1, sizes=4), (100, 100)) == [((100, 100), 1)]


def test_what_the_network_sees_has_sides_on_the_grid():
    image = np.arange(20 * 35 * 3, dtype=np.float32).reshape(20, 35, 3)
    larger = padded(image)
    assert larger.shape == (32, 64, 3)
    np.testing.assert_array_equal(larger[:20, :35], image)
    np.testing.assert_array_equal(larger[20, :35], image[19])
    np.testing.assert_array_equal(padded(image[..., 0])[:, 35], larger[:, 34, 0])
    np.testing.assert_array_equal(cropped(image), image[:, :32])
    assert cropped(image[:9]).shape == (9, 32, 3)
    assert padded(np.zeros((64, 129, 3), np.float32)).shape == (64, 192, 3) == (*padded_shape((64, 129, 3)), 3)
    assert cropped(np.zeros((63, 255, 3), np.float32)).shape == (32, 192, 3)


def test_sizes_keep_proportions():
    assert fitted((326, 458), 229) == (163, 229)
    square = covering(np.tile(np.arange(90, dtype=np.uint8)[None, :, None], (30, 1, 3)), (20, 20))
    assert square.shape == (20, 20, 3)
    assert square.mean() == pytest.approx(44.5, abs=0.6)


def test_regions_share_every_place_between_the_styles():
    mask = np.array([[0.0, 0.25, 0.5, 1.0]], np.float32)
    np.testing.assert_allclose(regions(mask, 1), [[[0, 0.25, 0.5, 1]]])
    np.testing.assert_allclose(regions(mask, 2), [[[1, 0.75, 0.5, 0]], [[0, 0.25, 0.5, 1]]])
    np.testing.assert_allclose(regions(mask, 3), [[[1, 0.5, 0, 0]], [[0, 0.5, 1, 0]], [[0, 0, 0, 1]]])


def test_a_style_takes_the_mean_and_covariance_of_the_photographs_colours():
    style = (RNG.normal(size=(50, 50, 3)) * [10, 25, 15] + [90, 140, 120]).astype(np.uint8)
    photo = (RNG.normal(size=(60, 40, 3)) @ [[12, 5, 0], [0, 9, 4], [0, 0, 14]] + [130, 120, 110]).astype(np.uint8)
    moved = with_colours_of(style, photo).reshape(-1, 3)
    wanted = photo.reshape(-1, 3)
    np.testing.assert_allclose(moved.mean(axis=0), wanted.mean(axis=0), atol=0.5)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(wanted.T), rtol=0.03, atol=2)


def test_brightness_of_the_painting_with_the_colours_of_the_photograph():
    photo = np.full((2, 2, 3), (180, 120, 60), np.uint8)
    painted = np.full((2, 2, 3), (100, 110, 140), np.uint8)
    mixed = with_brightness_of(painted, photo).astype(int)
    pillow = [np.asarray(Image.fromarray(picture).convert("YCbCr"), int) for picture in (painted, photo)]
    wanted = np.dstack([pillow[0][..., 0], *pillow[1].transpose(2, 0, 1)[1:]]).astype(np.uint8)
    expected = np.asarray(Image.fromarray(wanted, "YCbCr").convert("RGB"), int)
    assert np.abs(mixed - expected).max() <= 2


def test_the_finished_picture_is_clipped_and_keeps_the_photograph_in_the_dark_of_a_mask():
    mask = np.zeros((40, 60, 3), np.uint8)
    mask[:, 30:] = 255
    pictures = prepare(StyleSettings(image=png(PHOTO), style=png(PHOTO), mask=png(mask)))
    painted = np.full((40, 60, 3), 400.0, np.float32)
    painted[0, 59] = -90
    result = finished(painted, pictures, "style")
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result[:, :28], PHOTO[:, :28])
    assert result[1:, 33:].min() == 255
    assert result[0, 59].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"style_layers": "relu9_9"}, "style_layers names 'relu9_9', but must name layers of relu1_1"),
        ({"content_layers": "relu3_4"}, "content_layers names 'relu3_4'"),
        ({"style_layers": "relu1_1:x"}, "style_layers gives relu1_1 the weight 'x', but must give a number"),
        ({"blend_1": 0.0, "blend_2": 0.0, "blend_3": 0.0}, "are all 0, but one of them must be more"),
        ({"content_weight": 0.0, "style_weight": 0.0}, "are both 0"),
        ({"network": "vgg11"}, "network is 'vgg11', but must be one of vgg16, vgg19, auto"),
        ({"max_size": 5000}, "max_size is 5000, but must be a whole number from 64 to 2048"),
    ],
)
def test_settings_that_are_not_right_are_said(changes, words):
    with pytest.raises(InvalidSettings, match=words):
        StyleSettings(**changes)


def test_every_preset_is_right():
    for values in StyleSettings.presets.values():
        StyleSettings(**values)
