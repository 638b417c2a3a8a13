"""The pictures of style transfer before and after the network: sizes, masks, colours. NumPy and Pillow only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from engine.images import Pixels, read_image, shrink
from engine.sources.photographs import load_photograph
from engine.sources.styles import load_style
from engine.style_settings import BLENDS, StyleSettings

Floats = NDArray[np.float32]

SHORTEST = 16
"""Below this the deep layers of VGG see nothing but their own padding."""

FINE, COARSE = 32, 64
"""Sides that the network sees are multiples of the second, very short ones of the first: oneDNN keeps kernels for each
shape that it has ever met, 3 MB of them."""

SAMPLE_IMAGE, SAMPLE_STYLE = "Cat", "Stained glass"

_RGB_TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])


@dataclass(frozen=True)
class Pictures:
    """content: in the size of the result; styles with their shares of the blend; mask: float32 [height, width]."""

    content: Pixels
    styles: Sequence[Pixels]
    shares: Sequence[float]
    mask: Floats | None


def prepare(settings: StyleSettings) -> Pictures:
    """The pictures of `settings`, the project's samples where there are none. Raises `InvalidInput` that names one."""
    content = photograph(settings)
    names = _used_styles(settings)
    styles = tuple(_read(settings, name) for name in names) or (load_style(SAMPLE_STYLE),)
    # What one style alone has of the blend is all of it.
    shares = [getattr(settings, BLENDS[name]) for name in names] if len(names) > 1 else [1.0]
    if settings.colours == "histogram":
        styles = tuple(with_colours_of(style, content) for style in styles)
    mask = _read(settings, "mask").mean(axis=2) / 255 if settings.mask else None
    return Pictures(content, styles, shares, None if mask is None else resized(mask, content.shape[:2]))


def photograph(settings: StyleSettings) -> Pixels:
    """The photograph in the size of the result, uint8 [height, width, 3]. Raises `InvalidInput`."""
    image = _read(settings, "image") if settings.image else load_photograph(SAMPLE_IMAGE)
    check_sides("image", image.shape, settings.max_size)
    return shrink(image, settings.max_size)


def check_sides(name: str, shape: tuple[int, ...], max_size: int | None = None) -> None:
    """Raise `InvalidInput` if a picture [height, width, …] is a mere line, or `max_size` would make it one."""
    height, width = shape[:2]
    least = 2 if max_size is None else SHORTEST
    if min(height, width) < least:
        raise InvalidInput(f"{name} is {width:,} × {height:,} pixels, but must be at least {least} × {least}.")
    if max_size is None:
        return
    shorter = max(1, round(min(height, width) * min(1, max_size / max(height, width))))
    if shorter < SHORTEST:
        raise InvalidInput(
            f"{name} would be {shorter} pixels on its shorter side with max_size {max_size}, but must be {SHORTEST} or "
            "more: take one that is less narrow."
        )


def fitted(shape: tuple[int, ...], longest: float) -> tuple[int, int]:
    """Height and width of `shape` with the longer side `longest`, and no side shorter than `SHORTEST`."""
    scale = longest / max(shape[:2])
    return max(SHORTEST, round(shape[0] * scale)), max(SHORTEST, round(shape[1] * scale))


def levels(settings: StyleSettings, shape: tuple[int, ...]) -> list[tuple[tuple[int, int], int]]:
    """The size [height, width] and the steps of each level: each side is twice that of the level before."""
    count = min(settings.sizes, settings.steps)
    ends = [round(settings.steps * level / count) for level in range(count + 1)]
    shapes = [fitted(shape, max(shape[:2]) / 2 ** (count - 1 - level)) for level in range(count)]
    return [(size, end - begin) for size, begin, end in zip(shapes, ends, ends[1:], strict=False)]


def resized(image: NDArray[np.generic], shape: tuple[int, ...]) -> Floats:
    """`image` [height, width] or [height, width, 3] in another size, as float32, smoothly in both directions."""
    planes = np.atleast_3d(np.asarray(image, np.float32))
    size, smooth = (shape[1], shape[0]), Image.Resampling.BICUBIC
    scaled = [np.asarray(Image.fromarray(plane).resize(size, smooth)) for plane in np.moveaxis(planes, 2, 0)]
    result = np.stack(scaled, axis=2)
    return result if image.ndim == 3 else result[..., 0]


def padded(image: Floats) -> Floats:
    """`image` [height, width, …] mirrored at the bottom and at the right, up to sides of `padded_shape`."""
    room = [(0, -side % grid_of(side)) for side in image.shape[:2]]
    return np.pad(image, [*room, *[(0, 0)] * (image.ndim - 2)], "symmetric")


def padded_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width that the network sees of a picture of `shape`."""
    height, width = (side + -side % grid_of(side) for side in shape[:2])
    return height, width


def grid_of(side: int) -> int:
    """What a side of this length is made a multiple of."""
    return FINE if side <= FINE else COARSE


def cropped(image: Floats) -> Floats:
    """The part of `image` [height, width, 3] from its top left with sides on the grid; small ones stay."""
    height, width = (side - side % max(g for g in (1, FINE, COARSE) if g <= side) for side in image.shape[:2])
    return image[:height, :width]


def covering(image: Pixels, shape: tuple[int, int]) -> Floats:
    """The middle of `image`, its proportions kept, in just this shape: float32 [height, width, 3]."""
    scale = max(shape[0] / image.shape[0], shape[1] / image.shape[1])
    height, width = (max(wanted, round(side * scale)) for wanted, side in zip(shape, image.shape, strict=False))
    top, left = (height - shape[0]) // 2, (width - shape[1]) // 2
    return resized(image, (height, width))[top : top + shape[0], left : left + shape[1]]


def regions(mask: Floats, styles: int) -> Floats:
    """How much each style counts where: [styles, height, width], from a mask of 0 to 1.

    With several styles they are spread evenly from dark to bright and sum to 1; a single one counts where it is bright.
    """
    mask = np.clip(mask, 0, 1)
    if styles == 1:
        return mask[np.newaxis]
    places = np.arange(styles) / (styles - 1)
    return np.clip(1 - np.abs(mask - places[:, None, None]) * (styles - 1), 0, 1).astype(np.float32)


def with_colours_of(style: Pixels, content: Pixels) -> Pixels:
    """`style` with the mean and covariance of the colours of `content`.

    Gatys and others, "Preserving color in neural artistic style transfer", 2016, with the square roots of matrices.
    """
    pixels, wanted = style.reshape(-1, 3).astype(np.float64), content.reshape(-1, 3).astype(np.float64)
    # A little grey noise keeps the matrices of pictures of few colours invertible.
    have, want = (np.cov(p.T) + 1e-3 * np.eye(3) for p in (pixels, wanted))
    turn = _root(want, 0.5) @ _root(have, -0.5)
    moved = (pixels - pixels.mean(axis=0)) @ turn.T + wanted.mean(axis=0)
    return np.clip(moved, 0, 255).round().astype(np.uint8).reshape(style.shape)


def with_brightness_of(painted: Pixels, content: Pixels) -> Pixels:
    """The colours of `content` with the brightness (Rec. 601) of `painted`, both of one shape."""
    ycc = content @ _RGB_TO_YCC.T
    ycc[..., 0] = painted @ _RGB_TO_YCC[0]
    return np.clip(ycc @ np.linalg.inv(_RGB_TO_YCC).T, 0, 255).round().astype(np.uint8)


def finished(image: Floats, pictures: Pictures, colours: str) -> Pixels:
    """What is shown of float32 `image`: clipped and rounded, with the photograph's colours or its dark parts kept."""
    painted = np.clip(np.nan_to_num(image), 0, 255).round().astype(np.uint8)
    content = np.clip(resized(pictures.content, image.shape), 0, 255).round().astype(np.uint8)
    if colours == "luminance":
        painted = with_brightness_of(painted, content)
    if pictures.mask is not None and len(pictures.styles) == 1:
        share = regions(resized(pictures.mask, image.shape[:2]), 1)[0][..., None]
        painted = (share * painted + (1 - share) * content).round().astype(np.uint8)
    return painted


def _used_styles(settings: StyleSettings) -> list[str]:
    """The settings whose pictures are painted with: those given, without a mask only those with a share of the blend.

    None where no style is given, for which the project's sample stands in.
    """
    given = [name for name in BLENDS if getattr(settings, name)]
    if settings.mask or len(given) == 1:
        return given
    return [name for name in given if getattr(settings, BLENDS[name])]


def _read(settings: StyleSettings, name: str) -> Pixels:
    try:
        image = read_image(getattr(settings, name))
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from None
    check_sides(name, image.shape)
    return image


def _root(matrix: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """A power of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[np.float64] = (vectors * np.maximum(values, 1e-9) ** power) @ vectors.T
    return root
