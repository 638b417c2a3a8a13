"""Pictures between arrays and files: whatever a user brings becomes uint8 [height, width, 3] RGB.

What comes from outside is hostile until it is decoded: its kind is told by its content alone, its size is checked
before it is decoded, and nothing of it but its pixels goes any further, no place and no name of a camera.
"""

import base64
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from engine.errors import InvalidInput

Pixels = NDArray[np.uint8]

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
"""A photograph of a good camera; decoded it takes 280 MB for a moment, and 570 MB where parts of it are clear."""

MOST_PIXELS_OF = {"WEBP": 20_000_000}
"""WebP's decoder keeps the picture twice itself."""

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""Those that Pillow may try. It knows forty more, of which one runs PostScript."""

MOST_SCANNED = 20 * MOST_PIXELS
"""Pixels of a progressive JPEG times its scans: each scan goes over all of them again, and takes but a few bytes."""

MOST_STRIPS = 100_000
"""Numbers of one entry of a TIFF file: of each strip Pillow makes an object."""

PIECE = 1 << 20
"""Pixels that are brought to eight bits at once."""

ORIENTATION = 0x0112
TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
"""EXIF's orientations: swap rows with columns; reverse rows; reverse columns."""

_decoding = threading.Lock()
"""One picture at a time: so many visitors cannot take the memory of as many large pictures at once."""


def read_image(data: bytes) -> Pixels:
    """The picture in `data`, uint8 [height, width, 3]: upright, first frame, transparency on white, 16 bit scaled.

    Raises `InvalidInput` for what is no picture, is damaged, or is too large to be decoded safely.
    """
    with _opened(data) as picture:
        _check_scans(picture, data)
        return _decoded(picture)


def size_of(data: bytes) -> tuple[int, int]:
    """Height and width of the picture in `data`, as it lies there: EXIF may say that it is to be turned.

    Nothing is decoded. Raises `InvalidInput` for what is no picture or too large to be decoded safely.
    """
    with _opened(data) as picture:
        return picture.height, picture.width


def shape_within(data: bytes, longest: int) -> tuple[int, int]:
    """Height and width of the picture in `data` once its longer side is at most `longest`; a square where it is none.

    That may be an experiment's own sample, or is refused where it is read.
    """
    try:
        height, width = size_of(data)
    except InvalidInput:
        return longest, longest
    scale = min(1.0, longest / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The picture in `data` before it is decoded, its size checked; what goes wrong with it becomes `InvalidInput`."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"The file has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be used.")
    try:
        # Its `catch_warnings` is for the whole process, and the size is checked below, before anything is decoded.
        with _decoding, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _check_head(data)
            with Image.open(io.BytesIO(data), formats=KINDS) as picture:
                check_size(picture.width, picture.height, picture.format or "")
                yield picture
    except InvalidInput:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InvalidInput(_reason(error)) from None
    # A picture made to do harm fails in Pillow with errors of any kind.
    except Exception as error:
        raise InvalidInput(f"The picture is damaged and cannot be decoded ({_brief(error)}).") from None


def check_size(width: int, height: int, kind: str = "") -> None:
    """Raise `InvalidInput` if a picture of this size and kind would take too much memory."""
    most = MOST_PIXELS_OF.get(kind, MOST_PIXELS)
    if width * height > most:
        raise InvalidInput(
            f"The picture is {width:,} × {height:,} pixels; at most {most / 1e6:.0f} million can be used. "
            "Make it smaller first."
        )


def shrink(image: Pixels, longest: int) -> Pixels:
    """`image` with its longer side at most `longest` pixels, its shape kept; small ones stay as they are."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3))


def middle_square(image: Pixels) -> Pixels:
    """The middle square of [height, width, 3], its side the shorter one."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def squared(image: Pixels, side: int) -> Pixels:
    """The middle square of uint8 [height, width, 3], resampled to [side, side, 3]."""
    cut = Image.fromarray(middle_square(image))
    return np.asarray(cut.resize((side, side), Image.Resampling.LANCZOS))


def jpeg_address(image: Pixels, quality: int = 85) -> str:
    """A JPEG data address of a uint8 [height, width] or [height, width, 3] image; colours keep every pixel."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def png_address(image: Pixels) -> str:
    """A PNG data address of a uint8 [height, width] image, or [height, width, 3 or 4] in RGB or RGBA."""
    buffer = io.BytesIO()
    # The best compression takes eight times as long and makes it five percent smaller.
    Image.fromarray(image).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def pixels_of(address: str) -> Pixels:
    """The image that `png_address` wrote. Raises `ValueError` for what it did not."""
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])), formats=("PNG",)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"A picture of {picture.width} × {picture.height} pixels.")
        return np.asarray(picture)


def _check_head(data: bytes) -> None:
    """Refuse what Pillow would reserve memory for before it says how large the picture is."""
    if data[:4] == b"RIFF" and data[12:16] == b"VP8X":
        width, height = (1 + int.from_bytes(data[place : place + 3], "little") for place in (24, 27))
        check_size(width, height, "WEBP")
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+") and max(_counts_in_tiff(data), default=0) > MOST_STRIPS:
        raise InvalidInput("The picture is a TIFF file of too many pieces; save it as a PNG or JPEG file.")


def _counts_in_tiff(data: bytes) -> Iterator[int]:
    """How many numbers each entry of a TIFF's first directory has; texts and other bytes are not counted."""
    order: str = "little" if data[:2] == b"II" else "big"
    wide = data[2:4] in (b"+\0", b"\0+")

    def number(place: int, size: int) -> int:
        return int.from_bytes(data[place : place + size], order)  # type: ignore[arg-type]

    first = number(8, 8) if wide else number(4, 4)
    lead, row, size = (8, 20, 8) if wide else (2, 12, 4)
    for place in range(first + lead, min(len(data), first + lead + row * number(first, lead)), row):
        if number(place + 2, 2) not in (1, 2, 6, 7):
            yield number(place + 4, size)


def _check_scans(picture: Image.Image, data: bytes) -> None:
    if picture.format not in ("JPEG", "MPO") and "jpeg" not in str(picture.info.get("compression")):
        return
    # Within a scan 0xFF is followed by zero or a restart, so this counts nothing but scans.
    scans = data.count(b"\xff\xda")
    if scans * picture.width * picture.height > MOST_SCANNED:
        raise InvalidInput(f"The JPEG has {scans:,} scans, too many for its size; save it anew as a PNG.")


def _decoded(picture: Image.Image) -> Pixels:
    picture.load()
    # A TIFF file is turned by Pillow as it is loaded.
    swap, rows, columns = TURNS.get(_orientation(picture), (False, False, False))
    pixels = np.asarray(_as_rgb(picture))
    if swap:
        pixels = pixels.swapaxes(0, 1)
    return np.array(pixels[:: -1 if rows else 1, :: -1 if columns else 1], order="C")


def _orientation(picture: Image.Image) -> int:
    """EXIF's number for how the camera was held; 1, upright, where it says nothing that can be read."""
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    # EXIF is as hostile as any other part.
    except Exception:
        return 1


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _eight_bit(picture).convert("RGB")
    if picture.has_transparency_data:
        clear = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear)
        return ground
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits or more, or of floats: its range is brought to 0 to 255, for Pillow would cut it off."""
    highest = max(float(values.max()) for _, values in _pieces(picture))
    highest = 65535.0 if picture.mode.startswith("I") and highest <= 65535 else max(highest, 1.0)
    made = Image.new("L", picture.size)
    for corner, values in _pieces(picture):
        made.paste(Image.fromarray(np.clip(values / highest * 255, 0, 255).round().astype(np.uint8)), corner)
    return made


def _pieces(picture: Image.Image) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    """The picture's numbers piece by piece, each with its left upper corner: all at once take eight bytes a pixel."""
    width, height = min(picture.width, PIECE), max(1, PIECE // picture.width)
    for left in range(0, picture.width, width):
        for top in range(0, picture.height, height):
            right, bottom = min(left + width, picture.width), min(top + height, picture.height)
            piece = picture.crop((left, top, right, bottom))
            yield (left, top), np.nan_to_num(np.asarray(piece, np.float64))


def _reason(error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"The picture has too many pixels; at most {MOST_PIXELS / 1e6:.0f} million can be used."
    return "This file is not a picture that can be read; use a PNG, JPEG, WebP, GIF, BMP or TIFF file."


def _brief(error: Exception) -> str:
    """What a library said, on one line and no longer than one reads."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in str(error)).split())
    return words[:120] or type(error).__name__
