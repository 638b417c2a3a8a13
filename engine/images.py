"""Pictures between arrays and files: whatever a user brings becomes uint8 [height, width, 3] RGB."""

import base64
import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.errors import InvalidInput

Pixels = NDArray[np.uint8]

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
"""A photograph of a good camera; decoded it takes 120 MB for a moment."""


def read_image(data: bytes) -> Pixels:
    """The picture in `data`, uint8 [height, width, 3]: upright, first frame, transparency on white, 16 bit scaled.

    Raises `InvalidInput` for what is no picture, is damaged, or is too large to be decoded safely.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"The file has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be used.")
    try:
        with warnings.catch_warnings():
            # The size is checked below, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                check_size(picture.width, picture.height)
                return np.array(_as_rgb(picture))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InvalidInput(_reason(error)) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise InvalidInput(f"The picture is damaged and cannot be decoded ({error}).") from None


def check_size(width: int, height: int) -> None:
    """Raise `InvalidInput` if a picture of this size would take too much memory."""
    if width * height > MOST_PIXELS:
        raise InvalidInput(
            f"The picture is {width:,} × {height:,} pixels; at most {MOST_PIXELS / 1e6:.0f} million can be used. "
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


def jpeg_address(image: Pixels, quality: int = 85) -> str:
    """A JPEG data address of a uint8 [height, width] or [height, width, 3] image; colours keep every pixel."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def png_address(image: Pixels) -> str:
    """A PNG data address of a uint8 [height, width] image, or [height, width, 3 or 4] in RGB or RGBA."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def pixels_of(address: str) -> Pixels:
    """The image that `png_address` wrote."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))


def _as_rgb(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = _eight_bit(upright)
    if upright.has_transparency_data:
        clear = upright.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return upright.convert("RGB")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits or more, or of floats: its range is brought to 0 to 255, for Pillow would cut it off."""
    values = np.nan_to_num(np.asarray(picture, np.float64))
    highest = 65535.0 if picture.mode.startswith("I") and values.max() <= 65535 else max(float(values.max()), 1.0)
    return Image.fromarray(np.clip(values / highest * 255, 0, 255).round().astype(np.uint8))


def _reason(error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"The picture has too many pixels; at most {MOST_PIXELS / 1e6:.0f} million can be used."
    return "This file is not a picture that can be read; use a PNG, JPEG, WebP, GIF, BMP or TIFF file."
