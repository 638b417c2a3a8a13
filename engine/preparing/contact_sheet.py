"""A contact sheet: the first pictures of a class side by side, as they lie on disk."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from engine.images import read_image

SHOWN, COLUMNS, SIDE, GAP = 16, 8, 48, 3
QUALITY = 85


def contact_sheet(paths: Sequence[Path]) -> bytes:
    """A WebP of the pictures at `paths`, each in a cell of 48×48 pixels, eight a row, on transparent ground."""
    rows = math.ceil(len(paths) / COLUMNS)
    sheet = Image.new("RGBA", (COLUMNS * (SIDE + GAP) - GAP, rows * (SIDE + GAP) - GAP))
    for place, path in enumerate(paths):
        picture = Image.fromarray(read_image(path.read_bytes()))
        scale = SIDE / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        small = picture.resize(size, Image.Resampling.LANCZOS)
        row, column = divmod(place, COLUMNS)
        sheet.paste(small, (column * (SIDE + GAP), row * (SIDE + GAP)))
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()
